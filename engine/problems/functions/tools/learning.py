"""Courses, libraries, languages, sums and the car."""

from trace_trainer.engine.problems.functions.tool import (
    choice,
    date,
    flag,
    listing,
    number,
    text,
    time,
    tool,
    whole,
)

tool(
    "school/enroll",
    names="enroll_student register_course sign_up_student",
    does="Enroll a student in a course.|Sign a student up.",
    student=text("{first} {last}", also="name pupil", about="student", each=True),
    course=text("{course}", also="class_name subject", about="course"),
    term=choice("spring summer autumn", also="semester season", about="term", optional=True),
    requests=(
        "Enroll {student}< in {course}>[ for the {term} term].",
        "Sign {student} up< for {course}>[ in {term}].",
        "I'd like {student} to take {course}[ in the {term} term].",
    ),
)

tool(
    "school/grade",
    names="record_grade enter_score grade_work",
    does="Record the score of a student.|Enter a grade.",
    student=text("{first} {last}", also="name pupil", about="student"),
    score=number(0, 100, 1, also="points grade", about="points"),
    course=text("{course}", also="subject class_name", about="course"),
    requests=(
        "Give {student} {score} points< in {course}>.",
        "The score of {student}< in {course}> is {score}, enter it.",
        "Record< {score}> points for {student}< in {course}>.",
    ),
)

tool(
    "school/flashcards",
    names="make_flashcards create_quiz_cards generate_cards",
    does="Make flashcards on a topic.|Create cards to learn from.",
    topic=text("{topic}", "{course}", also="subject theme", about="topic", each=True),
    count=whole(5, 60, 5, also="cards number", about="number of cards"),
    level=choice(
        {"easy": "easy", "medium": "medium", "hard": "hard|difficult"},
        also="difficulty",
        about="difficulty",
        default="medium",
    ),
    held_out=True,
    requests=(
        "Make {count}[ {level}] flashcards< about {topic}>.",
        "I want to learn {topic}: create< {count}>[ {level}] cards.",
        "Create a set of< {count}>[ {level}] cards on {topic}.",
    ),
)

tool(
    "library/hold_book",
    names="hold_book reserve_book place_hold",
    does="Reserve a library book.|Place a hold on a book.",
    title=text(
        "The {Adjective} {Noun}",
        "{Noun} of {Noun}",
        quoted=True,
        also="book book_title",
        about="title of the book",
        each=True,
    ),
    branch=text("{street}", "{city}", also="library pickup_at", about="library branch"),
    days=whole(3, 28, also="loan_days period", about="days to keep it", optional=True),
    requests=(
        "Reserve {title}< at the {branch} library>[ for {days} days].",
        "Put a hold on {title}< at the {branch} branch>[, {days} days].",
        "I want to borrow {title}< from the {branch} library>[ for {days} days].",
    ),
)

tool(
    "library/renew",
    names="renew_loan extend_loan prolong_book",
    does="Extend the loan of a book.|Renew a borrowed book.",
    card=text("L%%%%%", "%%%-%%%", also="card_number member", about="library card number"),
    title=text(
        "The {Adjective} {Noun}",
        "{Noun} of {Noun}",
        quoted=True,
        also="book",
        about="title of the book",
        each=True,
    ),
    weeks=whole(2, 6, also="num_weeks extra_weeks", about="number of weeks"),
    requests=(
        "Renew {title}< for {weeks} weeks><, card {card}>.",
        "Extend my loan of {title}< by {weeks} weeks>; my card is {card}.",
        "I need {title}< for {weeks} more weeks><, library card {card}>.",
    ),
)

tool(
    "language/translate",
    names="translate_text translate convert_language",
    does="Translate a text.|Put a sentence into another language.",
    text=text("{message}", quoted=True, also="sentence content", about="text to translate"),
    language=text("{language}", also="target_language to", about="language to translate to", each=True),
    formal=flag(
        "in a formal tone|politely", "in a casual tone", also="polite", about="formal tone", optional=True
    ),
    requests=(
        "Translate {text}< into {language}>[ {formal}].",
        "How do I say {text}< in {language}>[ {formal}]?",
        "I need {text}< in {language}>[, {formal}].",
    ),
)

tool(
    "sums/convert_units",
    names="convert_units unit_converter change_unit",
    does="Convert a length.|Convert between units of length.",
    value=number(1, 900, also="amount quantity", about="value"),
    source=choice(
        {"km": "kilometers|km", "mi": "miles", "m": "meters", "ft": "feet"},
        also="from_unit unit_in",
        about="unit to convert from",
    ),
    target=choice(
        {"yd": "yards", "in": "inches", "cm": "centimeters", "nmi": "nautical miles"},
        also="to_unit unit_out",
        about="unit to convert to",
        each=True,
    ),
    requests=(
        "How many {target} are {value} {source}?",
        "Convert {value} {source} to {target}.",
        "What is {value} {source} in {target}?",
    ),
)

tool(
    "sums/loan",
    names="loan_payment monthly_rate compute_loan",
    does="Compute the monthly payment of a loan.|Loan payment.",
    principal=whole(2000, 300000, 1000, also="amount loan", about="amount borrowed"),
    rate=number(1, 9, 1, also="interest percent", about="yearly interest in percent"),
    years=whole(2, 30, also="term num_years", about="number of years"),
    requests=(
        "What do I pay a month for a loan of {principal}< at {rate}%>< over {years} years>?",
        "Compute the payment for {principal} dollars at {rate} percent< for {years} years>.",
        "I'm borrowing {principal} euros< at {rate}%>< for {years} years>. How much is it per month?",
    ),
)

tool(
    "sums/random_number",
    names="random_number pick_number draw_number",
    does="Draw a random number.|Pick a number in a range.",
    low=whole(1, 50, also="min minimum", about="smallest number"),
    high=whole(60, 999, also="max maximum", about="largest number"),
    count=whole(2, 10, also="how_many draws", about="how many numbers", optional=True),
    held_out=True,
    requests=(
        "I need[ {count}] random numbers between {low} and {high}.",
        "Draw[ {count}] random numbers from {low}< to {high}>.",
        "Give me[ {count}] random numbers, at least {low}<, at most {high}>.",
    ),
)

tool(
    "sums/area",
    names="rectangle_area compute_area area_of_rectangle",
    does="Compute the area of a rectangle.|Area from two sides.",
    width=number(1, 90, 1, also="side_a w", about="width"),
    height=number(1, 90, 1, also="side_b h", about="height"),
    unit=choice(
        {"m": "meters", "ft": "feet", "cm": "centimeters"}, also="length_unit", about="unit", optional=True
    ),
    requests=(
        "What is the area of a rectangle {width}[ {unit}] wide< and {height} high>?",
        "Compute the area of a rectangle with width {width}< and height {height}>[ in {unit}].",
        "Find the area of a {width} by {height} rectangle[, measured in {unit}].",
    ),
)

tool(
    "car/climate",
    names="heat_car set_car_climate precondition_car",
    does="Heat or cool the car.|Set the temperature in the car.",
    temperature=number(16, 26, 1, also="degrees target", about="temperature in degrees"),
    ready_at=time(also="by departure", about="when it should be ready"),
    seats=listing(
        choice("driver passenger rear"), high=2, also="seat_heating", about="seats to heat", optional=True
    ),
    requests=(
        "Warm up the car< to {temperature} degrees> by {ready_at}[ and heat the {seats} seats].",
        "Prepare the car< at {temperature} degrees>< for {ready_at}>[, seat heating: {seats}].",
        "I'm leaving< at {ready_at}>; make the car {temperature} degrees[ and warm the {seats} seats].",
    ),
)

tool(
    "car/charge",
    names="start_charging set_charge_limit charge_car",
    does="Charge the electric car.|Charge the car up to a limit.",
    limit=whole(40, 100, 5, also="percent charge_to", about="limit in percent"),
    amps=whole(6, 32, 2, digits=True, also="current ampere", about="current in amperes", optional=True),
    requests=(
        "Charge the car< to {limit} percent>[ with {amps} amps].",
        "Fill the battery of the car< up to {limit}%>[ at {amps} A].",
        "I need the car charged< to {limit}%>[ using {amps} amps].",
    ),
)

tool(
    "car/service",
    names="book_car_service schedule_maintenance garage_appointment",
    does="Book a garage for a car.|Plan the service of a car.",
    plate=text("^^-%%-^^", "^^^-%%%", also="license_plate vehicle", about="license plate", each=True),
    work=choice(
        {"oil": "an oil change", "tires": "new tires", "brakes": "a brake check"},
        also="job service_type",
        about="work to do",
    ),
    date=date(also="day appointment", about="day"),
    requests=(
        "Book {work}< for {plate}>< on {date}>.",
        "My car< {plate}> needs {work}< on {date}>.",
        "Take {plate} to the garage< on {date}> for {work}.",
    ),
)
