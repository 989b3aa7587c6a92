"""Stories in two parts of which one is a rate: speed and hours, work done per hour, liters a minute.

The rate's part multiplies or divides only. Three parts are in composition_three.py.
"""

from trace_trainer.experts.problems.schema import money, percent, schema, whole


@schema(
    "composition",
    per_hour=whole(10, 200),
    hours=whole(3, 24),
    rate=percent(5, 60),
    where=lambda n: n.per_hour * n.hours * n.rate % 100 == 0,
    questions=(
        "A machine packs {per_hour} {things} an hour and runs for {hours} hours. {rate} of the {things} are "
        "damaged. How many undamaged {things} does it pack?",
        "{name} sorts {per_hour} {things} per hour for {hours} hours, but {rate} of them have to be thrown "
        "away. How many {things} can be kept?",
        "At a warehouse, {per_hour} {things} arrive every hour. After {hours} hours, {rate} of all the "
        "{things} are sent to {city}. How many {things} stay at the warehouse?",
        "Working at a rate of {per_hour} {things} an hour, a team packs {things} for {hours} hours. On the "
        "way to {place}, {rate} of the {things} get lost. How many {things} arrive?",
    ),
)
def good_output(t):
    """What a machine makes in some hours, less a share."""
    output = t.expert("rate_equation")
    output.answer(output.mul(output.per_hour, output.hours))
    good = t.expert("percentage")
    return good.percent_off(good.take(output, "output"), good.rate)


@schema(
    "composition",
    wage=money(9, 60),
    hours=whole(4, 60),
    rate=percent(5, 60),
    held_out=True,
    questions=(
        "{name} earns {wage} an hour and works {hours} hours. {He} saves {rate} of what {he} earns. How many "
        "dollars does {he} save?",
        "{name}, the {job}, is paid {wage} per hour. This week {he} worked {hours} hours and put {rate} of "
        "the pay into a savings account. How much money went into the account?",
        "{name} worked {hours} hours at {wage} an hour. If {he} gives {rate} of {his} earnings to {his} "
        "{family}, how much does {he} give?",
        "With a pay of {wage} an hour, {name} works for {hours} hours and has to pay {rate} of the money in "
        "taxes. How much are the taxes?",
    ),
)
def wages_saved(t):
    """A share of the wages of some hours."""
    pay = t.expert("rate_equation")
    pay.answer(pay.mul(pay.wage, pay.hours))
    saving = t.expert("percentage")
    return saving.percent_of(saving.take(pay, "pay"), saving.rate)


@schema(
    "composition",
    speed=whole(20, 80),
    hours=whole(2, 12),
    price=money(2, 6),
    fee=money(10, 150),
    questions=(
        "A truck drives at {speed} miles per hour for {hours} hours. The company charges {price} for every "
        "mile and a fixed fee of {fee}. How much does the trip cost?",
        "{name} hires a driver who travels {speed} miles per hour. The trip takes {hours} hours. {name} pays "
        "{price} a mile plus {fee} for the whole trip. How many dollars does {he} pay?",
        "A bus that goes {speed} miles an hour is rented for a trip of {hours} hours. The rent is {price} "
        "per mile, and {fee} is added for cleaning. What is the total price?",
        "On {day} a van traveled for {hours} hours at {speed} miles per hour. Each mile costs its owner "
        "{price}, and the parking afterwards costs {fee}. How much did the owner spend in all?",
    ),
)
def trip_charge(t):
    """The miles of a trip, charged by the mile with a fee."""
    trip = t.expert("rate_equation")
    trip.answer(trip.mul(trip.speed, trip.hours))
    charge = t.expert("arithmetic")
    return charge.add(charge.mul(charge.take(trip, "miles"), charge.price), charge.fee)


@schema(
    "composition",
    per_minute=whole(3, 40),
    minutes=whole(5, 60),
    used=whole(5, 300),
    added=whole(5, 200),
    where=lambda n: n.per_minute * n.minutes > n.used,
    questions=(
        "A tap fills an empty tank with {per_minute} liters of water a minute for {minutes} minutes. Then "
        "{name} uses {used} liters, and rain adds {added} liters. How many liters are in the tank now?",
        "{name} fills a pool for {minutes} minutes with a hose that gives {per_minute} liters per minute. "
        "After that, {used} liters are taken out for the garden and {added} liters are poured in from "
        "buckets. How much water, in liters, is in the pool?",
        "Water flows into an empty barrel at {per_minute} liters per minute. The tap is closed after "
        "{minutes} minutes. Later {used} liters leak out and {added} liters are added. How many liters of "
        "water does the barrel hold in the end?",
        "A pump works for {minutes} minutes and brings up {per_minute} liters of oil every minute. The "
        "workers sell {used} liters of it and get another {added} liters from a truck. How many liters of "
        "oil do they have?",
    ),
)
def tank_filled(t):
    """A tank is filled at a rate, then loses and gains some."""
    flow = t.expert("rate_equation")
    flow.answer(flow.mul(flow.per_minute, flow.minutes))
    tank = t.expert("entity_track")
    water = tank.take(flow, "liters")
    tank.consume(water, tank.number("used"))
    tank.add_entity(water, tank.number("added"))
    return water


@schema(
    "composition",
    speed=whole(15, 80),
    hours=whole(2, 12),
    other=whole(10, 400),
    where=lambda n: n.speed * n.hours > n.other,
    questions=(
        "{name} drives for {hours} hours at {speed} miles per hour. {name2} drives {other} miles. How many "
        "miles farther does {name} drive than {name2}?",
        "A train travels at {speed} miles per hour for {hours} hours, while a bus covers {other} miles in "
        "the same time. How many more miles does the train cover?",
        "{name2} traveled {other} miles to {city}. {name} traveled to {city2} at {speed} miles an hour, and "
        "it took {him} {hours} hours. How much longer, in miles, was {name}'s trip?",
        "At {speed} miles per hour, {name} sails for {hours} hours. {name2}'s trip is {other} miles long. By "
        "how many miles is {name}'s trip longer?",
    ),
)
def farther_trip(t):
    """A distance from a speed against a known one."""
    trip = t.expert("rate_equation")
    trip.answer(trip.mul(trip.speed, trip.hours))
    gap = t.expert("comparison")
    return gap.compare("sub", gap.take(trip, "miles"), gap.other)


@schema(
    "composition",
    count=whole(3, 30),
    per_lap=whole(2, 12),
    rest=whole(2, 40),
    speed=whole(4, 30),
    held_out=True,
    where=lambda n: (n.count * n.per_lap + n.rest) % n.speed == 0 and n.count * n.per_lap + n.rest > n.speed,
    questions=(
        "{name} rides {count} laps around a lake and then {rest} miles home. Each lap is {per_lap} miles "
        "long. At a speed of {speed} miles per hour, how many hours does {he} ride?",
        "A race consists of {count} laps of {per_lap} miles each and a final stretch of {rest} miles. How "
        "many hours does it take {name}, who keeps a speed of {speed} miles an hour?",
        "{name} delivers papers. The round is {per_lap} miles long and {he} rides it {count} times; the way "
        "there and back adds {rest} miles. If {he} rides {speed} miles per hour, for how many hours is {he} "
        "on the road?",
        "A boat goes around an island {count} times. Every round is {per_lap} miles, and the trip from and "
        "to the harbor is {rest} miles. The boat moves at {speed} miles per hour. How many hours does all of "
        "this take?",
    ),
)
def lap_ride(t):
    """A distance of several laps and a rest, at a speed."""
    route = t.expert("arithmetic")
    route.answer(route.add(route.mul(route.count, route.per_lap), route.rest))
    ride = t.expert("rate_equation")
    return ride.div(ride.take(route, "miles"), ride.speed)


@schema(
    "composition",
    boxes=whole(3, 40),
    per_box=whole(5, 60),
    loose=whole(2, 60),
    per_hour=whole(5, 60),
    where=lambda n: (n.boxes * n.per_box + n.loose) % n.per_hour == 0 and n.boxes * n.per_box > n.per_hour,
    questions=(
        "A store has {boxes} boxes with {per_box} {things} in each and {loose} loose {things}. A machine "
        "checks {per_hour} {things} an hour. How many hours does it need to check all of them?",
        "{name} has to put labels on the {things} in {boxes} boxes of {per_box} each and on {loose} more "
        "{things} that are not in a box. {He} labels {per_hour} {things} per hour. How many hours does the "
        "work take {him}?",
        "There are {loose} {things} on a table and {boxes} full boxes under it. A box holds {per_box} "
        "{things}. If {name} can clean {per_hour} {things} in an hour, how many hours does {he} need to "
        "clean all the {things}?",
        "A team wraps {per_hour} {things} per hour. For the {event} it has to wrap {boxes} crates of "
        "{per_box} {things} and then {loose} single {things}. In how many hours is the team done?",
    ),
)
def hours_of_checking(t):
    """A count of boxes and loose things, at so many an hour."""
    stock = t.expert("arithmetic")
    stock.answer(stock.add(stock.mul(stock.boxes, stock.per_box), stock.loose))
    work = t.expert("rate_equation")
    return work.div(work.take(stock, "count"), work.per_hour)
