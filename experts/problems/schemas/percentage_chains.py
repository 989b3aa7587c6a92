"""Stories with two percentages in a row, or a percentage with one sum, difference, product or quotient.

Those that no model is trained on lie in percentage_chains_held_out.py. A story that calculates on, beyond one compute, is a composition (composition.py and its neighbors).
"""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "percentage",
    price=money(20, 500),
    discount=percent(5, 60),
    tax=percent(5, 25),
    where=lambda n: n.price * (100 - n.discount) * (100 + n.tax) % 100 == 0,
    questions=(
        "{a_good} costs {price}. It is on sale for {discount} off, and then a sales tax of {tax} is added to "
        "the reduced price. How much does it cost in the end?",
        "{name} buys {a_good} marked at {price}. {He} gets a discount of {discount} and pays {tax} tax on "
        "the discounted price. How many dollars does {he} pay?",
        "The {shop} sells {a_good} for {price} less {discount}. Tax of {tax} is charged on what remains. "
        "What is the final price?",
        "After a reduction of {discount} on {a_good} that used to cost {price}, {name} still has to pay a "
        "tax of {tax} on the lower price. How much does {name} pay altogether?",
    ),
)
def sale_with_tax(t):
    """A discount, then tax on the lower price."""
    return t.percent_increase(t.percent_off(t.price, t.discount), t.tax)


@schema(
    "percentage",
    price=money(20, 500),
    discount=percent(5, 60),
    coupon=percent(5, 40),
    where=lambda n: n.price * (100 - n.discount) * (100 - n.coupon) % 100 == 0,
    questions=(
        "{a_good} costs {price}. The shop takes {discount} off, and {name} has a coupon for another {coupon} "
        "off the reduced price. How much does {name} pay?",
        "The price of {a_good} was {price}. It was lowered by {discount} in {month}, and the new price was "
        "lowered by {coupon} a month later. What is the price now?",
        "{name} finds {a_good} for {price} in a corner of the shop where everything is {discount} off. As a "
        "member, {he} gets a further {coupon} off the sale price. How many dollars does {he} pay?",
        "During the sale the {shop} cuts the price of {a_good}, {price}, by {discount}. On the last day the "
        "sale price is cut by {coupon} more. How much does it cost on the last day?",
    ),
)
def two_discounts(t):
    """A discount on a discounted price."""
    return t.percent_off(t.percent_off(t.price, t.discount), t.coupon)


@schema(
    "percentage",
    bill=money(20, 400),
    tip=percent(5, 30),
    people=whole(3, 9),
    where=lambda n: n.bill * (100 + n.tip) % n.people == 0,
    questions=(
        "Dinner costs {bill}. A tip of {tip} is added, and {people} friends split the total equally. How "
        "much does each friend pay?",
        "A group of {people} people has lunch for {bill} and adds a tip of {tip}. If everybody pays the same "
        "amount, how much does each person pay?",
        "A bill of {bill}, with {tip} added as a tip, is shared equally by {people} people. What does each "
        "person owe?",
        "At a restaurant in {city}, {people} coworkers divide the cost of a meal evenly. The meal is {bill} "
        "plus a tip of {tip}. How many dollars does each of them pay?",
    ),
)
def tip_split(t):
    """A bill with a tip, split equally."""
    return t.div(t.percent_increase(t.bill, t.tip), t.people)


@schema(
    "percentage",
    price=money(20, 500),
    discount=percent(5, 60),
    shipping=money(3, 30),
    questions=(
        "{a_good} costs {price}. {name} gets {discount} off but has to pay {shipping} for shipping. How much "
        "does {he} pay in total?",
        "{name} orders {a_good} online. Its price of {price} is reduced by {discount}, and delivery costs "
        "{shipping}. What is the total cost?",
        "The {shop} sells {a_good} at {discount} off the normal price of {price} and charges {shipping} to "
        "bring it home. How many dollars does a customer pay altogether?",
        "With a discount of {discount} on {a_good} listed at {price}, plus {shipping} for gift wrapping, how "
        "much does {name} spend?",
        "{name}'s coupon takes {discount} off a purchase of {price}. After the coupon, a fee of {shipping} "
        "is added. How much is {name} charged?",
    ),
)
def sale_with_shipping(t):
    """A discount, then a fee."""
    return t.add(t.percent_off(t.price, t.discount), t.shipping)


@schema(
    "percentage",
    sales=money(500, 9000),
    rate=percent(2, 20, step=1),
    salary=money(300, 3000),
    questions=(
        "{name} sells goods worth {sales} and earns a commission of {rate} on them. {He} also gets a salary "
        "of {salary}. How much does {he} earn altogether?",
        "In {month} {name} sold furniture for {sales}. {He} is paid {rate} of {his} sales in addition to a "
        "base salary of {salary}. How much was {he} paid in {month}?",
        "A seller made sales of {sales} this month. Her boss gives her {rate} of the sales and a fixed "
        "{salary}. What is her income this month?",
        "{name} works at the {shop}. Of the {sales} that {he} takes in, {he} keeps {rate}, and on top of "
        "that the shop pays {him} {salary}. How many dollars does {he} get in all?",
    ),
)
def commission(t):
    """A share of the sales and a fixed salary."""
    return t.add(t.percent_of(t.sales, t.rate), t.salary)


@schema(
    "percentage",
    income=money(400, 6000),
    rate=percent(5, 60),
    rent=money(100, 2000),
    where=lambda n: n.income * (100 - n.rate) / 100 > n.rent,
    questions=(
        "{name} earns {income} a month. {He} pays {rate} of it in taxes and then {rent} for rent. How much "
        "money is left?",
        "Out of a monthly income of {income}, {name} saves {rate} and spends {rent} on rent. How many "
        "dollars remain for everything else?",
        "{name} receives {income} in {month}. After {rate} of it goes to {his} savings account and {rent} "
        "goes to {his} landlord, how much does {he} have?",
        "A family has {income}. It uses {rate} of the money for food, and a bill of {rent} has to be paid as "
        "well. How much does the family have after both?",
    ),
)
def after_rent(t):
    """An income less a share of it and a fixed cost."""
    return t.sub(t.percent_off(t.income, t.rate), t.rent)


@schema(
    "percentage",
    people=whole(40, 1200),
    rate=percent(5, 95),
    share=percent(5, 95),
    where=lambda n: n.people * n.rate % 100 == 0 and n.people * n.rate * n.share % 10000 == 0,
    questions=(
        "There are {people} students at a school. {rate} of them play an instrument, and {share} of those "
        "play the piano. How many students play the piano?",
        "Of {people} visitors at {place}, {rate} were children. {share} of the children had an ice cream. "
        "How many children had an ice cream?",
        "{name} asked {people} people about sports. {rate} said that they play some sport, and of these "
        "{share} play {sport}. How many of the people play {sport}?",
        "In a town, {rate} of the {people} families have a pet. If {share} of the families with a pet have a "
        "dog, how many families have a dog?",
    ),
)
def part_of_part(t):
    """A percentage of a percentage."""
    return t.percent_of(t.percent_of(t.people, t.rate), t.share)


@schema(
    "percentage",
    count=whole(2, 60),
    price=money(2, 20),
    discount=percent(5, 50),
    questions=(
        "{name} buys {count} {things} for {price} each and gets a discount of {discount} on the whole order. "
        "How much does {he} pay?",
        "Each {thing} costs {price}. If {name} orders {count} {things} and receives {discount} off the "
        "total, how many dollars does the order cost?",
        "The {shop} takes {discount} off every order above a certain size. {name} orders {count} {things} at "
        "{price} apiece and gets the discount. What does {he} pay?",
        "For the {event}, {name} needs {count} {things}. They cost {price} each, but a coupon reduces the "
        "bill by {discount}. How much is the reduced bill?",
    ),
)
def order_discount(t):
    """A price for several things, then a discount on the total."""
    return t.percent_off(t.mul(t.count, t.price), t.discount)


@schema(
    "percentage",
    wage=money(8, 60),
    rate=percent(5, 50),
    hours=whole(2, 60),
    questions=(
        "{name} earned {wage} an hour and then got a raise of {rate}. How much does {he} earn now for "
        "{hours} hours of work?",
        "The hourly pay of {name}, the {job}, goes up by {rate} from {wage}. How many dollars does {name} "
        "make in {hours} hours at the new rate?",
        "{name} is paid {wage} per hour on weekdays and {rate} more per hour on Sundays. How much is {he} "
        "paid for {hours} hours of work on a Sunday?",
        "After an increase of {rate}, how much does {name} get for {hours} hours if {his} pay was {wage} an "
        "hour before the increase?",
    ),
)
def raise_in_pay(t):
    """A higher wage for some hours."""
    return t.mul(t.percent_increase(t.wage, t.rate), t.hours)


@schema(
    "percentage",
    first=whole(20, 600),
    rate=percent(5, 95),
    second=whole(20, 600),
    share=percent(5, 95),
    variables={"first": "boys", "second": "girls"},
    where=lambda n: n.first * n.rate % 100 == 0 and n.second * n.share % 100 == 0,
    questions=(
        "A school has {first} boys and {second} girls. {rate} of the boys and {share} of the girls play "
        "{sport}. How many students play {sport}?",
        "Of the {first} boys at a summer camp, {rate} can swim. Of the {second} girls, {share} can swim. How "
        "many children can swim in all?",
        "At the {event} there are {first} boys, and {rate} of them wear a hat. There are also {second} "
        "girls, and {share} of them wear a hat. How many of the children wear a hat?",
        "{name} counts {first} boys and {second} girls at {place}. If {rate} of the boys and {share} of the "
        "girls came by bicycle, how many children came by bicycle?",
    ),
)
def two_groups(t):
    """The parts of two groups together."""
    return t.add(t.percent_of(t.first, t.rate), t.percent_of(t.second, t.share))
