"""Stories about one owner's things where a change is computed, or where the rest is sold, shared or packed.

At most one compute follows the last change. A story that calculates on is a composition (composition_stock.py).
"""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "entity_track",
    start=whole(12, 150),
    eaten=whole(2, 20),
    used=whole(2, 30),
    price=money(2, 9),
    variables={"start": "eggs"},
    where=lambda n: n.start > n.eaten + n.used,
    questions=(
        "{name}'s hens lay {start} eggs. {He} eats {eaten} of them, uses {used} for baking, and sells the "
        "rest at {place} for {price} each. How much money does {he} make?",
        "{name} collects {start} eggs on {day}. {His} family eats {eaten} and {he} bakes with {used}. Every "
        "egg that is left is sold for {price}. How many dollars does {name} earn?",
        "A farm gathered {start} eggs. The farmer's family ate {eaten} eggs and {used} went into cakes. The "
        "remaining eggs were sold at {price} apiece. How much did the farm get for them?",
        "Of {start} eggs, {name} eats {eaten} for breakfast and puts {used} in a cake for the {event}. If "
        "{he} sells all the others at {price} an egg, how much does {he} receive?",
    ),
)
def eggs_sold(t):
    """What is left after two uses is sold at a price."""
    t.consume(t.start, t.number("eaten"))
    t.consume(t.start, t.number("used"))
    return t.mul(t.start, t.price)


@schema(
    "entity_track",
    start=whole(20, 300),
    lost=whole(2, 60),
    people=whole(3, 12),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.lost and (n.start - n.lost) % n.people == 0,
    questions=(
        "{name} had {start} {things} but lost {lost} of them. {He} shares the rest equally among {people} "
        "friends. How many {things} does each friend get?",
        "There were {start} {things} in a {container}. After {lost} fell out, the remaining {things} were "
        "split equally between {people} children. How many did each child receive?",
        "On the way to the {event}, {name} dropped {lost} of {his} {start} {things}. The others were divided "
        "equally among {people} guests. How many {things} did each guest get?",
        "{name} buys {start} {things}. It turns out that {lost} are broken, so {he} throws those away and "
        "hands out the rest evenly to {people} people. How many {things} does each person get?",
    ),
)
def rest_shared(t):
    """What is left is shared equally."""
    t.consume(t.start, t.number("lost"))
    return t.div(t.start, t.people)


@schema(
    "entity_track",
    start=whole(60, 500),
    per_day=whole(2, 15),
    days=whole(3, 14),
    bought=whole(10, 150),
    variables={"start": "treats"},
    where=lambda n: n.start > n.per_day * n.days,
    questions=(
        "A bag holds {start} dog treats. {name}'s dog eats {per_day} treats a day for {days} days. Then "
        "{name} buys {bought} more treats. How many treats are there now?",
        "{name} has {start} treats for the puppies and gives them {per_day} every day. After {days} days "
        "{he} buys another {bought} treats. How many treats does {name} have then?",
        "An animal shelter had {start} treats and used {per_day} of them each day. When {days} days had "
        "passed, somebody donated {bought} treats. How many treats did the shelter have after that?",
        "From a jar of {start} treats, {per_day} are eaten daily. After {days} days the jar is topped up "
        "with {bought} treats. How many treats are in it then?",
    ),
)
def daily_treats(t):
    """The amount used up is itself computed: so many a day for some days."""
    t.consume(t.start, t.mul(t.per_day, t.days))
    t.add_entity(t.start, t.number("bought"))
    return t.start


@schema(
    "entity_track",
    start=whole(10, 200),
    found=whole(4, 60),
    given=whole(3, 80),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.given,
    questions=(
        "{name} has {start} {things}. {He} finds {found} on {day} and twice as many on the next day. Then "
        "{he} gives {given} to {name2}. How many {things} does {name} have now?",
        "There are {start} {things} in {name}'s {container}. {name} adds {found} {things}, and {his} "
        "{family} adds twice as many as {name} did. Later {given} {things} are given away. How many {things} "
        "are in the {container}?",
        "To a collection of {start} {things}, {name} added {found} in the morning and twice that number in "
        "the afternoon. In the evening {he} gave away {given}. How many {things} are in the collection now?",
        "{name} starts with {start} {things}, finds {found} more, and then buys twice as many as {he} found. "
        "If {he} gives {given} {things} to {his} {family}, how many does {he} keep?",
    ),
)
def twice_as_many_found(t):
    """The same find once and then doubled."""
    t.add_entity(t.start, t.found)
    t.add_entity(t.start, t.mul(t.found, 2))
    t.consume(t.start, t.number("given"))
    return t.start


@schema(
    "entity_track",
    start=whole(30, 400),
    broken=whole(2, 40),
    bought=whole(5, 120),
    per_box=whole(4, 12),
    variables={"start": "{things}"},
    held_out=True,
    where=lambda n: n.start > n.broken and (n.start - n.broken + n.bought) % n.per_box == 0,
    questions=(
        "{name} has {start} {things}. {He} throws away {broken} that turn out to be broken and then buys "
        "{bought} new ones. {He} packs all the {things} in boxes of {per_box}. How many boxes does {he} "
        "fill?",
        "A shop had {start} {things}. It threw away {broken} that were damaged and bought {bought} more. If "
        "{per_box} {things} go in a box, how many boxes are needed to pack all of them?",
        "After throwing out {broken} of the {start} {things} in the {room}, {name} bought another {bought}. "
        "{He} wants to put them in boxes that hold {per_box} {things} each. How many boxes does {name} need?",
        "Workers packed {things} for the {event}. They began with {start}, removed {broken} bad ones and "
        "then added {bought} good ones. Each box took {per_box} {things}. How many boxes did they pack?",
    ),
)
def rest_packed(t):
    """What is left is packed in boxes."""
    t.consume(t.start, t.number("broken"))
    t.add_entity(t.start, t.number("bought"))
    return t.div(t.start, t.per_box)
