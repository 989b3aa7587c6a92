"""Stories with two numbers that are not known and two equations: two prices, wins and losses, what changed sides."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "algebra",
    adult=money(5, 30),
    child=money(2, 20),
    sold=whole(5, 90),
    total=money(40, 1500),
    where=lambda n: (
        n.adult > n.child
        and 0 < n.total - n.child * n.sold < (n.adult - n.child) * n.sold
        and (n.total - n.child * n.sold) % (n.adult - n.child) == 0
    ),
    questions=(
        "Tickets for the {event} cost {adult} for adults and {child} for children. {sold} tickets were sold "
        "for {total}. How many adult tickets were sold?",
        "An adult pays {adult} and a child {child} to get into the {event}. {sold} people paid {total} in "
        "all. How many of them were adults?",
        "At {place}, {sold} visitors paid {total} in total: {adult} each adult, {child} each child. How many "
        "adults came?",
        "A {vehicle} ride costs {adult} for grown-ups and {child} for kids. A group of {sold} paid {total}. "
        "How many grown-ups were in the group?",
    ),
)
def adults_and_children(t):
    """How many of one kind, from two prices, the number of tickets and their sum."""
    adults, children = t.unknown("adults"), t.unknown("children")
    t.equation(adults + children, t.sold)
    t.equation(t.adult * adults + t.child * children, t.total)
    return t.solve(adults)


@schema(
    "algebra",
    gain=whole(2, 10),
    loss=whole(1, 6),
    asked=whole(8, 60),
    score=whole(4, 400),
    held_out=True,
    where=lambda n: n.score < n.gain * n.asked and (n.score + n.loss * n.asked) % (n.gain + n.loss) == 0,
    questions=(
        "In a quiz, a right answer wins {gain} points and a wrong answer loses {loss} points. {name} answered"
        " all {asked} questions and has {score} points. How many answers were right?",
        "{name} gets {gain} points for each game won and loses {loss} for each game lost. After {asked} games"
        " {he} has {score} points. How many games did {he} win?",
        "{name} earns {gain} dollars for every {thing} that {he} repairs and pays {loss} dollars for every "
        "{thing} that {he} breaks. {asked} {things} brought {him} {score} dollars in the end. How many did "
        "{he} repair?",
        "A driver gets {gain} dollars for every parcel that arrives in time and loses {loss} dollars for every late "
        "parcel. {asked} parcels brought {score} dollars. How many of them arrived in time?",
    ),
)
def right_and_wrong(t):
    """How many of one kind, where one wins and the other loses."""
    right, wrong = t.unknown("right"), t.unknown("wrong")
    t.equation(right + wrong, t.asked)
    t.equation(t.gain * right - t.loss * wrong, t.score)
    return t.solve(right)


@schema(
    "algebra",
    given=whole(2, 60),
    times=whole(2, 9),
    total=whole(12, 300),
    held_out=True,
    where=lambda n: n.total % (n.times + 1) == 0 and n.total > (n.times + 1) * n.given,
    questions=(
        "{name} and {name2} have {total} {things} together. If {name2} gives {given} of {his2} {things} to "
        "{name}, {name} has {times} times as many as {name2}. How many {things} does {name2} have now, before"
        " giving any?",
        "A {color} {container} and a {color2} {container} hold {total} {things}. When {given} {things} are "
        "moved from the {color2} to the {color} {container}, the {color} {container} holds {times} times as "
        "many as the {color2} {container}. How many {things} were in the {color2} {container} before?",
        "There are {total} books on the upper and the lower shelf. After {given} books are moved from the "
        "lower shelf to the upper, the upper shelf holds {times} times as many. How many books stood on the "
        "lower shelf before?",
        "{name} and {name2} own {total} {animals} between them. If {name2} sold {given} {animals} to {name}, {name} would "
        "own {times} times as many as {name2}. How many {animals} does {name2} own?",
    ),
)
def before_giving(t):
    """One of two amounts before a part of it changed sides."""
    mine, yours = t.unknown("mine"), t.unknown("yours")
    t.equation(mine + yours, t.total)
    t.equation(mine + t.given, t.times * (yours - t.given))
    return t.solve(yours)
