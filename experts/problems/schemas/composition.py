"""Stories in two parts of which one is a percentage.

What makes a story a composition here: the part beside the percentage takes at least two computes, or belongs to
another expert than arithmetic. A percentage with a single compute stays with its expert (percentage_chains.py).
Rates are in composition_rates.py, stocks in composition_stock.py, three parts in composition_three.py.
"""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "composition",
    price=money(5, 40),
    discount=percent(5, 60),
    count=whole(2, 30),
    shipping=money(3, 40),
    questions=(
        "Each {thing} costs {price}, but {name} gets {discount} off. {He} buys {count} {things} and pays "
        "{shipping} for delivery. How much does {he} pay in total?",
        "The {shop} sells {things} for {price} each and takes {discount} off that price on {day}. If {name} "
        "orders {count} of them on {day} and adds {shipping} for shipping, how many dollars does {he} spend?",
        "The regular price of {a_good} is {price}. In a sale it is {discount} cheaper. A school buys {count} "
        "of them at the sale price and pays a delivery fee of {shipping}. What is the total cost?",
        "With {name}'s member card, every {thing} priced at {price} becomes {discount} cheaper. {name} takes "
        "{count} {things} and a gift box for {shipping}. How much does everything cost together?",
    ),
)
def sale_items(t):
    """Several things at a sale price, and a fee."""
    sale = t.expert("percentage")
    sale.answer(sale.percent_off(sale.price, sale.discount))
    order = t.expert("arithmetic")
    return order.add(order.mul(order.take(sale, "sale_price"), order.count), order.shipping)


@schema(
    "composition",
    income=money(800, 6000),
    tax=percent(5, 40),
    rent=money(100, 1500),
    food=money(50, 600),
    where=lambda n: n.income * (100 - n.tax) / 100 > n.rent + n.food,
    questions=(
        "{name} earns {income} a month and pays {tax} of it in taxes. From what remains, {he} pays {rent} "
        "for rent and {food} for food. How much money does {he} have left?",
        "Out of a salary of {income}, {tax} goes to taxes. {name} then spends {rent} on rent and {food} on "
        "groceries. How many dollars are left of the salary?",
        "{name}, the {job}, makes {income} in {month}. After a tax of {tax}, {he} pays a rent of {rent} and "
        "buys food for {food}. How much is left at the end of {month}?",
        "{name}'s pay is {income}, and {tax} is taken off for taxes before {he} gets it. {His} rent is "
        "{rent} and {his} food costs {food}. How much can {he} save if {he} buys nothing else?",
    ),
)
def payday(t):
    """A salary less tax, then less two fixed costs."""
    pay = t.expert("percentage")
    pay.answer(pay.percent_off(pay.income, pay.tax))
    budget = t.expert("arithmetic")
    return budget.sub(budget.sub(budget.take(pay, "pay"), budget.rent), budget.food)


@schema(
    "composition",
    first=whole(2, 20),
    first_price=money(2, 30),
    second=whole(2, 20),
    second_price=money(2, 30),
    discount=percent(5, 50),
    where=lambda n: n.first_price != n.second_price,
    questions=(
        "{name} buys {first} {things} for {first_price} each and {second} {things2} for {second_price} each. "
        "{He} gets a discount of {discount} on everything. How much does {he} pay?",
        "An order consists of {first} {things} at {first_price} apiece and {second} {things2} at "
        "{second_price} apiece. A coupon takes {discount} off the total. How many dollars does the order "
        "cost?",
        "For the {event}, {name} needs {first} {things} that cost {first_price} each. {He} also needs "
        "{second} {things2} that cost {second_price} each. What does {he} pay if the {shop} gives {him} "
        "{discount} off the whole bill?",
        "The {shop} charges {name} for {first} {things}, which are {first_price} each, and for {second} "
        "{things2}, which are {second_price} each. Because {he} is a member, the total is reduced by "
        "{discount}. How much is the reduced total?",
    ),
)
def basket_discount(t):
    """A discount on a basket of two sorts of things."""
    basket = t.expert("arithmetic")
    first = basket.mul(basket.first, basket.first_price)
    second = basket.mul(basket.second, basket.second_price)
    basket.answer(basket.add(first, second))
    sale = t.expert("percentage")
    return sale.percent_off(sale.take(basket, "total"), sale.discount)


@schema(
    "composition",
    people=whole(2, 15),
    price=money(6, 40),
    drinks=money(5, 80),
    tip=percent(5, 30),
    held_out=True,
    questions=(
        "{people} friends go out to eat. Each meal costs {price}, and all the drinks together cost {drinks}. "
        "They leave a tip of {tip} on the bill. How much do they pay in all?",
        "At a restaurant, {name} orders {people} meals for {price} each and drinks for {drinks}. {He} tips "
        "{tip} of the bill. How many dollars does {he} spend?",
        "The {event} dinner is for {people} guests at {price} per guest, plus {drinks} for drinks. A service "
        "charge of {tip} is added to the sum. What is the full cost?",
        "{name} pays for a table of {people} people. Everyone has a meal for {price}, and the drinks are "
        "{drinks}. With a tip of {tip} on top, how much does {name} pay?",
    ),
)
def meal_with_tip(t):
    """Meals and drinks, then a tip on the bill."""
    bill = t.expert("arithmetic")
    bill.answer(bill.add(bill.mul(bill.people, bill.price), bill.drinks))
    tip = t.expert("percentage")
    return tip.percent_increase(tip.take(bill, "bill"), tip.tip)


@schema(
    "composition",
    price=money(20, 500),
    discount=percent(5, 60),
    other=money(15, 500),
    where=lambda n: n.price * (100 - n.discount) < 100 * n.other < 130 * n.price,
    questions=(
        "A store sells {a_good} for {price} but gives {discount} off. Another store sells the same {good} "
        "for {other}. How much more does it cost at the other store?",
        "{name} pays {price} less {discount} for {a_good}. {name2} pays {other} for the same {good}. How "
        "many more dollars does {name2} pay than {name}?",
        "Online, {a_good} is listed at {price} with a discount of {discount}. In a shop in {city} it costs "
        "{other}. How much cheaper is it online?",
        "{name} has a coupon for {discount} off {a_good} priced at {price}. {name2} has no coupon and buys "
        "another {good} for {other}. By how many dollars is {name2}'s {good} more expensive?",
    ),
)
def cheaper_store(t):
    """A sale price against another store's price."""
    sale = t.expert("percentage")
    sale.answer(sale.percent_off(sale.price, sale.discount))
    gap = t.expert("comparison")
    sale_price = gap.take(sale, "sale_price")
    return gap.compare("sub", gap.other, sale_price)


@schema(
    "composition",
    pages=whole(60, 900),
    rate=percent(10, 90, step=10),
    per_day=whole(4, 40),
    where=lambda n: n.pages * n.rate % 100 == 0 and n.pages * (100 - n.rate) % (100 * n.per_day) == 0,
    questions=(
        "A book has {pages} pages. {name} has already read {rate} of it. If {he} reads {per_day} pages a day "
        "from now on, how many days does {he} need to finish it?",
        "{name} has read {rate} of a book with {pages} pages. {He} plans to read {per_day} pages every day. "
        "In how many days will {he} finish the book?",
        "Of the {pages} pages of a report, {name} has checked {rate}. {He} checks {per_day} pages per day. "
        "How many more days will the rest take {him}?",
        "Reading {per_day} pages a day, how many days does it take {name} to finish a novel of {pages} pages "
        "when {rate} of it is already behind {him}?",
    ),
)
def pages_to_read(t):
    """What a percentage leaves, at so many a day."""
    rest = t.expert("percentage")
    rest.answer(rest.percent_off(rest.pages, rest.rate))
    pace = t.expert("rate_equation")
    return pace.div(pace.take(rest, "rest"), pace.per_day)


@schema(
    "composition",
    eggs=whole(40, 800),
    rate=percent(30, 95),
    sold=whole(5, 300),
    bought=whole(4, 120),
    where=lambda n: n.eggs * n.rate % 100 == 0 and n.eggs * n.rate / 100 > n.sold,
    questions=(
        "A farm has {eggs} eggs, and {rate} of them hatch. The farmer sells {sold} of the chicks and later "
        "buys {bought} more chicks. How many chicks does the farmer have now?",
        "{name} puts {eggs} eggs under lamps. {rate} of the eggs hatch. {name} then sells {sold} chicks and "
        "gets {bought} new chicks from a neighbor. How many chicks does {name} have?",
        "In spring, {rate} of the {eggs} eggs of a farm turned into chicks. Over the summer {sold} chicks "
        "were sold and {bought} were bought. How many chicks did the farm have in the end?",
        "If {rate} of {eggs} eggs hatch, and then {sold} chicks are given away and {bought} chicks are added "
        "from another farm, how many chicks are there?",
    ),
)
def hatched_chicks(t):
    """A part of the eggs hatch; then the flock changes."""
    hatch = t.expert("percentage")
    hatch.answer(hatch.percent_of(hatch.eggs, hatch.rate))
    flock = t.expert("entity_track")
    chicks = flock.take(hatch, "chicks")
    flock.consume(chicks, flock.number("sold"))
    flock.add_entity(chicks, flock.number("bought"))
    return chicks
