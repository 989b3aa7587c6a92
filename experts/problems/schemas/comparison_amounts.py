"""Comparison problems about plain amounts: how many more, how many fewer, how many times as many."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "comparison",
    larger=whole(12, 900),
    smaller=whole(3, 800),
    where=lambda n: n.larger - n.smaller >= 2 and n.larger < 12 * n.smaller,
    questions=(
        "{name} has {larger} {things}, and {name2} has {smaller}. How many more {things} does {name} have "
        "than {name2}?",
        "{name} collected {smaller} {things}. {name2} collected {larger} {things}. How many more did "
        "{name2} collect than {name}?",
        "On {day} a shop sold {smaller} {things}, and on {day2} it sold {larger}. How many more {things} "
        "did it sell on {day2} than on {day}?",
        "There are {larger} {animals} and {smaller} {animals2} on a farm. How many more {animals} than "
        "{animals2} are there?",
        "How many more pages than {name2} did {name} read if {name} read {larger} pages and {name2} read "
        "{smaller}?",
    ),
)
def how_many_more(t):
    """The difference, seen from the larger amount."""
    return t.compare("sub", t.larger, t.smaller)


@schema(
    "comparison",
    larger=whole(12, 900),
    smaller=whole(3, 800),
    where=lambda n: n.larger - n.smaller >= 2 and n.larger < 12 * n.smaller,
    questions=(
        "{name} has {smaller} {things}. {name2} has {larger}. How many fewer {things} does {name} have than "
        "{name2}?",
        "A school has {larger} students in the old building and {smaller} in the new building. How many "
        "fewer students are in the new building than in the old building?",
        "{name} scored {larger} points and {name2} scored {smaller} points. How many fewer points did "
        "{name2} score than {name}?",
        "How many fewer {color} {things} than {color2} {things} are there if {smaller} are {color} and "
        "{larger} are {color2}?",
        "In {month} a zoo had {larger} visitors a day, and in {month2} it had {smaller}. How many fewer "
        "visitors a day came in {month2} than in {month}?",
    ),
)
def how_many_fewer(t):
    """The difference, seen from the smaller amount."""
    return t.compare("sub", t.larger, t.smaller)


@schema(
    "comparison",
    larger=whole(12, 400),
    smaller=whole(3, 60),
    where=lambda n: n.larger % n.smaller == 0 and n.smaller < n.larger <= 15 * n.smaller,
    questions=(
        "{name} has {larger} {things}, and {name2} has {smaller}. How many times as many {things} does "
        "{name} have as {name2}?",
        "{name} ran {smaller} miles this {month}. {name2} ran {larger} miles. How many times as many miles "
        "did {name2} run as {name}?",
        "A tree is {larger} feet high, and a bush is {smaller} feet high. How many times as high as the "
        "bush is the tree?",
        "A farm has {smaller} {animals} and {larger} {animals2}. How many times as many {animals2} as "
        "{animals} does it have?",
        "How many times as heavy as a bag of {smaller} pounds is a stone of {larger} pounds?",
    ),
)
def times_as_many(t):
    """The quotient of two amounts."""
    return t.compare("div", t.larger, t.smaller)


@schema(
    "comparison",
    larger=money(8, 300, cents=True),
    smaller=money(5, 250, cents=True),
    where=lambda n: n.larger - n.smaller >= 1 and n.larger < 6 * n.smaller,
    questions=(
        "{a_good} costs {larger} at the mall and {smaller} online. How much more does it cost at the mall "
        "than online?",
        "{name} paid {smaller} for {a_good}, and {name2} paid {larger} for the same kind of {good}. How "
        "much less did {name} pay than {name2}?",
        "How much cheaper is {a_good} for {smaller} than {a_good2} for {larger}?",
        "{name} has saved {larger}. {name2} has saved {smaller}. How much more money has {name} saved than "
        "{name2}?",
        "Last year {a_good} cost {smaller}. This year the same {good} costs {larger}. How much more is it "
        "this year than last year?",
    ),
)
def price_gap(t):
    """The difference of two amounts of money."""
    return t.compare("sub", t.larger, t.smaller)


@schema(
    "comparison",
    first=whole(3, 60),
    times=whole(3, 9),
    questions=(
        "{name} has {first} {things}. {name2} has {times} times as many. How many more {things} does "
        "{name2} have than {name}?",
        "{name2} collected {times} times as many {things} as {name}, who collected {first}. How many fewer "
        "did {name} collect than {name2}?",
        "A calf weighs {first} pounds, and a cow weighs {times} times as much. How many more pounds does "
        "the cow weigh than the calf?",
        "On {day} a shop sold {first} {things}, and on {day2} it sold {times} times as many. How many more "
        "did it sell on {day2} than on {day}?",
    ),
)
def gap_of_multiple(t):
    """A multiple against the amount itself."""
    return t.compare("sub", t.mul(t.first, t.times), t.first)


@schema(
    "comparison",
    start=whole(20, 300),
    part=whole(3, 90),
    smaller=whole(3, 200),
    where=lambda n: n.start - n.part >= n.smaller + 2,
    questions=(
        "Of {name}'s {start} {things}, {part} are {color} and the rest are {color2}. {name2} has {smaller} "
        "{color2} {things}. How many more {color2} {things} does {name} have than {name2}?",
        "The north school has {start} students, and {part} of them are girls. In the south school there are "
        "{smaller} boys. How many fewer boys are in the south school than in the north school?",
        "The old library has {start} books: {part} novels, and all the others are comics. The new library "
        "has {smaller} comics. How many more comics does the old library have than the new library?",
        "{name2} owns {smaller} {color2} {things}. {name} owns {start} {things}, all {color2} except for "
        "{part} {color} ones. How many fewer {color2} {things} does {name2} own than {name}?",
    ),
)
def gap_of_rest(t):
    """The other part of a whole against an amount."""
    return t.compare("sub", t.sub(t.start, t.part), t.smaller)


@schema(
    "comparison",
    first=whole(5, 120),
    second=whole(5, 120),
    smaller=whole(3, 60),
    where=lambda n: (
        (n.first + n.second) % n.smaller == 0 and n.smaller < n.first + n.second <= 30 * n.smaller
    ),
    questions=(
        "{name} has {first} {things} at home and {second} at school. {name2} has {smaller} {things}. How "
        "many times as many {things} does {name} have as {name2}?",
        "{name2} has {smaller} {things}. {name} has {first} {color} and {second} {color2} {things}. {name} "
        "has how many times as many {things} as {name2}?",
        "A library has {smaller} comics, {first} novels for adults and {second} novels for children. How "
        "many times as many novels as comics does it have?",
        "There are {first} adults and {second} children in a museum and {smaller} people in a park. How "
        "many times as many people are in the museum as in the park?",
    ),
)
def times_of_total(t):
    """A total of two as a multiple of another amount."""
    return t.compare("div", t.add(t.first, t.second), t.smaller)


@schema(
    "comparison",
    larger=whole(40, 200),
    first=whole(10, 150),
    second=whole(10, 150),
    where=lambda n: (n.first + n.second) % 2 == 0 and n.larger > (n.first + n.second) / 2 + 1,
    held_out=True,
    questions=(
        "{name} scored {larger} points today. In the games before, {he} scored {first} and {second} points. "
        "How many more points did {he} score today than on average in the games before?",
        "A shop sold {first} {things} on {day} and {second} on {day2}. On {day3} it sold {larger}. How many "
        "more {things} did it sell on {day3} than the average of {day} and {day2}?",
        "{name2} read {first} pages on {day} and {second} pages on {day2}. {name} read {larger} pages in a "
        "day. How many pages is that above {name2}'s daily average?",
        "The trees in a garden are {first} and {second} inches tall, and a tree in the park is {larger} "
        "inches tall. How many inches taller is the tree in the park than the average tree in the garden?",
    ),
)
def above_average(t):
    """An amount against the average of two others."""
    return t.compare("sub", t.larger, t.average(t.first, t.second))
