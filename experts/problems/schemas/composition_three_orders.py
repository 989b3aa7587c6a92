"""Stories in three parts about orders with a fee: two of them compared, and one that is shared."""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "composition",
    first=whole(3, 20),
    first_price=money(4, 30),
    first_fee=money(5, 60),
    second=whole(3, 20),
    second_price=money(4, 30),
    second_fee=money(5, 60),
    where=lambda n: (
        n.first * n.first_price + n.first_fee > n.second * n.second_price + n.second_fee
        and n.first_price != n.second_price
    ),
    questions=(
        "{name} buys {first} {things} for {first_price} each and pays {first_fee} for delivery. {name2} buys "
        "{second} {things} for {second_price} each and pays {second_fee} for delivery. How much more does "
        "{name} pay?",
        "A trip to the zoo is for {first} children at {first_price} per child, with {first_fee} for the bus. "
        "A trip to the museum is for {second} children at {second_price} per child, with {second_fee} for "
        "the bus. How many more dollars does the trip to the zoo cost?",
        "The {shop} sends {name} {first} {things} at {first_price} apiece plus {first_fee} for shipping. "
        "{name2} orders {second} {things2} at {second_price} apiece plus {second_fee} for shipping. By how "
        "much is {name}'s order more expensive?",
        "For the {event}, {name} rents {first} tables at {first_price} each and a tent for {first_fee}. "
        "{name2} rents {second} chairs at {second_price} each and a stove for {second_fee}. How much more "
        "does {name} spend than {name2}?",
    ),
)
def two_orders_compared(t):
    """Two orders with a fee each and their difference."""
    first = t.expert("arithmetic")
    first.answer(first.add(first.mul(first.first, first.first_price), first.first_fee))
    second = t.expert("arithmetic")
    second.answer(second.add(second.mul(second.second, second.second_price), second.second_fee))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(first, "first"), gap.take(second, "second"))


@schema(
    "composition",
    count=whole(3, 25),
    price=money(4, 40),
    rent=money(20, 200),
    discount=percent(5, 50),
    fee=money(5, 80),
    people=whole(3, 12),
    where=lambda n: ((n.count * n.price + n.rent) * (100 - n.discount) + 100 * n.fee) % n.people == 0,
    questions=(
        "{name} orders {count} {things} for {price} each and a tent for {rent}. The store takes {discount} "
        "off the whole order and adds {fee} for delivery. {people} friends share the cost equally. How much "
        "does each friend pay?",
        "For the {event}, a club needs {count} {things} at {price} apiece and a room for {rent}. It gets "
        "{discount} off all of this. A band costs {fee} more. If {people} members split the full cost "
        "evenly, how many dollars does each member pay?",
        "A class buys {count} {things}, {price} each, and pays {rent} for a bus. A sponsor lowers this bill "
        "by {discount}. Then {fee} for lunch is added. What does each of the {people} families pay if they "
        "all pay the same?",
        "The bill of a group has {count} meals for {price} each and {rent} for the hall. The owner reduces "
        "it by {discount}, but parking adds {fee}. The group of {people} people pays in equal parts. How "
        "much is each part?",
    ),
)
def shared_order(t):
    """A discounted order with a fee, shared equally."""
    order = t.expert("arithmetic")
    order.answer(order.add(order.mul(order.count, order.price), order.rent))
    sale = t.expert("percentage")
    sale.answer(sale.percent_off(sale.take(order, "order"), sale.discount))
    share = t.expert("arithmetic")
    return share.div(share.add(share.take(sale, "sale_price"), share.fee), share.people)
