"""Stories answered by one percentage: discounts, tips, tax, interest, growth, a part or the rest of a whole.

Percentages that follow one another, or come with a sum or a product, are in percentage_chains.py.
"""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "percentage",
    price=money(10, 600),
    discount=percent(5, 75),
    questions=(
        "{a_good} costs {price}. The shop takes {discount} off. How much does it cost now?",
        "{name} buys {a_good} marked at {price} and gets a discount of {discount}. How much does {name} pay?",
        "The usual price of {a_good} is {price}, but on {day} it is sold at {discount} off. What is the sale "
        "price?",
        "All prices at the {shop} are reduced by {discount} this week. {name} wants {a_good} that used to "
        "cost {price}. How many dollars does {he} need?",
        "With a coupon for {discount} off, {name} buys {a_good}. Without the coupon it would be {price}. How "
        "much does {he} spend?",
        "During a sale, everything is {discount} cheaper. If {a_good} normally costs {price}, what will "
        "{name} pay for it in the sale?",
    ),
)
def sale_price(t):
    """The price after one discount."""
    return t.percent_off(t.price, t.discount)


@schema(
    "percentage",
    price=money(10, 600),
    discount=percent(5, 75),
    questions=(
        "{a_good} costs {price}. {name} gets {discount} off. How much money does {name} save?",
        "The {shop} gives a discount of {discount} on {a_good} that is priced at {price}. How many dollars "
        "is the discount worth?",
        "{name} has a coupon for {discount} off any purchase. How much does the coupon save {him} on "
        "{a_good} for {price}?",
        "On {day} the price of {a_good}, which is normally {price}, goes down by {discount}. By how many "
        "dollars does the price fall?",
        "If {name} waits for the sale, {he} gets {a_good} at {discount} below its regular price of {price}. "
        "How much would {he} save by waiting?",
    ),
)
def discount_amount(t):
    """The money that a discount saves."""
    return t.percent_of(t.price, t.discount)


@schema(
    "percentage",
    bill=money(10, 140),
    tip=percent(5, 30),
    questions=(
        "{name}'s bill at a restaurant is {bill}. {He} leaves a tip of {tip}. How much does {he} pay in "
        "total?",
        "Dinner costs {bill}, and {name} adds {tip} as a tip. What is the total cost of the dinner?",
        "{name} and {name2} have lunch for {bill}. They add a tip of {tip} to the bill. How many dollars do "
        "they pay altogether?",
        "A taxi ride costs {bill}. {name} wants to tip the driver {tip} on top of that. How much money does "
        "{he} hand over?",
        "Including a tip of {tip}, how much does {name} pay for a haircut that costs {bill}?",
        "{name} always tips {tip}. If the bill at the cafe comes to {bill} before the tip, how much does "
        "{he} pay with the tip?",
    ),
)
def bill_with_tip(t):
    """A bill and a tip on it."""
    return t.percent_increase(t.bill, t.tip)


@schema(
    "percentage",
    price=money(10, 900),
    tax=percent(2, 25, step=1),
    questions=(
        "{name} buys {a_good} for {price}. A sales tax of {tax} is added. How much does {name} pay in all?",
        "The price of {a_good} is {price} before tax. If the tax is {tax}, what is the price with tax?",
        "In {city}, the sales tax is {tax}. How much does {a_good} that is listed at {price} cost there with "
        "tax?",
        "The {shop} lists {a_good} at {price}, and {tax} of tax has to be added at the checkout. How many "
        "dollars does a customer pay?",
        "{name} has to pay {tax} tax on everything {he} buys. {He} chooses {a_good} for {price}. What is "
        "{his} total?",
    ),
)
def price_with_tax(t):
    """A price and the tax on it."""
    return t.percent_increase(t.price, t.tax)


@schema(
    "percentage",
    people=whole(20, 900),
    rate=percent(5, 95),
    where=lambda n: n.people * n.rate % 100 == 0,
    questions=(
        "There are {people} students at a school. {rate} of them play {sport}. How many students play "
        "{sport}?",
        "Of the {people} guests at the {event}, {rate} came by {vehicle}. How many guests came by {vehicle}?",
        "{name} asked {people} people whether they like {subject}, and {rate} of them said yes. How many "
        "people said yes?",
        "In a survey, {rate} of the people had a pet. If {people} people answered the survey, how many of "
        "them had a pet?",
        "A company in {city} has {people} workers. If {rate} of the workers drink {drink} in the morning, "
        "how many workers is that?",
        "At {place}, {rate} of the visitors on {day} were children. There were {people} visitors in all. How "
        "many children were there?",
    ),
)
def group_part(t):
    """The part of a group that a percentage names."""
    return t.percent_of(t.people, t.rate)


@schema(
    "percentage",
    people=whole(20, 900),
    rate=percent(5, 95),
    where=lambda n: n.people * n.rate % 100 == 0,
    questions=(
        "There are {people} students at a school. {rate} of them walk to school and the others take the bus. "
        "How many students take the bus?",
        "{name} invited {people} people to the {event}, but {rate} of them could not come. How many people "
        "came?",
        "A hall has {people} seats. If {rate} of the seats are taken, how many seats are still empty?",
        "Out of {people} tickets for the {event}, {rate} were sold by {day}. How many tickets were not sold "
        "by then?",
        "In a club of {people} members, {rate} play {sport}. How many members do not play {sport}?",
    ),
)
def group_rest(t):
    """The part of a group that a percentage leaves out."""
    return t.percent_off(t.people, t.rate)


@schema(
    "percentage",
    start=whole(20, 800),
    rate=percent(5, 95),
    variables={"start": "{things}"},
    held_out=True,
    where=lambda n: n.start * n.rate % 100 == 0,
    questions=(
        "{name} has {start} {things}. {He} gives {rate} of them to {his} {family}. How many {things} does "
        "{he} have left?",
        "A shop starts the day with {start} {things} and sells {rate} of them. How many {things} remain?",
        "Of {start} {things} in a warehouse, {rate} were damaged by water and thrown away. How many {things} "
        "were left?",
        "{name} packed {start} {things} for the {event}. By noon {rate} of the {things} had been used. How "
        "many were still unused?",
        "After losing {rate} of {his} {start} {things}, how many {things} does {name} still have?",
    ),
)
def things_left(t):
    """What is left of some things after a share of them is gone."""
    return t.percent_off(t.start, t.rate)


@schema(
    "percentage",
    savings=money(100, 5000),
    rate=percent(2, 12, step=1),
    questions=(
        "{name} puts {savings} in a bank that pays {rate} interest a year. How much interest does {he} earn "
        "in a year?",
        "A savings account pays {rate} interest every year. How many dollars of interest does {name} get "
        "after a year on {savings}?",
        "{name} lends {savings} to {his} {family} for a year at an interest rate of {rate}. How much "
        "interest does {name} receive?",
        "If {name} invests {savings} at {rate} per year, how much does {he} gain in the year?",
    ),
)
def interest(t):
    """The interest of one year."""
    return t.percent_of(t.savings, t.rate)


@schema(
    "percentage",
    savings=money(100, 5000),
    rate=percent(2, 12, step=1),
    questions=(
        "{name} puts {savings} in a bank that pays {rate} interest a year. How much money is in the account "
        "after a year?",
        "A savings account pays {rate} interest every year. {name} opens it with {savings}. What is the "
        "balance a year later?",
        "{name} borrows {savings} for a year at an interest rate of {rate}. How much does {he} have to pay "
        "back in all?",
        "At the beginning of the year, {name} invests {savings}. By the end of the year the investment has "
        "grown by {rate}. How many dollars is it worth then?",
    ),
)
def balance_after_year(t):
    """Savings and the interest of one year."""
    return t.percent_increase(t.savings, t.rate)


@schema(
    "percentage",
    people=whole(40, 4000),
    rate=percent(5, 95),
    variables={"people": "members"},
    where=lambda n: n.people * n.rate % 100 == 0,
    questions=(
        "A {sport} club had {people} members last year. Since then its membership has grown by {rate}. How "
        "many members does it have now?",
        "In {month} the library counted {people} members. By the next month the number was {rate} higher. "
        "How many members were there then?",
        "The number of members of a music school went up by {rate} this year. There were {people} members "
        "before. How many are there now?",
        "{name}'s chess club has {people} members. {He} expects {rate} more members next year. How many "
        "members does {he} expect to have?",
    ),
)
def growth(t):
    """A number that has grown."""
    return t.percent_increase(t.people, t.rate)
