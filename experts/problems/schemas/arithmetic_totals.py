"""Arithmetic problems about parts and wholes, and about amounts told by their relation to others."""

from trace_trainer.experts.problems.schema import schema, whole


@schema(
    "arithmetic",
    first=whole(5, 90),
    second=whole(5, 90),
    third=whole(5, 90),
    questions=(
        "{name} collects {first} {things} on {day}, {second} on the next day and {third} on the day after "
        "that. How many {things} does {he} collect in all?",
        "{name} has {first} {things}, {name2} has {second} and {name3} has {third}. How many {things} do "
        "they have together?",
        "A school library lends {first} books in the morning, {second} books at lunch and {third} books in "
        "the afternoon. How many books does it lend that day?",
        "In a park there are {first} oak trees, {second} pine trees and {third} maple trees. How many of "
        "these trees are in the park?",
        "What is the total number of {things} if {first} are {color}, {second} are {color2} and {third} are "
        "striped?",
    ),
)
def sum_of_three(t):
    """Three parts make the whole."""
    return t.add(t.first, t.second, t.third)


@schema(
    "arithmetic",
    total=whole(60, 900),
    first=whole(5, 300),
    second=whole(5, 300),
    where=lambda n: n.total - n.first - n.second >= 3,
    questions=(
        "{name} has {total} {things}. {first} of them are {color}, {second} are {color2} and the rest are "
        "{color3}. How many {things} are {color3}?",
        "A school has {total} students in its lower, middle and upper grades. There are {first} students in "
        "the lower grade and {second} in the middle grade. How many students are in the upper grade?",
        "Of the {total} seats in a hall, {first} are taken by adults and {second} by children. How many "
        "seats are empty?",
        "{name} read {first} pages on {day} and {second} pages on {day2}. The book has {total} pages. How "
        "many pages does {he} still have to read?",
        "Together, {name}, {name2} and {name3} collected {total} {things}. {name} collected {first} and "
        "{name2} collected {second}. How many {things} did {name3} collect?",
    ),
)
def third_part(t):
    """The part of a whole that is not told."""
    return t.sub(t.total, t.add(t.first, t.second))


@schema(
    "arithmetic",
    goal=whole(30, 900),
    start=whole(5, 500),
    where=lambda n: n.goal - n.start >= 3,
    questions=(
        "{name} needs {goal} {things} for the {event}. {He} already has {start}. How many does {he} still "
        "need?",
        "{name} wants to collect {goal} {things}. So far {he} has collected {start}. How many are missing "
        "from {his} goal?",
        "There are {start} chairs in the hall, but the {event} needs {goal}. How many chairs must be "
        "brought in?",
        "After {name} sold {start} raffle tickets, how many tickets are still to be sold if {his} goal is "
        "{goal}?",
        "A puzzle has {goal} pieces. {name} has put {start} of them in place. How many pieces are not in "
        "place yet?",
    ),
)
def still_needed(t):
    """The missing addend."""
    return t.sub(t.goal, t.start)


@schema(
    "arithmetic",
    goal=whole(60, 400),
    start=whole(5, 90),
    people=whole(2, 12),
    where=lambda n: n.goal > n.start + n.people and (n.goal - n.start) % n.people == 0,
    questions=(
        "{people} friends need {goal} {things} for the {event}. They have {start} already. If each friend "
        "brings the same number, how many {things} must each friend bring?",
        "A class wants to collect {goal} cans of food and has {start} cans so far. The {people} teams will "
        "share the rest of the work equally. How many cans must each team collect?",
        "{name} must pack {goal} {containers} for the {event}. {start} are packed. {He} and {his} helpers, "
        "{people} people in all, split the rest equally. How many {containers} does each of them pack?",
        "The {people} players of a team want to score {goal} points in all. They have scored {start} "
        "points. How many more points must each player score if they all score the same number from now on?",
    ),
)
def goal_shared(t):
    """What is missing from a goal, shared equally."""
    return t.div(t.sub(t.goal, t.start), t.people)


@schema(
    "arithmetic",
    first=whole(3, 60),
    times=whole(3, 9),
    questions=(
        "{name} has {first} {things}. {name2} has {times} times as many. How many {things} do they have "
        "together?",
        "{name2} collected {times} times as many {things} as {name}. {name} collected {first} {things}. How "
        "many {things} did they collect in all?",
        "On {day} a shop sold {first} {things}, and on {day2} it sold {times} times as many. How many "
        "{things} did it sell on both days together?",
        "There are {first} boys in a club and {times} times as many girls. How many children are in the "
        "club?",
    ),
)
def multiple_and_total(t):
    """A second amount is a multiple of the first; both together."""
    return t.add(t.first, t.mul(t.first, t.times))


@schema(
    "arithmetic",
    first=whole(12, 90),
    fewer=whole(2, 40),
    where=lambda n: n.first - n.fewer >= 3,
    questions=(
        "{name} has {first} {things}. {name2} has {fewer} fewer {things} than {name}. How many {things} do "
        "they have together?",
        "A bakery sold {first} cakes on {day}. On {day2} it sold {fewer} fewer cakes. How many cakes did it "
        "sell on both days?",
        "{name2} read {fewer} fewer pages than {name}. {name} read {first} pages. How many pages did they "
        "read in all?",
        "There are {first} cars in a parking lot. The lot also has trucks, but {fewer} fewer trucks than "
        "cars. How many cars and trucks are there altogether?",
    ),
)
def fewer_and_total(t):
    """A second amount is smaller than the first; both together."""
    return t.add(t.first, t.sub(t.first, t.fewer))


@schema(
    "arithmetic",
    first=whole(3, 50),
    more=whole(2, 30),
    questions=(
        "{name} has {first} {things}. {name2} has {more} more {things} than {name}, and {name3} has twice "
        "as many as {name2}. How many {things} do they all have together?",
        "On {day} a farm sold {first} pumpkins. On the next day it sold {more} more than on {day}, and on "
        "the last day twice as many as on the day before. How many pumpkins did the farm sell in all?",
        "{name3} found twice as many {things} as {name2}, who found {more} more than {name}. {name} found "
        "{first} {things}. How many {things} did they find altogether?",
        "A small class has {first} students. The middle class has {more} more students than the small "
        "class, and the big class has twice as many students as the middle class. How many students are in "
        "these classes altogether?",
    ),
)
def chain_of_three(t):
    """Each amount is told by the one before; all three together."""
    second = t.add(t.first, t.more)
    return t.add(t.first, second, t.mul(second, 2))


@schema(
    "arithmetic",
    first=whole(3, 40),
    times=whole(3, 6),
    fewer=whole(2, 40),
    where=lambda n: n.first * n.times - n.fewer >= 3,
    held_out=True,
    questions=(
        "{name} has {first} {things}. {name2} has {times} times as many as {name}, and {name3} has {fewer} "
        "fewer than {name2}. How many {things} do they all have together?",
        "A shop sold {first} {things} on {day}. It sold {times} times as many on the next day. On the day "
        "after that it sold {fewer} fewer than on the day before. How many {things} did it sell in all?",
        "{name3} read {fewer} fewer pages than {name2}. {name2} read {times} times as many pages as {name}, "
        "who read {first} pages. How many pages did they read altogether?",
        "At a zoo there are {first} bears and {times} times as many monkeys. There are also parrots, "
        "{fewer} fewer than monkeys. How many of these animals are at the zoo?",
    ),
)
def chain_with_fewer(t):
    """A multiple, then less than that multiple; all three together."""
    second = t.mul(t.first, t.times)
    return t.add(t.first, second, t.sub(second, t.fewer))


@schema(
    "arithmetic",
    total=whole(20, 200),
    part=whole(2, 80),
    where=lambda n: n.total % 2 == 0 and n.total / 2 - n.part >= 3,
    questions=(
        "Half of {name}'s {total} {things} are {color}, {part} are {color2} and the rest are {color3}. How "
        "many {things} are {color3}?",
        "A school has {total} students. Half of them walk to school, {part} come by bike and the others "
        "take the bus. How many students take the bus?",
        "Half of the {total} seats in a hall are for adults and {part} are for children. All the other "
        "seats are for friends of the band. How many seats are for friends of the band?",
        "A farm has {total} animals. There are {part} {animals2}, half of the animals are {animals}, and "
        "all the others are {animals3}. How many {animals3} does the farm have?",
    ),
)
def rest_of_half(t):
    """The other half, less a part of it."""
    return t.sub(t.div(t.total, 2), t.part)


@schema(
    "arithmetic",
    start=whole(20, 200),
    added=whole(4, 80),
    groups=whole(2, 12),
    where=lambda n: n.start % 2 == 0 and (n.start / 2 + n.added) % n.groups == 0,
    held_out=True,
    questions=(
        "Half of the {start} students of a school take part in a sports day, and {added} students from "
        "another school join them. They form {groups} teams of equal size. How many students are on each "
        "team?",
        "A club has {start} members, but only half of them come to the {event}. There are also {added} "
        "guests. All who come sit at {groups} tables, the same number at each. How many people sit at each "
        "table?",
        "{name} uses half of {his} {start} {things} for the {event}, and {name2} brings {added} more. "
        "Together they fill {groups} {containers} with the same number of {things} each. How many {things} "
        "go into each {container}?",
        "The {groups} classes of a school share new books equally. The books are {added} novels and half of "
        "a donation of {start} books. How many new books does each class get?",
    ),
)
def half_joined_shared(t):
    """Half of a whole and some more, shared equally."""
    return t.div(t.add(t.div(t.start, 2), t.added), t.groups)
