"""Arithmetic problems about equal groups, rows, dozens, and the same things packed again in other groups."""

from trace_trainer.experts.problems.schema import schema, whole


@schema(
    "arithmetic",
    boxes=whole(2, 20),
    per_box=whole(3, 40),
    questions=(
        "{name} has {boxes} {containers} with {per_box} {things} in each. How many {things} does {name} "
        "have in all?",
        "Each {container} holds {per_box} {things}. How many {things} are there in {boxes} {containers}?",
        "A store orders {boxes} boxes of {things}. There are {per_box} {things} in every box. How many "
        "{things} does the store get?",
        "{name} packs {things} for the {event}, putting {per_box} in each {container}. {He} fills {boxes} "
        "{containers}. How many {things} does {he} pack?",
        "There are {boxes} {containers} in the {room}. If each {container} holds {per_box} {things}, how "
        "many {things} are in the {room}?",
    ),
)
def equal_groups(t):
    """How many there are in several groups of the same size."""
    return t.mul(t.boxes, t.per_box)


@schema(
    "arithmetic",
    boxes=whole(2, 15),
    per_box=whole(3, 30),
    loose=whole(2, 40),
    questions=(
        "{name} has {boxes} {containers} with {per_box} {things} in each, and {loose} loose {things} on the "
        "table. How many {things} does {he} have altogether?",
        "There are {loose} {things} on the shelf and {boxes} full {containers} in the closet. Each full "
        "{container} holds {per_box} {things}. How many {things} are there in all?",
        "{name} fills {boxes} {containers} with {per_box} {things} each and has {loose} {things} left over. "
        "How many {things} did {he} have before packing them?",
        "A store already has {loose} {things}. Now it gets {boxes} more boxes with {per_box} {things} in "
        "each. How many {things} does the store have now?",
        "Each box holds {per_box} {things}. {name} buys {boxes} boxes, and {his} {family} brings {loose} "
        "more {things}. How many {things} do they have together?",
    ),
)
def groups_and_loose(t):
    """Equal groups and some more that are in no group."""
    return t.add(t.mul(t.boxes, t.per_box), t.loose)


@schema(
    "arithmetic",
    boxes=whole(2, 12),
    per_box=whole(5, 40),
    bags=whole(2, 12),
    per_bag=whole(3, 20),
    questions=(
        "{name} buys {boxes} boxes with {per_box} {things} in each and {bags} bags with {per_bag} {things} "
        "in each. How many {things} does {he} buy altogether?",
        "A box holds {per_box} {things} and a bag holds {per_bag}. {name} fills {boxes} boxes and {bags} "
        "bags. How many {things} does {he} pack?",
        "In the storeroom, {boxes} boxes hold {per_box} {things} each, while {bags} bags hold {per_bag} "
        "{things} each. How many {things} are in the storeroom?",
        "{name} brings {boxes} boxes of {things} to the {event}, and {name2} brings {bags} bags of "
        "{things}. There are {per_box} {things} in every box and {per_bag} in every bag. How many {things} "
        "do they bring together?",
        "For the {event}, {name} orders {bags} bags of {per_bag} {things} each. {name2} orders {boxes} "
        "boxes of {per_box} {things} each. What is the total number of {things} that they order?",
    ),
)
def boxes_and_bags(t):
    """Two kinds of groups put together."""
    return t.add(t.mul(t.boxes, t.per_box), t.mul(t.bags, t.per_bag))


@schema(
    "arithmetic",
    rows=whole(3, 20),
    per_row=whole(4, 30),
    lost=whole(2, 40),
    where=lambda n: n.lost < n.rows * n.per_row,
    questions=(
        "A farmer plants {rows} rows of {trees} with {per_row} {trees} in each row. A storm knocks down "
        "{lost} of them. How many {trees} are still standing?",
        "{name} sets up {rows} rows of chairs for the {event}, {per_row} chairs in each row. Then {he} "
        "takes away {lost} broken chairs. How many chairs are left?",
        "A garden has {per_row} {trees} in every row and {rows} rows in all. This {month}, {lost} {trees} "
        "had to be cut down. How many {trees} remain?",
        "A parking lot has {rows} rows of {per_row} spaces each. Today {lost} spaces are closed. How many "
        "spaces can be used today?",
        "On {day}, {lost} seats in a theater stayed empty and all the others were taken. The theater has "
        "{rows} rows with {per_row} seats in each row. How many seats were taken?",
    ),
)
def rows_less(t):
    """Equal rows, less some that are gone."""
    return t.sub(t.mul(t.rows, t.per_row), t.lost)


@schema(
    "arithmetic",
    rows=whole(3, 20),
    added=whole(2, 12),
    per_row=whole(4, 30),
    questions=(
        "{name} plants {rows} rows of {trees}. Later {he} plants {added} more rows. Each row has {per_row} "
        "{trees}. How many {trees} does {he} plant altogether?",
        "There are {per_row} seats in every row of a theater. The theater had {rows} rows, and {added} rows "
        "were added. How many seats does it have now?",
        "A garden has {rows} rows of {trees}. The gardener adds {added} rows. If every row has {per_row} "
        "{trees}, how many {trees} are in the garden now?",
        "On {day}, {name} set up {rows} rows of chairs, and on {day2} {he} set up {added} more rows. {He} "
        "put {per_row} chairs in each row. How many chairs did {he} set up in all?",
    ),
)
def rows_added(t):
    """All rows counted first, then the size of a row."""
    return t.mul(t.add(t.rows, t.added), t.per_row)


@schema(
    "arithmetic",
    boxes=whole(2, 15),
    per_box=whole(4, 40),
    per_bag=whole(2, 15),
    where=lambda n: n.boxes * n.per_box % n.per_bag == 0 and n.per_bag not in (n.boxes, n.per_box),
    questions=(
        "{name} has {boxes} boxes with {per_box} {things} in each. {He} moves all the {things} into bags "
        "that hold {per_bag} {things} each. How many bags does {he} fill?",
        "{name} buys {boxes} boxes of {things}. Each box holds {per_box} {things}. {He} wants to make bags "
        "with {per_bag} {things} in each. How many bags can {he} make?",
        "For the {event}, {name} puts {per_bag} {things} in every gift bag. {He} uses up {boxes} boxes of "
        "{things} with {per_box} in each. How many gift bags are there?",
        "A store gets {boxes} boxes of {things} with {per_box} {things} in every box. It sells the {things} "
        "only in bags of {per_bag}. How many bags can the store sell?",
    ),
)
def repack(t):
    """The same things in groups of another size."""
    return t.div(t.mul(t.boxes, t.per_box), t.per_bag)


@schema(
    "arithmetic",
    boxes=whole(2, 15),
    per_box=whole(4, 40),
    per_bag=whole(3, 15),
    where=lambda n: n.boxes * n.per_box % n.per_bag > 1 and n.per_box > n.per_bag,
    held_out=True,
    questions=(
        "{name} has {boxes} boxes with {per_box} {things} in each. {He} packs as many bags of {per_bag} "
        "{things} as {he} can. How many {things} are left over?",
        "A store gets {boxes} boxes of {things} with {per_box} {things} in every box. It makes full bags of "
        "{per_bag} {things} and keeps the rest. How many {things} does it keep?",
        "Each bag must hold exactly {per_bag} {things}. {name} opens {boxes} boxes of {per_box} {things} "
        "and fills bags until too few {things} remain for another. How many {things} remain?",
        "There are {per_box} {things} in a box. {name} buys {boxes} boxes and puts the {things} into full "
        "bags of {per_bag}. How many {things} do not fit into a full bag?",
    ),
)
def repack_remainder(t):
    """What is left when groups of another size have been filled."""
    return t.mod(t.mul(t.boxes, t.per_box), t.per_bag)


@schema(
    "arithmetic",
    total=whole(20, 200),
    first=whole(5, 90),
    per_box=whole(2, 20),
    where=lambda n: n.total >= n.first + 2 * n.per_box and (n.total - n.first) % n.per_box == 0,
    held_out=True,
    questions=(
        "{name} has {total} {things}. {first} of them are {color}, and the others are {color2}. {He} puts "
        "the {color2} ones into boxes of {per_box}. How many boxes does {he} need?",
        "A farm has {total} hens. In the small barn there are {first} hens, and all the other hens live in "
        "pens of {per_box}. How many pens are there?",
        "Each carton holds {per_box} eggs. Of {total} eggs, {first} are brown and the rest are white. How "
        "many cartons do the white eggs fill?",
        "There are {first} adults among the {total} people on a trip. The children walk in groups of "
        "{per_box}. How many groups of children are there?",
    ),
)
def others_in_groups(t):
    """One part is taken out of the whole before the rest is grouped."""
    return t.div(t.sub(t.total, t.first), t.per_box)


@schema(
    "arithmetic",
    dozens=whole(2, 15),
    used=whole(2, 30),
    where=lambda n: n.used < 12 * n.dozens,
    questions=(
        "{name} buys {dozens} dozen eggs and uses {used} of them for baking. How many eggs are left?",
        "A bakery makes {dozens} dozen rolls in the morning. By noon {used} rolls are gone. How many rolls "
        "are left at noon?",
        "{name} uses {used} roses from a delivery of {dozens} dozen roses. How many roses does {he} still "
        "have?",
        "A teacher orders {dozens} dozen pencils and hands out {used} of them. How many pencils remain?",
    ),
)
def dozens_less(t):
    """Dozens, less some that are used."""
    return t.sub(t.mul(t.dozens, 12), t.used)


@schema(
    "arithmetic",
    dozens=whole(2, 15),
    added=whole(2, 30),
    people=whole(2, 12),
    where=lambda n: (12 * n.dozens + n.added) % n.people == 0,
    held_out=True,
    questions=(
        "{name} bakes {dozens} dozen cookies, and {name2} bakes {added} more. They share all the cookies "
        "equally among {people} children. How many cookies does each child get?",
        "There are {people} guests at the {event}. {name} brings {dozens} dozen muffins and finds {added} "
        "more in the kitchen. If every guest gets the same number, how many muffins does each guest get?",
        "A shop has {added} roses left and gets {dozens} dozen new ones. On {day} {people} customers buy "
        "all the roses, the same number each. How many roses does each customer buy?",
        "{name} has {dozens} dozen eggs in the fridge and buys {added} more. {He} divides all of them "
        "equally among {people} neighbors. How many eggs does each neighbor get?",
    ),
)
def dozens_shared(t):
    """Dozens and some more, shared equally."""
    return t.div(t.add(t.mul(t.dozens, 12), t.added), t.people)
