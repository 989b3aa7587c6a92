"""Stories in two parts of which one is a stock that changes, or a total that is computed and then compared.

After the changes come at least two computes, or another expert; with a single compute the story stays with
entity_track (entity_track_rest.py). Three parts are in composition_three.py.
"""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "composition",
    start=whole(20, 200),
    found=whole(4, 60),
    lost=whole(2, 40),
    price=money(2, 12),
    cost=money(5, 120),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.lost and (n.start + n.found - n.lost) * n.price > n.cost,
    questions=(
        "{name} has {start} {things}. {He} buys {found} more, but {lost} get broken. {He} sells all the "
        "others for {price} each and pays {cost} for the stall. How much money does {he} keep?",
        "A stall opens with {start} {things}. A friend brings {found} more, and {lost} are given away for "
        "free. The rest are sold at {price} apiece. After paying {cost} for the stall, how many dollars are "
        "left?",
        "{name} makes {start} {things} on {day} and {found} on the next day. {lost} of them are damaged. If "
        "{he} sells the good ones at {place} for {price} each and the materials cost {cost}, how much does "
        "{he} earn after costs?",
        "For the {event}, {name} collected {start} {things}, then received {found} from {name2} and lost "
        "{lost}. Everything that was left was sold for {price} each. What remained of the money once a bill "
        "of {cost} was paid?",
    ),
)
def stock_income(t):
    """What is left of a stock is sold, less a cost."""
    stock = t.expert("entity_track")
    stock.add_entity(stock.start, stock.number("found"))
    stock.consume(stock.start, stock.number("lost"))
    stock.answer(stock.start)
    sale = t.expert("arithmetic")
    return sale.sub(sale.mul(sale.take(stock, "count"), sale.price), sale.cost)


@schema(
    "composition",
    start=whole(40, 600),
    given=whole(2, 60),
    lost=whole(2, 60),
    price=money(3, 40),
    donated=money(20, 500),
    variables={"start": "tickets"},
    held_out=True,
    where=lambda n: n.start > n.given + n.lost,
    questions=(
        "There are {start} tickets for the {event}. {given} are given to the helpers and {lost} are not "
        "picked up. The others are sold for {price} each, and a donation of {donated} comes in. How much "
        "money does the {event} bring in?",
        "{name} prints {start} tickets. {He} gives {given} to {his} friends and throws {lost} away because "
        "of a mistake. The tickets that are left are sold for {price} each. With {donated} from donors, how "
        "many dollars does {name} collect in all?",
        "A theater has {start} tickets for {day}. It sends {given} to a school for free, and {lost} stay "
        "unsold. The rest bring {price} each. Drinks bring in another {donated}. What are the total earnings "
        "of the theater?",
        "From a block of {start} tickets, {given} went to the press and {lost} were lost. All that were left "
        "were sold at {price} a ticket. The club also got {donated} from a sponsor. How much did the club "
        "take in?",
    ),
)
def ticket_income(t):
    """The remaining tickets are sold, and a donation comes in."""
    stock = t.expert("entity_track")
    stock.consume(stock.start, stock.number("given"))
    stock.consume(stock.start, stock.number("lost"))
    stock.answer(stock.start)
    sale = t.expert("arithmetic")
    return sale.add(sale.mul(sale.take(stock, "count"), sale.price), sale.donated)


@schema(
    "composition",
    start=whole(20, 300),
    other=whole(10, 200),
    given=whole(2, 90),
    rate=percent(5, 95),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start > n.given and (n.other + n.given) * n.rate % 100 == 0,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name} gives {given} {things} to {name2}. Now "
        "{rate} of {name2}'s {things} are {color}. How many {color} {things} does {name2} have?",
        "{name} owns {start} {things}, and {name2} owns {other}. After {name2} gets {given} {things} from "
        "{name}, {he2} finds that {rate} of all {his2} {things} are broken. How many broken {things} does "
        "{name2} have?",
        "At the {event}, {name} had {start} {things} and {name2} had {other}. {name} passed {given} {things} "
        "on to {name2}. Later {name2} sold {rate} of the {things} {he2} had. How many {things} did {name2} "
        "sell?",
        "There are {start} {things} in {name}'s {container} and {other} in {name2}'s. {name} puts {given} of "
        "{his} {things} into {name2}'s {container}. If {rate} of the {things} there are {color}, how many "
        "{color} {things} are in {name2}'s {container}?",
    ),
)
def gift_share(t):
    """A share of what the receiver of a gift then has."""
    stock = t.expert("entity_track")
    stock.transfer(stock.start, stock.other, stock.number("given"))
    stock.answer(stock.other)
    share = t.expert("percentage")
    return share.percent_of(share.take(stock, "count"), share.rate)


@schema(
    "composition",
    start=whole(100, 900),
    used=whole(5, 300),
    added=whole(5, 300),
    per_minute=whole(3, 30),
    variables={"start": "water"},
    where=lambda n: n.start > n.used and (n.start - n.used + n.added) % n.per_minute == 0,
    questions=(
        "A tank holds {start} liters of water. {name} uses {used} liters and rain adds {added} liters. Then "
        "the tank is emptied at {per_minute} liters per minute. How many minutes does it take?",
        "There are {start} liters of water in a pool. On {day}, {used} liters dry up, and {name} pours in "
        "{added} liters. A pump that moves {per_minute} liters a minute then empties the pool. For how many "
        "minutes does the pump run?",
        "From a barrel of {start} liters of water, {used} liters are taken for the animals. Then {added} "
        "liters are poured in. If the rest flows out at {per_minute} liters each minute, after how many "
        "minutes is the barrel empty?",
        "A boat has taken in {start} liters of water. The crew throws out {used} liters, but a wave brings "
        "in {added} more. Now they start a pump that clears {per_minute} liters per minute. How many minutes "
        "does it need for all the water?",
    ),
)
def tank_emptied(t):
    """A stock of water changes, then flows out at a rate."""
    stock = t.expert("entity_track")
    stock.consume(stock.start, stock.number("used"))
    stock.add_entity(stock.start, stock.number("added"))
    stock.answer(stock.start)
    flow = t.expert("rate_equation")
    return flow.div(flow.take(stock, "liters"), flow.per_minute)


@schema(
    "composition",
    boxes=whole(3, 20),
    per_box=whole(5, 40),
    loose=whole(2, 40),
    given=whole(3, 120),
    found=whole(2, 60),
    where=lambda n: n.boxes * n.per_box + n.loose > n.given,
    questions=(
        "{name} has {boxes} boxes with {per_box} {things} in each and {loose} loose {things}. {He} gives "
        "{given} {things} to {name2} and then finds {found} more. How many {things} does {he} have now?",
        "A shop has {boxes} boxes of {per_box} {things} and {loose} single {things}. It sells {given} "
        "{things} on {day} and gets a delivery of {found} the next day. How many {things} does the shop have "
        "after that?",
        "There are {loose} {things} on the shelf and {boxes} full boxes in the storeroom. Every box holds "
        "{per_box} {things}. After {given} {things} are used for the {event} and {found} are brought back, "
        "how many {things} are there?",
        "{name} bought {boxes} boxes of {things}, each with {per_box} inside, and already had {loose}. Then "
        "{he} lent {given} {things} to {name2} and received {found} as a present. How many {things} does "
        "{name} have?",
    ),
)
def boxes_then_changes(t):
    """A stock counted in boxes, then given from and added to."""
    count = t.expert("arithmetic")
    count.answer(count.add(count.mul(count.boxes, count.per_box), count.loose))
    stock = t.expert("entity_track")
    things = stock.take(count, "count")
    stock.consume(things, stock.number("given"))
    stock.add_entity(things, stock.number("found"))
    return things


@schema(
    "composition",
    start=whole(20, 300),
    found=whole(4, 90),
    lost=whole(2, 60),
    other=whole(2, 60),
    variables={"start": "{name}.{things}"},
    where=lambda n: (
        n.start > n.lost
        and (n.start + n.found - n.lost) % n.other == 0
        and n.start + n.found - n.lost > n.other
    ),
    questions=(
        "{name} has {start} {things}. {He} finds {found} more and loses {lost}. {name2} has {other} "
        "{things}. How many times as many {things} as {name2} does {name} have now?",
        "{name2} owns {other} {things}. {name} owned {start}, then bought {found} and gave {lost} away. "
        "{name} now has how many times the number of {things} that {name2} has?",
        "In the beginning {name} had {start} {things}; then {he} won {found} and lost {lost}. {name2}'s "
        "collection has {other} {things}. How many times as large is {name}'s collection now?",
        "{name} collects {things}. {He} started with {start}, got {found} from {his} {family}, and gave away "
        "{lost}. If {name2} has {other} {things}, how many times as many does {name} have?",
    ),
)
def times_after_changes(t):
    """A changed stock, as a multiple of somebody else's."""
    stock = t.expert("entity_track")
    stock.add_entity(stock.start, stock.number("found"))
    stock.consume(stock.start, stock.number("lost"))
    stock.answer(stock.start)
    ratio = t.expert("comparison")
    return ratio.compare("div", ratio.take(stock, "count"), ratio.other)


@schema(
    "composition",
    count=whole(4, 60),
    price=money(2, 30),
    bonus=money(10, 200),
    spent=money(5, 100),
    other=money(20, 1500),
    where=lambda n: n.count * n.price + n.bonus > n.spent + n.other,
    questions=(
        "{name} sells {count} {things} for {price} each, gets {bonus} from {his} {family}, and spends "
        "{spent} on {a_good}. {name2} has {other}. How much more money than {name2} does {name} have?",
        "At the {event}, {name}'s stall sold {count} {things} at {price} apiece and was given {bonus} as a "
        "prize, but {name} had to pay {spent} for the stall. {name2}'s stall made {other}. How many dollars "
        "more did {name} make?",
        "{name2} has saved {other}. {name} has sold {count} {things} for {price} each, received a present of "
        "{bonus}, and then paid {spent} for a ticket. How many dollars more than {name2} does {name} have "
        "now?",
        "{name} gets {price} for every {thing} that {he} sells. {He} sells {count} of them, has a bonus of "
        "{bonus}, and pays costs of {spent}. If {name2} earns {other}, how much more does {name} earn?",
    ),
)
def stall_against_savings(t):
    """An income in three steps against another person's money."""
    income = t.expert("arithmetic")
    sales = income.mul(income.count, income.price)
    income.answer(income.sub(income.add(sales, income.bonus), income.spent))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(income, "income"), gap.other)
