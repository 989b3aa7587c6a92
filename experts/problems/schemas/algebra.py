"""Stories with a number that is not known: riddles, ages, two people or two prices that are told by their difference."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "algebra",
    times=whole(2, 12),
    extra=whole(1, 60),
    total=whole(5, 300),
    where=lambda n: n.total > n.extra and (n.total - n.extra) % n.times == 0,
    questions=(
        "{times} times a number plus {extra} is {total}. What is the number?",
        "{name} thinks of a number. {He} multiplies it by {times} and adds {extra}. The result is {total}. "
        "Which number did {he} think of?",
        "If {extra} is added to {times} times a certain number, the result is {total}. Which number is it?",
        "A number is multiplied by {times}, then {extra} is added, and the sum is {total}. What is the "
        "number?",
        "What number, multiplied by {times} and increased by {extra}, gives {total}?",
    ),
)
def times_and_more(t):
    """A number from a multiple of it and more."""
    number = t.unknown("number")
    t.equation(t.times * number + t.extra, t.total)
    return t.solve(number)


@schema(
    "algebra",
    times=whole(2, 12),
    less=whole(1, 60),
    total=whole(2, 300),
    where=lambda n: (n.total + n.less) % n.times == 0,
    questions=(
        "{less} less than {times} times a number is {total}. What is the number?",
        "{name} multiplies a number by {times}, then subtracts {less}, and gets {total}. What was the number?",
        "When {less} is subtracted from {times} times a number, {total} is left. Which number is it?",
        "{name} thinks of a number, takes it {times} times and takes {less} away. {total} remains. Which "
        "number is it?",
        "A number times {times}, decreased by {less}, equals {total}. What is that number?",
    ),
)
def times_and_less(t):
    """A number from a multiple of it and less."""
    number = t.unknown("number")
    t.equation(t.times * number - t.less, t.total)
    return t.solve(number)


@schema(
    "algebra",
    parts=whole(2, 12),
    extra=whole(1, 40),
    total=whole(3, 90),
    where=lambda n: n.total > n.extra,
    questions=(
        "A number is divided by {parts}, and then {extra} is added. The result is {total}. What is the "
        "number?",
        "{name} divides a number by {parts} and adds {extra}. Now {he} has {total}. What was the number?",
        "If you divide a certain number by {parts} and add {extra}, you get {total}. What is the number?",
        "What number, divided by {parts} and increased by {extra}, gives {total}?",
    ),
)
def parts_and_more(t):
    """A number from a part of it and more."""
    number = t.unknown("number")
    t.equation(number / t.parts + t.extra, t.total)
    return t.solve(number)


@schema(
    "algebra",
    times=whole(3, 12),
    extra=whole(4, 240),
    where=lambda n: n.extra % (n.times - 1) == 0,
    questions=(
        "{times} times a number equals the number plus {extra}. What is the number?",
        "If {extra} is added to a number, it becomes {times} times as large. What is the number?",
        "{name} has some {things}. With {extra} more, {he} would have {times} times as many as {he} has. How "
        "many {things} does {name} have?",
        "A number grows to {times} times its size when {extra} is added to it. Which number is it?",
        "There are some {animals} on a farm. If {extra} more came, there would be {times} times as many. How "
        "many {animals} are on the farm?",
    ),
)
def grown_by(t):
    """A number that more of it makes a multiple of itself."""
    number = t.unknown("number")
    t.equation(t.times * number, number + t.extra)
    return t.solve(number)


@schema(
    "algebra",
    total=whole(10, 400),
    more=whole(1, 90),
    where=lambda n: n.total > n.more and (n.total - n.more) % 2 == 0,
    questions=(
        "{name} and {name2} have {total} {things} together. {name} has {more} more than {name2}. How many "
        "{things} does {name2} have?",
        "{name} has {more} more {things} than {name2}. Together they have {total}. How many {things} does "
        "{name2} own?",
        "The {color} {container} and the {color2} {container} hold {total} {things} in all. The {color} "
        "{container} holds {more} more. How many {things} are in the {color2} {container}?",
        "The sum of a larger and a smaller number is {total}, and their difference is {more}. What is the "
        "smaller number?",
        "{name} and {name2} sold {total} tickets for the {event} in all. {name} sold {more} more than "
        "{name2}. How many tickets did {name2} sell?",
    ),
)
def sum_and_difference(t):
    """The smaller of two amounts, from their sum and their difference."""
    fewer = t.unknown("fewer")
    t.equation(fewer + (fewer + t.more), t.total)
    return t.solve(fewer)


@schema(
    "algebra",
    total=whole(10, 400),
    fewer=whole(1, 90),
    where=lambda n: n.total > n.fewer and (n.total - n.fewer) % 2 == 0,
    questions=(
        "{name} and {name2} have {total} {things} together. {name2} has {fewer} fewer than {name}. How many "
        "{things} does {name} have?",
        "{name2} picked {fewer} fewer {things} than {name}. They picked {total} altogether. How many did "
        "{name} pick?",
        "The sum of a larger and a smaller number is {total}. The smaller is {fewer} less than the larger. "
        "What is the larger number?",
        "A rope of {total} feet is cut into a long and a short piece. The short piece is {fewer} feet shorter"
        " than the long piece. How many feet long is the long piece?",
        "In a class vote, {name} and {name2} got {total} votes in all, {name2} {fewer} fewer than {name}. How"
        " many votes did {name} get?",
    ),
)
def larger_of_two(t):
    """The larger of two amounts, from their sum and their difference."""
    larger = t.unknown("larger")
    t.equation(larger + (larger - t.fewer), t.total)
    return t.solve(larger)


@schema(
    "algebra",
    total=whole(9, 480),
    times=whole(2, 11),
    where=lambda n: n.total % (n.times + 1) == 0,
    questions=(
        "{name} and {name2} have {total} {things} together. {name} has {times} times as many as {name2}. How "
        "many {things} does {name2} have?",
        "There are {total} {animals} on a northern and a southern farm. The northern farm has {times} times "
        "as many as the southern farm. How many {animals} are on the southern farm?",
        "The {shop} sold {total} {things} on {day} and {day2} together, on {day} {times} times as many as on "
        "{day2}. How many did it sell on {day2}?",
        "A large and a small sack weigh {total} pounds together. The large sack is {times} times as heavy as "
        "the small sack. How many pounds does the small sack weigh?",
        "The sum of a larger and a smaller number is {total}. The larger number is {times} times the smaller."
        " What is the smaller number?",
    ),
)
def times_as_many_together(t):
    """The smaller of two amounts, from their sum and their ratio."""
    fewer = t.unknown("fewer")
    t.equation(fewer + t.times * fewer, t.total)
    return t.solve(fewer)


@schema(
    "algebra",
    older=whole(2, 30),
    years=whole(2, 15),
    total=whole(20, 140),
    where=lambda n: n.total > n.older + 2 * n.years and (n.total - n.older) % 2 == 0,
    questions=(
        "{name} is {older} years older than {name2}. In {years} years, their ages will add up to {total}. How"
        " old is {name2} now?",
        "In {years} years, {name} and {name2} will be {total} years old together. {name} is {older} years "
        "older than {name2}. What is {name2}'s age today?",
        "{name2} was born {older} years after {name}. {years} years from now, the sum of their ages will be "
        "{total}. How old is {name2}?",
        "The ages of {name} and {name2} will add up to {total} in {years} years. {name} is the older by "
        "{older} years. How old is {name2} now?",
    ),
)
def ages_in_years(t):
    """The younger one's age, from the difference now and the sum later."""
    younger = t.unknown("younger")
    t.equation((younger + t.years) + (younger + t.older + t.years), t.total)
    return t.solve(younger)


@schema(
    "algebra",
    first=whole(2, 12),
    second=whole(2, 12),
    more=money(1, 9),
    total=money(10, 250),
    where=lambda n: n.total > n.second * n.more and (n.total - n.second * n.more) % (n.first + n.second) == 0,
    questions=(
        "{name} pays {total} for {first} {things} and {second} {things2}. {a_thing2} costs {more} more than "
        "{a_thing}. How many dollars does {a_thing} cost?",
        "{a_thing2} is {more} more expensive than {a_thing}. {name} buys {first} {things} and {second} "
        "{things2} for {total}. What does {a_thing} cost?",
        "At the {shop}, {first} {things} and {second} {things2} cost {total} together. The price of "
        "{a_thing2} is {more} higher than that of {a_thing}. What is the price of {a_thing}?",
        "{name} and {name2} spent {total} on {first} {things} and {second} {things2}. Each {thing2} cost "
        "{more} more than each {thing}. How much was each {thing}?",
    ),
)
def price_from_total_and_difference(t):
    """The lower of two prices, from their difference and what both goods cost together."""
    price = t.unknown("price")
    t.equation(t.first * price + t.second * (price + t.more), t.total)
    return t.solve(price)


@schema(
    "algebra",
    start=whole(20, 300),
    weekly=whole(2, 20),
    start2=whole(2, 200),
    weekly2=whole(4, 40),
    where=lambda n: (
        n.start > n.start2 and n.weekly2 > n.weekly and (n.start - n.start2) % (n.weekly2 - n.weekly) == 0
    ),
    questions=(
        "{name} has {start} dollars and saves {weekly} dollars a week. {name2} has {start2} dollars and saves"
        " {weekly2} dollars a week. After how many weeks will they have the same amount?",
        "{name} owns {start} {things} and gets {weekly} new ones each week. {name2} owns {start2} and gets "
        "{weekly2} each week. In how many weeks will they own equally many?",
        "A tree is {start} inches tall and grows {weekly} inches a year. A bush is {start2} inches tall and "
        "grows {weekly2} inches a year. After how many years are they equally tall?",
        "A pool holds {start} gallons and a tank {start2}. Every minute, {weekly} gallons flow into the pool "
        "and {weekly2} into the tank. After how many minutes do both hold the same?",
    ),
)
def catches_up(t):
    """When two amounts that grow at their rates are equal."""
    time = t.unknown("time")
    t.equation(t.start + t.weekly * time, t.start2 + t.weekly2 * time)
    return t.solve(time)


@schema(
    "algebra",
    longer=whole(1, 40),
    around=whole(12, 400),
    where=lambda n: n.around > 2 * n.longer and (n.around - 2 * n.longer) % 4 == 0,
    questions=(
        "A rectangle is {longer} feet longer than it is wide. Its perimeter is {around} feet. How many feet "
        "wide is it?",
        "The length of {name}'s garden is {longer} meters more than its width, and the fence around it is "
        "{around} meters long. How many meters wide is the garden?",
        "A field is {longer} yards longer than wide. Walking around it takes {around} yards. What is its "
        "width in yards?",
        "{name} puts {around} inches of ribbon around a picture whose length exceeds its width by {longer} "
        "inches. How wide is the picture in inches?",
    ),
)
def width_of_rectangle(t):
    """A rectangle's width, from its perimeter and how much longer it is."""
    width = t.unknown("width")
    t.equation(2 * (width + (width + t.longer)), t.around)
    return t.solve(width)
