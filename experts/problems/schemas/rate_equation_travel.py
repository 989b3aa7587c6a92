"""Rate problems about moving, buying and feeding: speed, distance, fuel, unit prices, recipes."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "rate_equation",
    speed=whole(20, 120),
    hours=whole(2, 12),
    questions=(
        "A {vehicle} travels at {speed} miles per hour for {hours} hours. How many miles does it go?",
        "{name} drives for {hours} hours at a speed of {speed} kilometers per hour. How far does {he} "
        "drive, in kilometers?",
        "The {vehicle} to {city} moves at a steady {speed} miles an hour. How many miles is it from {city} "
        "if it still needs {hours} hours?",
        "How many kilometers does a {vehicle} cover in {hours} hours when its speed is {speed} kilometers "
        "per hour?",
        "In an hour, a {vehicle} covers {speed} miles. What distance, in miles, does it cover in {hours} "
        "hours?",
    ),
)
def distance_traveled(t):
    """Distance from speed and time."""
    return t.mul(t.speed, t.hours)


@schema(
    "rate_equation",
    distance=whole(40, 900),
    speed=whole(10, 90),
    where=lambda n: n.distance % n.speed == 0 and n.speed < n.distance <= 15 * n.speed,
    questions=(
        "A {vehicle} has to go {distance} miles. It travels at {speed} miles per hour. How many hours does "
        "it take?",
        "{name} drives at {speed} kilometers per hour. How many hours does {he} need for {distance} "
        "kilometers?",
        "It is {distance} miles to the coast. At {speed} miles per hour, how long does a {vehicle} need to "
        "get there, in hours?",
        "A {vehicle} covers {speed} miles every hour. After how many hours has it covered {distance} miles?",
    ),
)
def travel_time(t):
    """Time from distance and speed."""
    return t.div(t.distance, t.speed)


@schema(
    "rate_equation",
    distance=whole(40, 900),
    hours=whole(2, 12),
    where=lambda n: n.distance % n.hours == 0 and 10 <= n.distance / n.hours <= 120,
    questions=(
        "A {vehicle} goes {distance} miles in {hours} hours. What is its speed in miles per hour?",
        "{name} needs {hours} hours to drive {distance} kilometers. How many kilometers does {he} drive per "
        "hour?",
        "It takes a {vehicle} {hours} hours to reach {city}, which is {distance} miles away. How fast does "
        "it go, in miles per hour?",
        "At what speed, in kilometers per hour, must a {vehicle} travel to cover {distance} kilometers in "
        "{hours} hours?",
    ),
)
def average_speed(t):
    """Speed from distance and time."""
    return t.div(t.distance, t.hours)


@schema(
    "rate_equation",
    distance=whole(20, 600),
    hours=whole(2, 9),
    later=whole(2, 15),
    where=lambda n: n.distance % n.hours == 0 and n.later != n.hours and 5 <= n.distance / n.hours <= 90,
    questions=(
        "A {vehicle} goes {distance} miles in {hours} hours. At the same speed, how many miles does it go "
        "in {later} hours?",
        "{name} drives {distance} kilometers in {hours} hours. If {he} keeps this speed, how many "
        "kilometers does {he} drive in {later} hours?",
        "How far can a {vehicle} travel in {later} hours if it travels {distance} miles in {hours} hours at "
        "a steady speed?",
        "In {hours} hours a boat covers {distance} miles of a river. How many miles would it cover in "
        "{later} hours, always at the same speed?",
    ),
)
def same_speed(t):
    """Distance for another time at the same speed."""
    return t.mul(t.div(t.distance, t.hours), t.later)


@schema(
    "rate_equation",
    distance=whole(2, 90),
    minutes=whole(5, 55),
    where=lambda n: (
        n.distance * 60 % n.minutes == 0
        and n.distance != n.minutes
        and 4 <= n.distance * 60 / n.minutes <= 120
    ),
    questions=(
        "A {vehicle} covers {distance} miles in {minutes} minutes. What is its speed in miles per hour?",
        "{name} rides {distance} kilometers in {minutes} minutes. At this speed, how many kilometers would "
        "{he} ride in an hour?",
        "It takes {name} {minutes} minutes to drive the {distance} miles to work. How many miles per hour "
        "is that?",
        "How many kilometers per hour does a {vehicle} travel if it needs {minutes} minutes for {distance} "
        "kilometers?",
    ),
)
def speed_from_minutes(t):
    """Speed per hour from a time in minutes."""
    return t.mul(t.div(t.distance, t.minutes), 60)


@schema(
    "rate_equation",
    cost=money(4, 120),
    count=whole(2, 24),
    bought=whole(2, 30),
    where=lambda n: (
        n.cost * 4 % n.count == 0 and n.cost <= 15 * n.count and n.count not in (n.cost, n.bought)
    ),
    questions=(
        "{count} {things} cost {cost}. How much do {bought} {things} cost at the same price?",
        "{name} pays {cost} for {count} {things}. {name2} buys {bought} of the same {things}. How much does "
        "{name2} pay?",
        "How much must {name} pay for {bought} {things} if {count} of them cost {cost}?",
        "At the market, {name} can get {count} {things} for {cost}. At this rate, what is the price of "
        "{bought} {things}?",
    ),
)
def same_price(t):
    """The price of another number at the same unit price."""
    return t.mul(t.div(t.cost, t.count), t.bought)


@schema(
    "rate_equation",
    cost=money(4, 200),
    count=whole(2, 25),
    where=lambda n: n.cost * 4 % n.count == 0,
    questions=(
        "{name} pays {cost} for {count} {things}. All of them have the same price. What does each {thing} "
        "cost?",
        "A box with {count} {things} costs {cost}. What is the price per {thing}?",
        "If {count} {things} cost {cost}, how much is a single {thing}?",
        "The price of {count} liters of paint is {cost}. What is the price of a liter of paint?",
        "{cost} is the price of {count} tickets for the {event}. How much does each ticket cost?",
    ),
)
def unit_price(t):
    """The price of each."""
    return t.div(t.cost, t.count)


@schema(
    "rate_equation",
    distance=whole(60, 900),
    per_gallon=whole(12, 45),
    price=money(2, 5, cents=True),
    where=lambda n: n.distance % n.per_gallon == 0 and n.distance > n.per_gallon,
    held_out=True,
    questions=(
        "A car goes {per_gallon} miles on a gallon of gas. Gas costs {price} a gallon. How much does the "
        "gas for a trip of {distance} miles cost?",
        "{name} drives {distance} miles. {His} car needs a gallon of gas for every {per_gallon} miles, and "
        "{he} pays {price} per gallon. How much does {he} spend on gas?",
        "With gas at {price} per gallon, what is the cost of driving {distance} miles in a van that gets "
        "{per_gallon} miles per gallon?",
        "A truck goes {per_gallon} miles per gallon, and each gallon of fuel costs {price}. What does the "
        "fuel for a drive of {distance} miles to {city} cost?",
    ),
)
def fuel_cost(t):
    """Fuel for a distance, and its price."""
    return t.mul(t.div(t.distance, t.per_gallon), t.price)


@schema(
    "rate_equation",
    used=whole(4, 120),
    servings=whole(2, 24),
    wanted=whole(2, 40),
    where=lambda n: (
        n.used % n.servings == 0 and n.used <= 8 * n.servings and n.servings not in (n.used, n.wanted)
    ),
    held_out=True,
    questions=(
        "A soup for {servings} people takes {used} ounces of beans. How many ounces of beans does a soup "
        "for {wanted} people take?",
        "{name} uses {used} ounces of flour to bake {servings} muffins. How many ounces does {he} need for "
        "{wanted} muffins?",
        "How many spoons of sugar are needed for {wanted} glasses of {drink} if {used} spoons are right for "
        "{servings} glasses?",
        "To feed {servings} {animals}, a farmer uses {used} pounds of feed a day. There are {wanted} "
        "{animals} now. How many pounds a day are needed?",
    ),
)
def recipe_scaled(t):
    """A recipe for another number."""
    return t.mul(t.div(t.used, t.servings), t.wanted)


@schema(
    "rate_equation",
    used=whole(12, 600),
    first=whole(2, 12),
    days=whole(2, 12),
    second=whole(2, 15),
    later=whole(2, 14),
    where=lambda n: (
        n.used % (n.first * n.days) == 0
        and n.used <= 20 * n.first * n.days
        and not {n.first, n.days} & {n.second, n.later}
    ),
    questions=(
        "{first} {animals} eat {used} pounds of feed in {days} days. At this rate, how many pounds of feed "
        "do {second} {animals} eat in {later} days?",
        "A farmer needs {used} pounds of hay to feed {first} {animals} for {days} days. How many pounds "
        "does it take to feed {second} {animals} for {later} days?",
        "In {days} days, {first} workers pick {used} baskets of fruit. How many baskets do {second} workers "
        "pick in {later} days at the same rate?",
        "How many toys do {second} machines make in {later} days if {first} machines of the same kind make "
        "{used} toys in {days} days?",
    ),
)
def same_rate_each(t):
    """The rate of each a day, then for another number and another time."""
    return t.mul(t.div(t.div(t.used, t.first), t.days), t.second, t.later)
