"""Sport, meals, doctors and medicine."""

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
    "health/log_workout",
    names="log_workout record_exercise add_training",
    does="Record a workout.|Log a training session.",
    activity=text("{activity}", also="sport exercise", about="kind of workout"),
    minutes=whole(10, 120, 5, also="duration length", about="minutes"),
    intensity=choice(
        {"low": "easy|light", "medium": "medium|moderate", "high": "hard|intense"},
        also="effort",
        about="intensity",
        default="medium",
    ),
    requests=(
        "Log {minutes} minutes of[ {intensity}] {activity}.",
        "I did {activity}< for {minutes} minutes>[ and it was {intensity}]. Record it.",
        "Record a[ {intensity}] {activity} session< of {minutes} minutes>.",
        "Add {activity} to my trainings<, {minutes} minutes>[, {intensity}].",
    ),
)

tool(
    "health/log_meal",
    names="log_meal record_food track_meal",
    does="Record a meal.|Log what was eaten.",
    food=text("{dish}", "{grocery}", also="dish item", about="what was eaten"),
    calories=whole(80, 1200, 10, also="kcal energy", about="calories"),
    meal=choice("breakfast lunch dinner snack", also="meal_type time_of_day", about="which meal"),
    requests=(
        "I had {food} for {meal}<, {calories} calories>.",
        "Log {food} as my {meal}< with {calories} kcal>.",
        "Record {calories} calories of {food} for {meal}.",
        "My {meal} was {food}<, {calories} calories>; note it.",
    ),
)

tool(
    "health/log_weight",
    names="log_weight record_weight add_measurement",
    does="Record a body weight.|Log the weight of today.",
    weight=number(45, 120, 1, also="value measurement", about="weight"),
    unit=choice({"kg": "kg|kilograms", "lb": "lb|pounds"}, also="weight_unit", about="unit"),
    requests=(
        "I weigh {weight} {unit} today, record it.",
        "Log my weight as {weight} {unit}.",
        "Add {weight} {unit} to my weight diary.",
    ),
)

tool(
    "health/book_doctor",
    names="book_doctor make_appointment doctor_visit",
    does="Make an appointment with a doctor.|Book a doctor.",
    doctor=text("Dr. {last}", also="physician with_doctor", about="doctor"),
    date=date(also="day appointment_date", about="day"),
    time=time(also="at slot", about="time", optional=True),
    kind=choice(
        {"checkup": "a checkup", "follow_up": "a follow-up", "vaccination": "a vaccination"},
        also="visit_type reason",
        about="kind of visit",
        optional=True,
    ),
    requests=(
        "Make an appointment< with {doctor}>< on {date}>[ at {time}][ for {kind}].",
        "I have to see {doctor}< on {date}>[ at {time}][ for {kind}].",
        "Book[ {kind} with] {doctor}< for {date}>[, {time}].",
        "Get me in to see {doctor}< on {date}>[ at {time}].",
    ),
)

tool(
    "health/refill",
    names="refill_prescription order_medicine renew_prescription",
    does="Order a medicine again.|Refill a prescription.",
    medicine=text("{medicine}", also="drug medication", about="medicine", each=True),
    quantity=whole(10, 120, 10, also="pills count", about="number of pills"),
    pharmacy=text("{street}", "{city}", also="pickup store", about="pharmacy", optional=True),
    requests=(
        "Refill my {medicine}<, {quantity} pills>[, at the {pharmacy} pharmacy].",
        "I'm running out of {medicine}; order more<, {quantity} pills>[, from the {pharmacy} pharmacy].",
        "Order {quantity} pills of {medicine}[ at the pharmacy in {pharmacy}].",
    ),
)

tool(
    "health/medicine_plan",
    names="add_medication schedule_medicine create_dose_plan",
    does="Plan when to take a medicine.|Add a medicine to the plan.",
    medicine=text("{medicine}", also="drug name", about="medicine", each=True),
    dose=whole(5, 500, 5, also="dose_mg milligrams", about="dose in mg"),
    times=listing(choice("breakfast noon dinner bedtime"), also="when day_times", about="list of times"),
    with_food=flag(
        "with food", "on an empty stomach", also="after_meal", about="take with food", optional=True
    ),
    held_out=True,
    requests=(
        "I take {dose} mg of {medicine} at {times}[, {with_food}].",
        "Add {medicine}<, {dose} mg>, to my plan: {times}[, {with_food}].",
        "Plan {medicine}< at {dose} mg> for {times}[ {with_food}].",
    ),
)

tool(
    "health/sleep_goal",
    names="set_sleep_goal sleep_target plan_sleep",
    does="Set a sleep goal.|Plan bedtime and hours of sleep.",
    hours=number(6, 10, 1, also="duration target_hours", about="hours of sleep"),
    bedtime=time(also="sleep_at go_to_bed", about="bedtime"),
    reminder=flag("with a reminder", "without a reminder", also="remind", about="remind me", optional=True),
    requests=(
        "I want to sleep {hours} hours a night< and go to bed at {bedtime}>[, {reminder}].",
        "Set my sleep goal< to {hours} hours>, bedtime {bedtime}[, {reminder}].",
        "Plan {hours} hours of sleep for me< from {bedtime}>[ {reminder}].",
    ),
)
