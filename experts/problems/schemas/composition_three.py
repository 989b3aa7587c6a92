"""Stories in three parts. The last reads the part before it (`prev.result`), an earlier one (`sub0.result`) or both."""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "composition",
    first_price=money(30, 600),
    discount=percent(5, 60),
    second_price=money(20, 500),
    coupon=percent(5, 60),
    where=lambda n: (
        n.discount != n.coupon and n.first_price * (100 - n.discount) > n.second_price * (100 - n.coupon)
    ),
    questions=(
        "In a store in {city}, {a_good} costs {first_price} and is {discount} off. In another store, the "
        "same {good} costs {second_price} and is {coupon} off. How much cheaper is it in the other store?",
        "{name} buys {a_good} for {first_price} with a discount of {discount}. {name2} buys {a_good2} for "
        "{second_price} with a discount of {coupon}. How much more does {name} pay than {name2}?",
        "At the {shop}, the price of {a_good} is {first_price}, reduced by {discount}. Online the price is "
        "{second_price}, reduced by {coupon}. By how many dollars is the reduced price at the {shop} higher?",
        "{name} takes {discount} off {a_good} that is marked {first_price} and {coupon} off {a_good2} that "
        "is marked {second_price}. After that, how much more does the {good} cost than the {good2}?",
    ),
)
def two_sales_compared(t):
    """Two sale prices and their difference."""
    first = t.expert("percentage")
    first.answer(first.percent_off(first.first_price, first.discount))
    second = t.expert("percentage")
    second.answer(second.percent_off(second.second_price, second.coupon))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(first, "first"), gap.take(second, "second"))


@schema(
    "composition",
    first=money(500, 5000),
    tax=percent(5, 30),
    second=money(300, 4000),
    rate=percent(5, 30),
    held_out=True,
    where=lambda n: n.tax != n.rate and n.first * (100 + n.tax) > n.second * (100 + n.rate),
    questions=(
        "{name} earns {first} a month and gets a raise of {tax}. {name2} earns {second} and gets a raise of "
        "{rate}. How much more than {name2} does {name} earn after the raises?",
        "This year the savings of {name} grew by {tax} from {first}, and those of {name2} grew by {rate} "
        "from {second}. How many more dollars does {name} have now than {name2}?",
        "A piano costs {first} plus {tax} tax in {city}. In {city2} it costs {second} plus {rate} tax. With "
        "tax, how much more does it cost in {city}?",
        "{name} invested {first} and {name2} invested {second}. After a year, {name}'s investment had gained "
        "{tax}; {name2}'s had gained {rate}. By how many dollars was {name}'s investment larger then?",
    ),
)
def two_raises_compared(t):
    """Two increased amounts and their difference."""
    first = t.expert("percentage")
    first.answer(first.percent_increase(first.first, first.tax))
    second = t.expert("percentage")
    second.answer(second.percent_increase(second.second, second.rate))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(first, "first"), gap.take(second, "second"))


@schema(
    "composition",
    first_speed=whole(20, 80),
    first_hours=whole(2, 12),
    second_speed=whole(15, 70),
    second_hours=whole(2, 12),
    where=lambda n: (
        n.first_speed * n.first_hours > n.second_speed * n.second_hours and n.first_hours != n.second_hours
    ),
    questions=(
        "{name} drives at {first_speed} miles per hour for {first_hours} hours. {name2} drives at "
        "{second_speed} miles per hour for {second_hours} hours. How many miles farther does {name} drive?",
        "A train runs for {first_hours} hours at {first_speed} miles an hour. A ferry sails for "
        "{second_hours} hours at {second_speed} miles an hour. How many more miles does the train travel "
        "than the ferry?",
        "On the way to {city}, {name} went {first_speed} miles per hour for {first_hours} hours. On the way "
        "to {city2}, {name2} went {second_speed} miles per hour for {second_hours} hours. How much longer, "
        "in miles, was {name}'s way?",
        "{name}'s trip takes {first_hours} hours and {name2}'s trip takes {second_hours} hours. {name} "
        "travels {first_speed} miles every hour; {name2} travels {second_speed} miles every hour. By how "
        "many miles is {name}'s trip longer?",
    ),
)
def two_trips_compared(t):
    """Two distances and their difference."""
    first = t.expert("rate_equation")
    first.answer(first.mul(first.first_speed, first.first_hours))
    second = t.expert("rate_equation")
    second.answer(second.mul(second.second_speed, second.second_hours))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(first, "first"), gap.take(second, "second"))


@schema(
    "composition",
    first_rate=whole(5, 90),
    first_hours=whole(2, 15),
    second_rate=whole(5, 90),
    second_hours=whole(2, 15),
    lost=whole(2, 60),
    held_out=True,
    where=lambda n: (
        n.first_rate * n.first_hours + n.second_rate * n.second_hours > 2 * n.lost
        and n.first_hours != n.second_hours
    ),
    questions=(
        "The old machine sorts {first_rate} {things} an hour and runs for {first_hours} hours. The new "
        "machine sorts {second_rate} {things} an hour and runs for {second_hours} hours. {lost} of all the "
        "{things} are thrown away. How many {things} are left?",
        "{name} folds {first_rate} paper stars per hour for {first_hours} hours, and {name2} folds "
        "{second_rate} per hour for {second_hours} hours. If {lost} of the stars get lost, how many stars do "
        "they have together?",
        "A printer in the {room} prints {first_rate} pages a minute for {first_hours} minutes. Another "
        "printer prints {second_rate} pages a minute for {second_hours} minutes. When {lost} bad pages are "
        "taken out, how many pages remain?",
        "{name} picks {first_rate} apples an hour and works for {first_hours} hours. {name2} picks "
        "{second_rate} apples an hour and works for {second_hours} hours. They eat {lost} of the apples. How "
        "many apples do they bring home?",
    ),
)
def two_outputs(t):
    """What two make in their own time, together, less some."""
    first = t.expert("rate_equation")
    first.answer(first.mul(first.first_rate, first.first_hours))
    second = t.expert("rate_equation")
    second.answer(second.mul(second.second_rate, second.second_hours))
    total = t.expert("arithmetic")
    return total.sub(total.add(total.take(first, "first"), total.take(second, "second")), total.lost)


@schema(
    "composition",
    first=money(300, 3000),
    tax=percent(5, 40),
    second=money(300, 3000),
    rate=percent(5, 40),
    rent=money(100, 1500),
    where=lambda n: n.tax != n.rate and n.first * (100 - n.tax) + n.second * (100 - n.rate) > 100 * n.rent,
    questions=(
        "{name} earns {first} and pays {tax} of it in taxes. {name2} earns {second} and pays {rate} in "
        "taxes. They put the rest together and pay {rent} for rent. How much money do they have left?",
        "From {his} pay of {first}, {name} loses {tax} to taxes, and from a pay of {second}, {name2} loses "
        "{rate}. Their rent is {rent}. How many dollars do they have together after taxes and rent?",
        "{name} has {first} and spends {tax} of it. {name2} has {second} and spends {rate} of it. With what "
        "they still have, they buy a gift for {rent} together. How much is left in all?",
        "A shop cuts the price of a sofa from {first} by {tax} and the price of a bed from {second} by "
        "{rate}. {name} buys both and pays {rent} right away. How much does {he} still have to pay?",
    ),
)
def two_incomes(t):
    """Two amounts less their shares, together, less a cost."""
    first = t.expert("percentage")
    first.answer(first.percent_off(first.first, first.tax))
    second = t.expert("percentage")
    second.answer(second.percent_off(second.second, second.rate))
    total = t.expert("arithmetic")
    return total.sub(total.add(total.take(first, "first"), total.take(second, "second")), total.rent)


@schema(
    "composition",
    per_hour=whole(10, 120),
    hours=whole(3, 20),
    rate=percent(5, 50),
    price=money(2, 15),
    cost=money(20, 600),
    where=lambda n: (
        n.per_hour * n.hours * n.rate % 100 == 0
        and n.per_hour * n.hours * (100 - n.rate) / 100 * n.price > n.cost
    ),
    questions=(
        "A machine makes {per_hour} toys an hour for {hours} hours. {rate} of them are faulty, and the rest "
        "are sold for {price} each. The owner pays {cost} for electricity. How much money is left for the "
        "owner?",
        "{name} bakes {per_hour} loaves per hour for {hours} hours. {He} gives {rate} of the loaves away and "
        "sells the others at {price} apiece. The flour costs {cost}. How much does {name} earn after paying "
        "for the flour?",
        "At a rate of {per_hour} {things} an hour, a team works {hours} hours. Then {rate} of the {things} "
        "turn out to be damaged. The good ones bring {price} each, but the electricity costs {cost}. What is "
        "the profit in dollars?",
        "In {hours} hours, {name} cleans {per_hour} {things} every hour. {He} keeps {rate} of all the "
        "{things} and sells the remaining ones for {price} each. After paying {cost} for a stand at the "
        "{event}, how much money does {he} have?",
    ),
)
def good_output_sold(t):
    """What a machine makes, less a share, is sold, less a cost."""
    output = t.expert("rate_equation")
    output.answer(output.mul(output.per_hour, output.hours))
    good = t.expert("percentage")
    good.answer(good.percent_off(good.take(output, "output"), good.rate))
    sale = t.expert("arithmetic")
    return sale.sub(sale.mul(sale.take(good, "count"), sale.price), sale.cost)


@schema(
    "composition",
    start=whole(20, 400),
    found=whole(5, 200),
    rate=percent(10, 90),
    price=money(3, 20),
    low_price=money(2, 10),
    variables={"start": "{things}"},
    where=lambda n: (n.start + n.found) * n.rate % 100 == 0 and n.low_price < n.price,
    questions=(
        "A shop has {start} {things} and gets {found} more. It sells {rate} of all the {things} for {price} "
        "each and the rest for {low_price} each. How much money does the shop make?",
        "{name} had {start} {things} and made another {found} for the {event}. There {he} sold {rate} of "
        "them at {price} apiece. The others went for {low_price} apiece on the last day. How many dollars "
        "did {name} take in?",
        "To a stock of {start} {things}, a store adds {found}. During the season {rate} of the {things} are "
        "sold for {price} each; those that remain are sold for {low_price} each. What are the total sales in "
        "dollars?",
        "With {start} {things} of {his} own and {found} from {name2}, {name} opens a stall. If {he} sells "
        "{rate} of the {things} at {price} each in the morning and all the others at {low_price} each in the "
        "evening, how much money does {he} get?",
    ),
)
def two_price_sale(t):
    """A share of a stock sold at one price and the rest at another."""
    stock = t.expert("entity_track")
    stock.add_entity(stock.start, stock.number("found"))
    stock.answer(stock.start)
    share = t.expert("percentage")
    share.answer(share.percent_of(share.take(stock, "count"), share.rate))
    sale = t.expert("arithmetic")
    count, sold = sale.take(stock, "count"), sale.take(share, "sold")
    return sale.add(sale.mul(sold, sale.price), sale.mul(sale.sub(count, sold), sale.low_price))
