"""Stories with a percentage and one thing more that no model is trained on: they measure what it makes of new ones."""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "percentage",
    people=whole(40, 4000),
    rate=percent(5, 90),
    growth=percent(5, 90),
    variables={"people": "visitors"},
    held_out=True,
    where=lambda n: n.people * n.rate % 100 == 0 and n.people * (100 + n.rate) * n.growth % 10000 == 0,
    questions=(
        "A museum had {people} visitors in {month}. The number rose by {rate} in the next month and by "
        "{growth} in the month after that. How many visitors came in the last of these months?",
        "{name}'s website has {people} visitors a day. The number grows by {rate} this year and by another "
        "{growth} next year. How many visitors a day will the website have then?",
        "On {day}, {people} visitors came to {place}. The day after, there were {rate} more visitors, and "
        "the following day {growth} more than that. How many visitors came on the following day?",
        "The zoo counted {people} visitors in spring. In summer the count was {rate} higher than in spring, "
        "and in autumn it was {growth} higher than in summer. How many visitors did the zoo count in autumn?",
    ),
)
def growth_twice(t):
    """Growth on top of growth."""
    return t.percent_increase(t.percent_increase(t.people, t.rate), t.growth)


@schema(
    "percentage",
    start=whole(40, 1500),
    rate=percent(5, 80),
    per_box=whole(4, 20),
    variables={"start": "{things}"},
    held_out=True,
    where=lambda n: n.start * n.rate % 100 == 0 and n.start * (100 - n.rate) / 100 % n.per_box == 0,
    questions=(
        "{name} has {start} {things}. {He} throws away {rate} of them and packs the rest in boxes of "
        "{per_box}. How many boxes does {he} fill?",
        "A warehouse receives {start} {things}, but {rate} are damaged. The good ones are packed in boxes "
        "that hold {per_box} each. How many boxes are needed?",
        "A box holds {per_box} {things}. Out of {start} {things} in a store, {rate} are sold and the others "
        "go into such boxes. How many boxes are filled?",
        "Of the {start} {things} for the {event}, {rate} got broken. {name} puts the remaining {things} in "
        "boxes, {per_box} to a box. How many boxes does {name} use?",
    ),
)
def rest_in_boxes(t):
    """What a percentage leaves is packed in boxes."""
    return t.div(t.percent_off(t.start, t.rate), t.per_box)


@schema(
    "percentage",
    cost=money(2, 25),
    rate=percent(10, 100),
    count=whole(3, 60),
    held_out=True,
    questions=(
        "Each {thing} costs a shop {cost}. The shop makes a profit of {rate} on it. How much profit does it "
        "make by selling {count} {things}?",
        "{name} buys {things} for {cost} each and earns {rate} of that price as profit on every {thing} "
        "sold. What is {his} profit on {count} {things}?",
        "The owner of a stall pays {cost} for each {thing} and gains {rate} of this cost when it is sold. "
        "How many dollars does the owner gain on {count} {things}?",
        "For every {thing}, which costs {cost} to make, {name} takes a profit of {rate} of the cost. {He} "
        "sells {count} of them at the {event}. How much profit is that?",
    ),
)
def markup_profit(t):
    """A profit per thing, for several things."""
    return t.mul(t.percent_of(t.cost, t.rate), t.count)


@schema(
    "percentage",
    bill=money(60, 900),
    tax=percent(5, 25),
    parking=money(5, 60),
    held_out=True,
    questions=(
        "A hotel in {city} charges {bill} for a stay. A city tax of {tax} is added, and parking costs "
        "{parking} more. How much does {name} pay in all?",
        "{name}'s hotel bill is {bill} before a tax of {tax}. {He} also pays {parking} for parking, which is "
        "not taxed. What does {he} pay altogether?",
        "{name}'s room in {city} costs {bill} plus {tax} tax. If {he} adds {parking} for a parking space, "
        "how many dollars does the stay cost {him}?",
        "A stay by the sea costs {bill}. There is a tax of {tax} on it and a fee of {parking} for the car "
        "park. How much is the stay with both?",
    ),
)
def hotel_stay(t):
    """A bill with tax and an untaxed fee."""
    return t.add(t.percent_increase(t.bill, t.tax), t.parking)
