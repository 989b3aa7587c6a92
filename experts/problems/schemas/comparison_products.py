"""Comparison problems whose amounts are calculated before: totals, groups, costs, weekly amounts."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "comparison",
    first=whole(5, 120),
    second=whole(5, 120),
    third=whole(5, 120),
    fourth=whole(5, 120),
    where=lambda n: n.first + n.second > n.third + n.fourth + 1,
    questions=(
        "{name} collected {first} {things} on {day} and {second} on {day2}. {name2} collected {third} on "
        "{day} and {fourth} on {day2}. How many more {things} did {name} collect than {name2}?",
        "The {color} team scored {first} and {second} points in its games. The {color2} team scored {third} "
        "and {fourth} points. How many more points did the {color} team score than the {color2} team?",
        "{name} read books of {first} and {second} pages, while {name2} read books of {third} and {fourth} "
        "pages. How many fewer pages did {name2} read than {name}?",
        "A school has {first} girls and {second} boys. Another school has {third} girls and {fourth} boys. "
        "How many more students does the larger school have than the smaller school?",
    ),
)
def totals_gap(t):
    """The difference of two totals."""
    return t.compare("sub", t.add(t.first, t.second), t.add(t.third, t.fourth))


@schema(
    "comparison",
    boxes=whole(2, 12),
    per_box=whole(4, 40),
    smaller=whole(5, 200),
    where=lambda n: n.boxes * n.per_box > n.smaller + 1,
    questions=(
        "{name} has {boxes} {containers} with {per_box} {things} in each. {name2} has {smaller} {things}. "
        "How many more {things} does {name} have than {name2}?",
        "{name2} has {smaller} {things}. {name} fills {boxes} {containers} with {per_box} {things} each. "
        "How many fewer {things} does {name2} have than {name}?",
        "A shop has {smaller} {things} on a table and {boxes} {containers} of {things} in the back. Each "
        "{container} holds {per_box}. How many more {things} are in the back than on the table?",
        "There are {per_box} {things} in every {container}. How many more {things} are in {boxes} "
        "{containers} than in a pile of {smaller} {things}?",
    ),
)
def groups_gap(t):
    """Equal groups against a plain amount."""
    return t.compare("sub", t.mul(t.boxes, t.per_box), t.smaller)


@schema(
    "comparison",
    first=whole(2, 15),
    first_price=money(2, 25),
    second=whole(2, 15),
    second_price=money(2, 25),
    where=lambda n: n.first * n.first_price > n.second * n.second_price,
    questions=(
        "{name} buys {first} {things} for {first_price} each. {name2} buys {second} {things2} for "
        "{second_price} each. How much more does {name} spend than {name2}?",
        "Each {thing} costs {first_price}, and each {thing2} costs {second_price}. How much more do {first} "
        "{things} cost than {second} {things2}?",
        "{name2} sold {second} {things} at {second_price} apiece, and {name} sold {first} {things} at "
        "{first_price} apiece. How much less did {name2} get than {name}?",
        "A club pays for {first} tickets at {first_price} each and for {second} meals at {second_price} "
        "each. How much more does it pay for the tickets than for the meals?",
    ),
)
def costs_gap(t):
    """The difference of two costs."""
    return t.compare("sub", t.mul(t.first, t.first_price), t.mul(t.second, t.second_price))


@schema(
    "comparison",
    first=money(4, 60),
    second=money(3, 50),
    weeks=whole(2, 20),
    where=lambda n: n.first > n.second,
    questions=(
        "{name} saves {first} a week, and {name2} saves {second} a week. How much more than {name2} has "
        "{name} saved after {weeks} weeks?",
        "Each week {name2} earns {second} and {name} earns {first}. How much less than {name} does {name2} "
        "earn in {weeks} weeks?",
        "Over {weeks} weeks, a family spends {first} a week on food and {second} a week on gas. How much "
        "more does it spend on food than on gas?",
        "A dance class costs {first} a week and a {sport} class costs {second} a week. For {weeks} weeks, "
        "how much more does the dance class cost than the {sport} class?",
    ),
)
def weekly_gap(t):
    """Two weekly amounts over the same weeks."""
    return t.compare("sub", t.mul(t.first, t.weeks), t.mul(t.second, t.weeks))


@schema(
    "comparison",
    boxes=whole(2, 20),
    per_box=whole(3, 40),
    smaller=whole(4, 90),
    where=lambda n: (
        n.boxes * n.per_box % n.smaller == 0
        and n.smaller not in (n.boxes, n.per_box)
        and n.smaller < n.boxes * n.per_box <= 50 * n.smaller
    ),
    held_out=True,
    questions=(
        "{name} has {boxes} {containers} with {per_box} {things} in each. {name2} has {smaller} {things}. "
        "How many times as many {things} does {name} have as {name2}?",
        "A shop has {smaller} {things} on a table and {boxes} {containers} of {things} in the back. Each "
        "{container} holds {per_box}. How many times as many {things} are in the back as on the table?",
        "{name2} swims {smaller} laps a month. {name} swims {per_box} laps in each practice and has {boxes} "
        "practices a month. How many times as many laps as {name2} does {name} swim?",
        "There are {per_box} {things} in every {container}. {boxes} {containers} hold how many times as "
        "many {things} as lie in a pile of {smaller} {things}?",
    ),
)
def times_of_groups(t):
    """Equal groups as a multiple of another amount."""
    return t.compare("div", t.mul(t.boxes, t.per_box), t.smaller)


@schema(
    "comparison",
    first=whole(2, 15),
    first_price=money(2, 25),
    second=whole(2, 15),
    second_price=money(2, 25),
    where=lambda n: (
        n.first * n.first_price % (n.second * n.second_price) == 0
        and n.second * n.second_price < n.first * n.first_price <= 20 * n.second * n.second_price
    ),
    held_out=True,
    questions=(
        "{name} buys {first} {things} for {first_price} each. {name2} buys {second} {things2} for "
        "{second_price} each. How many times as much does {name} spend as {name2}?",
        "Each {thing} costs {first_price}, and each {thing2} costs {second_price}. How many times as much "
        "do {first} {things} cost as {second} {things2}?",
        "{name2} sells {second} {things} at {second_price} apiece, while {name} sells {first} {things2} at "
        "{first_price} apiece. {name} gets how many times as much money as {name2}?",
        "A school buys {second} chairs for {second_price} each and {first} lamps for {first_price} each. "
        "How many times as much do the lamps cost as the chairs?",
    ),
)
def cost_multiple(t):
    """One cost as a multiple of another."""
    return t.compare("div", t.mul(t.first, t.first_price), t.mul(t.second, t.second_price))


@schema(
    "comparison",
    total=whole(24, 480),
    per_bag=whole(2, 10),
    per_box=whole(4, 24),
    where=lambda n: (
        n.total % n.per_bag == 0
        and n.total % n.per_box == 0
        and n.total / n.per_bag > n.total / n.per_box + 1
    ),
    held_out=True,
    questions=(
        "{name} has {total} {things}. {He} can put them into bags of {per_bag} or into boxes of {per_box}. "
        "How many more bags than boxes would {he} need?",
        "A bag holds {per_bag} {things} and a box holds {per_box}. To pack {total} {things}, how many fewer "
        "boxes than bags does it take?",
        "A store packs {total} {color} {things} in bags with {per_bag} in each. It packs the same number of "
        "{color2} {things} in boxes with {per_box} in each. How many more bags than boxes does it fill?",
        "{name} packs {total} {things} into boxes, {per_box} to a box. {name2} packs just as many {things} "
        "into bags, {per_bag} to a bag. How many more bags does {name2} fill than {name} fills boxes?",
    ),
)
def bags_or_boxes(t):
    """The same total in groups of two sizes."""
    return t.compare("sub", t.div(t.total, t.per_bag), t.div(t.total, t.per_box))
