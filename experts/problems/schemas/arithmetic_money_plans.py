"""Arithmetic problems about earning, saving and selling."""

from trace_trainer.experts.problems.schema import choice, money, schema, whole


@schema(
    "arithmetic",
    count=whole(3, 40),
    price=money(2, 20),
    cost=money(5, 400),
    where=lambda n: n.count * n.price > n.cost,
    questions=(
        "{name} sells {count} birdhouses for {price} each. Making them cost {him} {cost}. How much profit "
        "does {he} make?",
        "{name} spends {cost} on materials and makes {count} candles to sell. {He} sells all of them at "
        "{price} each. How much money does {he} gain?",
        "A club sells {count} tickets for {price} each. It pays {cost} for the hall. How much money does "
        "the club have after that?",
        "At a fair, {name} sold {things} for {price} each. {He} had paid {cost} for all of them, and by the "
        "evening {he} had sold the last of {his} {count} {things}. What was {his} profit?",
    ),
)
def profit(t):
    """What the sale brings, less what it cost."""
    return t.sub(t.mul(t.count, t.price), t.cost)


@schema(
    "arithmetic",
    first=money(10, 120),
    second=money(10, 120),
    people=whole(2, 8),
    where=lambda n: (n.first + n.second) % n.people == 0,
    questions=(
        "{people} friends buy {a_good} for {first} and {a_good2} for {second}. They share the cost equally. "
        "How much does each friend pay?",
        "A group of {people} people pays {first} for food and {second} for drinks and splits the bill "
        "evenly. How much does each person pay?",
        "Renting a boat costs {first}, and the fuel costs {second}. How much does each of {people} friends "
        "pay if they split everything equally?",
        "{name} and {his} friends, {people} people in all, want to give {name2} {a_good} for {first} and "
        "{a_good2} for {second}. If each gives the same amount, how much does {name} give?",
    ),
)
def split_bill(t):
    """Two costs shared equally."""
    return t.div(t.add(t.first, t.second), t.people)


@schema(
    "arithmetic",
    goal=money(60, 600),
    start=money(5, 150),
    per_week=money(5, 40),
    where=lambda n: n.goal - n.start > n.per_week and (n.goal - n.start) % n.per_week == 0,
    questions=(
        "{name} wants to buy {a_good} for {goal}. {He} has {start} and saves {per_week} each week. How many "
        "weeks does {he} have to save?",
        "{name} saves {per_week} every week for a trip that costs {goal}. {He} started with {start}. After "
        "how many weeks does {he} have enough?",
        "{a_good} costs {goal}. {name} already has {start}. If {he} puts aside {per_week} a week, in how "
        "many weeks can {he} buy it?",
        "{name} got {start} for {his} birthday and earns {per_week} a week. How many weeks will it take "
        "{him} to have {goal}?",
    ),
)
def weeks_to_goal(t):
    """How long saving takes when some is there already."""
    return t.div(t.sub(t.goal, t.start), t.per_week)


@schema(
    "arithmetic",
    goal=money(100, 900),
    start=money(10, 150),
    per_week=money(5, 60),
    weeks=whole(2, 20),
    where=lambda n: n.goal > n.start + n.per_week * n.weeks + 1,
    questions=(
        "{name} wants {a_good} that costs {goal}. {He} has {start} and saves {per_week} a week. How much "
        "money will {he} still need after {weeks} weeks?",
        "{name} has {start} in the bank and adds {per_week} each week for {weeks} weeks. How much is {he} "
        "then short of {his} goal of {goal}?",
        "A trip costs {goal}. {name} saves {per_week} every week for {weeks} weeks, and {his} {family} "
        "gives {him} {start}. How much of the price is still missing?",
        "A club needs {goal} for a new stage. It began with {start} and takes in {per_week} a week. How far "
        "is it from the full amount after {weeks} weeks, in dollars?",
    ),
)
def savings_short(t):
    """What is missing from a goal after some weeks of saving."""
    return t.sub(t.goal, t.add(t.start, t.mul(t.per_week, t.weeks)))


@schema(
    "arithmetic",
    total=money(20, 300),
    shipping=money(3, 20),
    count=whole(2, 15),
    where=lambda n: n.total - n.shipping >= 2 * n.count and (n.total - n.shipping) % n.count == 0,
    held_out=True,
    questions=(
        "{name} paid {total} for {count} {things}, and {shipping} of that was for shipping. How much did "
        "each {thing} cost?",
        "An order of {count} {things} comes to {total} with shipping. Shipping is {shipping}. What is the "
        "price of each {thing}?",
        "{name} ordered {count} tickets online. With a fee of {shipping} for the whole order, {he} paid "
        "{total}. How much was a ticket?",
        "The bill for {count} meals is {total}, which includes {shipping} for delivery. All the meals have "
        "the same price. How much is each meal?",
    ),
)
def price_before_shipping(t):
    """The price of each, from a total that holds a fee."""
    return t.div(t.sub(t.total, t.shipping), t.count)


@schema(
    "arithmetic",
    adults=whole(5, 60),
    adult_price=money(4, 20),
    children=whole(5, 80),
    child_price=money(2, 9),
    cost=money(20, 300),
    people=whole(2, 10),
    where=lambda n: (
        n.child_price < n.adult_price
        and n.adults * n.adult_price + n.children * n.child_price > n.cost
        and (n.adults * n.adult_price + n.children * n.child_price - n.cost) % n.people == 0
    ),
    held_out=True,
    questions=(
        "At a school play, {adults} adults pay {adult_price} each and {children} children pay {child_price} "
        "each. The hall costs {cost}. The rest of the money is shared equally by {people} classes. How much "
        "does each class get?",
        "A ticket for a concert costs {adult_price} for adults and {child_price} for children. {adults} "
        "adults and {children} children come. After {cost} is paid for the room, {people} musicians share "
        "the rest equally. How much does each musician get?",
        "{people} friends run a puppet show. They sell {children} child tickets at {child_price} and "
        "{adults} adult tickets at {adult_price}. The puppets cost them {cost}. How much does each friend "
        "earn, if all earn the same?",
        "{people} clubs hold a fair together and spend {cost} on it. {adults} adults pay {adult_price} each "
        "to get in, and {children} children pay {child_price} each. How much does each club earn when the "
        "money that is left is shared equally?",
    ),
)
def ticket_sales_shared(t):
    """Two kinds of tickets, a cost, and equal shares of the rest."""
    sales = t.add(t.mul(t.adults, t.adult_price), t.mul(t.children, t.child_price))
    return t.div(t.sub(sales, t.cost), t.people)


@schema(
    "arithmetic",
    price=money(4, 40),
    count=whole(2, 12),
    where=lambda n: n.price % 2 == 0,
    questions=(
        "A ticket costs {price} for adults and half as much for children. {name} buys an adult ticket and "
        "{count} child tickets. How much does {he} pay?",
        "{name} takes {his} {count} nephews to the zoo. {His} own ticket costs {price}, and the ticket of "
        "each nephew costs half of that. How much do all the tickets cost?",
        "Children pay half price at the pool. The full price is {price}. How much do {count} children and "
        "the grown-up who is with them pay in all?",
        "A poster costs {price}, and a postcard costs half as much. {name} buys a poster and {count} "
        "postcards. How much money does {he} spend?",
    ),
)
def half_price_tickets(t):
    """One at full price and several at half."""
    return t.add(t.price, t.mul(t.div(t.price, 2), t.count))


@schema(
    "arithmetic",
    paid=choice(10, 20, 50),
    count=whole(4, 60),
    cents=whole(15, 95),
    where=lambda n: n.cents % 5 == 0 and n.count * n.cents < 100 * n.paid,
    questions=(
        "{name} buys {count} stamps for {cents} cents each and pays with a {paid} dollar bill. How many "
        "dollars does {he} get back?",
        "Each of {count} {things} costs {cents} cents. {name} pays for all of them with {paid} dollars. "
        "What is the change in dollars?",
        "How many dollars of change does {name} get from {paid} dollars for {count} {things} at {cents} "
        "cents apiece?",
        "A copy shop takes {cents} cents for each page. {name} copies {count} pages and puts {paid} dollars "
        "on the counter. How many dollars does {he} get back?",
    ),
)
def change_from_cents(t):
    """Prices in cents, the change in dollars."""
    return t.sub(t.paid, t.div(t.mul(t.count, t.cents), 100))


@schema(
    "arithmetic",
    boxes=whole(2, 12),
    per_box=whole(6, 40),
    sold=whole(5, 200),
    first_price=money(3, 12),
    second_price=money(2, 8),
    where=lambda n: n.boxes * n.per_box > n.sold + 1 and n.first_price > n.second_price,
    questions=(
        "A bakery fills {boxes} trays with {per_box} rolls each. It sells {sold} rolls for {first_price} "
        "each and, late in the day, all the others for {second_price} each. How much money does it get for "
        "the rolls?",
        "{name} brings {boxes} boxes of {things} to a fair, with {per_box} in each box. {He} sells {sold} "
        "{things} at {first_price} apiece. The rest go for {second_price} apiece. How much does {he} earn?",
        "There are {per_box} seats in each of the {boxes} rows of a theater. For {sold} of the seats the "
        "price is {first_price}, and for every other seat it is {second_price}. How much money comes in "
        "when all the seats are sold?",
        "{name} has {boxes} boxes with {per_box} {things} in each. A toy store buys {sold} of them for "
        "{first_price} each, and {name2} takes all the others for {second_price} each. How much money does "
        "{name} get?",
    ),
)
def two_prices(t):
    """Some of the goods at one price, the others at another."""
    rest = t.sub(t.mul(t.boxes, t.per_box), t.sold)
    return t.add(t.mul(t.sold, t.first_price), t.mul(rest, t.second_price))
