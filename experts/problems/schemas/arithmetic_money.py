"""Arithmetic problems about shopping: what is paid, the change, and what is cheaper."""

from trace_trainer.experts.problems.schema import choice, money, schema, whole


@schema(
    "arithmetic",
    paid=choice(10, 20, 50, 100),
    count=whole(2, 12),
    price=money(2, 12),
    where=lambda n: n.count * n.price < n.paid,
    questions=(
        "{name} buys {count} {things} for {price} each and pays with a {paid} dollar bill. How much change "
        "does {he} get?",
        "Each {thing} costs {price}. {name} takes {count} of them and gives the cashier {paid} dollars. How "
        "much money does {he} get back?",
        "{name} pays with {paid} dollars for {count} {things} at {price} each. How much money is {he} given "
        "back?",
        "How much change does {name} get from {paid} dollars after buying {count} {things} that cost "
        "{price} each?",
    ),
)
def change_from_bill(t):
    """Change after buying several of the same thing."""
    return t.sub(t.paid, t.mul(t.count, t.price))


@schema(
    "arithmetic",
    count=whole(2, 12),
    price=money(2, 12, cents=True),
    cost=money(5, 80),
    questions=(
        "{name} buys {count} {things} for {price} each and {a_good} for {cost}. How much does {he} pay in "
        "all?",
        "{name} pays {cost} for {a_good}. {He} also buys {count} {things}, each for {price}. How much money "
        "does {he} spend?",
        "Each {thing} costs {price} and {a_good} costs {cost}. {name} buys {count} {things} and the {good}. "
        "What does {he} pay altogether?",
        "What is the total price of {a_good} for {cost} and {count} {things} at {price} apiece?",
    ),
)
def mixed_bill(t):
    """Several of one thing and one of another."""
    return t.add(t.mul(t.count, t.price), t.cost)


@schema(
    "arithmetic",
    paid=choice(50, 100, 200),
    first=whole(2, 8),
    first_price=money(2, 12),
    second=whole(2, 8),
    second_price=money(2, 12),
    where=lambda n: n.first * n.first_price + n.second * n.second_price < n.paid,
    questions=(
        "{name} buys {first} {things} for {first_price} each and {second} {things2} for {second_price} "
        "each. {He} pays with {paid} dollars. How much change does {he} get?",
        "{name} hands the cashier {paid} dollars for {first} {things} at {first_price} each and {second} "
        "{things2} at {second_price} each. How much change is there?",
        "Each {thing} costs {first_price} and each {thing2} costs {second_price}. {name} takes {first} "
        "{things} and {second} {things2} and hands over {paid} dollars. How much does {he} get back?",
        "At the store, {name} picks {second} {things2} for {second_price} each and {first} {things} for "
        "{first_price} each. How much change does {he} get from {paid} dollars?",
    ),
)
def change_from_two(t):
    """Change after buying several of two kinds."""
    return t.sub(t.paid, t.add(t.mul(t.first, t.first_price), t.mul(t.second, t.second_price)))


@schema(
    "arithmetic",
    first_price=money(3, 30),
    second_price=money(3, 30),
    count=whole(2, 12),
    where=lambda n: n.first_price != n.second_price,
    questions=(
        "{a_good} costs {first_price} at the mall and {second_price} online. {name} needs {count} of them "
        "and takes the cheaper offer. How much does {he} pay?",
        "{name} wants {count} {things}. They cost {first_price} each in the {shop} and {second_price} each "
        "in the {shop2}. How much does {he} pay if {he} buys all of them where they are cheaper?",
        "A ticket costs {first_price} on {day} and {second_price} on {day2}. {name} buys {count} tickets "
        "for the cheaper day. How much does {he} spend?",
        "{name} compares red paint at {first_price} a can with blue paint at {second_price} a can and takes "
        "the cheaper color. {He} buys {count} cans. What does {he} pay?",
    ),
)
def cheaper_of_two(t):
    """The lower of two prices, several times."""
    return t.mul(t.min(t.first_price, t.second_price), t.count)


@schema(
    "arithmetic",
    first=money(20, 400),
    second=money(5, 300),
    start=money(10, 600),
    where=lambda n: n.first + n.second > n.start + 1 and n.start not in (n.first, n.second),
    questions=(
        "{name} wants to buy {a_good} for {first} and {a_good2} for {second}. {He} has {start}. How much "
        "more money does {he} need?",
        "{a_good} costs {first} and {a_good2} costs {second}. How much money is {name} short if {he} has "
        "only {start} and wants both?",
        "{name} has saved {start} for a trip. The train costs {first} and the hotel costs {second}. How "
        "much does {he} still have to save?",
        "For the {event}, {name} has to pay {first} for food and {second} for music. {He} has collected "
        "{start} so far. How much money is missing?",
    ),
)
def money_missing(t):
    """Two costs and not enough money."""
    return t.sub(t.add(t.first, t.second), t.start)
