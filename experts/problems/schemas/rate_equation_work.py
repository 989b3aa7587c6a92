"""Rate problems about work: wages, production, workers and machines, so much a day or a minute."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "rate_equation",
    rate=money(8, 40),
    hours=whole(2, 10),
    days=whole(2, 20),
    questions=(
        "{name} earns {rate} an hour. {He} works {hours} hours a day. How much does {he} earn in {days} "
        "days?",
        "The {job} works {hours} hours each day for {days} days and is paid {rate} per hour. How much is "
        "that in all?",
        "For every hour of work {name} gets {rate}. This {month} {he} worked on {days} days, {hours} hours "
        "each. How much did {he} earn?",
        "At a pay of {rate} per hour, how much does the {job} earn in {days} days of {hours} hours each?",
    ),
)
def wages(t):
    """Pay per hour, hours per day, days."""
    return t.mul(t.rate, t.hours, t.days)


@schema(
    "rate_equation",
    goal=money(60, 900),
    rate=money(8, 30),
    hours=whole(2, 9),
    where=lambda n: n.goal % (n.rate * n.hours) == 0 and n.goal > n.rate * n.hours,
    questions=(
        "{name} wants to earn {goal}. {He} is paid {rate} an hour and works {hours} hours a day. How many "
        "days must {he} work?",
        "The {job} earns {rate} per hour and works {hours} hours each day. After how many days has the "
        "{job} earned {goal}?",
        "{a_good} costs {goal}. {name} works {hours} hours every day for {rate} an hour. How many days of "
        "work pay for it?",
        "How many days does it take {name} to earn {goal} if {he} works {hours} hours daily at {rate} per "
        "hour?",
    ),
)
def days_of_work(t):
    """Days needed for an amount, from pay per hour and hours per day."""
    return t.div(t.goal, t.mul(t.rate, t.hours))


@schema(
    "rate_equation",
    rate=money(8, 40),
    hours=whole(2, 9),
    weeks=whole(2, 12),
    held_out=True,
    questions=(
        "{name} works every day of the week, {hours} hours a day, for {rate} an hour. How much does {he} "
        "earn in {weeks} weeks?",
        "A guard is paid {rate} per hour and works {hours} hours each day, with no day off. How much does "
        "the guard earn in {weeks} weeks?",
        "A studio rents a camera for {rate} an hour and uses it {hours} hours every day. What does it pay "
        "for {weeks} weeks?",
        "How much money does {name} make in {weeks} weeks if {he} works {hours} hours daily and gets {rate} "
        "per hour?",
    ),
)
def wages_over_weeks(t):
    """Pay per hour, hours per day, weeks."""
    return t.mul(t.rate, t.hours, 7, t.weeks)


@schema(
    "rate_equation",
    per_hour=whole(5, 90),
    hours=whole(2, 12),
    days=whole(2, 20),
    questions=(
        "A machine packs {per_hour} {things} per hour. It runs {hours} hours a day. How many {things} does "
        "it pack in {days} days?",
        "A factory is open {hours} hours each day and makes {per_hour} toys an hour. How many toys does it "
        "make in {days} days?",
        "{name} can wrap {per_hour} {things} in an hour. {He} does this for {hours} hours on each of {days} "
        "days. How many {things} does {he} wrap?",
        "In {days} days, how many bricks come from a machine that works {hours} hours a day and makes "
        "{per_hour} bricks every hour?",
    ),
)
def production(t):
    """Made per hour, hours per day, days."""
    return t.mul(t.per_hour, t.hours, t.days)


@schema(
    "rate_equation",
    machines=whole(2, 12),
    made=whole(24, 900),
    hours=whole(2, 12),
    where=lambda n: n.made % (n.machines * n.hours) == 0 and n.made > n.machines * n.hours,
    questions=(
        "{machines} machines pack {made} {things} in {hours} hours, all equally fast. How many {things} "
        "does each machine pack per hour?",
        "In {hours} hours, {machines} equal machines fill {made} bottles. How many bottles does a machine "
        "fill in an hour?",
        "A team of {machines} robots packs {made} parcels in {hours} hours. All the robots are equally "
        "fast. How many parcels does each robot pack in an hour?",
        "A factory must make {made} chairs in {hours} hours and has {machines} machines that share the work "
        "equally. How many chairs must each machine make per hour?",
    ),
)
def machine_rate(t):
    """The hourly rate of each of several machines."""
    return t.div(t.made, t.mul(t.machines, t.hours))


@schema(
    "rate_equation",
    goal=whole(60, 960),
    machines=whole(2, 12),
    per_hour=whole(3, 40),
    where=lambda n: n.goal % (n.machines * n.per_hour) == 0 and n.goal > n.machines * n.per_hour,
    held_out=True,
    questions=(
        "A factory has an order for {goal} bricks. It has {machines} machines, and each makes {per_hour} "
        "bricks per hour. How many hours does the order take?",
        "{machines} friends fold {goal} paper stars. Each of them folds {per_hour} stars an hour. After how "
        "many hours are they done?",
        "Each of {machines} pumps moves {per_hour} liters of water an hour. How many hours do all the pumps "
        "together need to empty a tank of {goal} liters?",
        "How many hours do {machines} bakers need for {goal} rolls if every baker makes {per_hour} rolls "
        "per hour?",
    ),
)
def hours_for_order(t):
    """Hours that several equal machines need together."""
    return t.div(t.goal, t.mul(t.machines, t.per_hour))


@schema(
    "rate_equation",
    workers=whole(2, 12),
    days=whole(2, 20),
    others=whole(2, 15),
    where=lambda n: n.workers * n.days % n.others == 0 and n.others not in (n.workers, n.days),
    questions=(
        "{workers} workers build a wall in {days} days. How many days would {others} workers need for the "
        "same wall, all working equally fast?",
        "It takes {workers} painters {days} days to paint a school. How long, in days, does it take "
        "{others} painters who work at the same rate?",
        "A job is done by {workers} people in {days} days. If {others} people do it instead, how many days "
        "do they need?",
        "A field can be harvested in {days} days by {workers} farmers. How many days do {others} farmers "
        "need, if everyone works at the same speed?",
    ),
)
def shared_work(t):
    """The same work by another number of workers."""
    return t.div(t.mul(t.workers, t.days), t.others)


@schema(
    "rate_equation",
    total=whole(40, 900),
    per_day=whole(4, 60),
    where=lambda n: n.total % n.per_day == 0 and n.total > n.per_day,
    questions=(
        "A book has {total} pages. {name} reads {per_day} pages a day. How many days does {he} need for the "
        "book?",
        "{name} reads {per_day} pages every day. After how many days has {he} read {total} pages?",
        "A farm uses {per_day} kilograms of feed a day. How many days do {total} kilograms last?",
        "How many days does it take {name} to draw {total} cards at a rate of {per_day} per day?",
    ),
)
def days_needed(t):
    """Days from a total and a daily rate."""
    return t.div(t.total, t.per_day)


@schema(
    "rate_equation",
    per_minute=whole(3, 60),
    hours=whole(2, 9),
    questions=(
        "A pump moves {per_minute} liters of water per minute. How many liters does it move in {hours} "
        "hours?",
        "{name} types {per_minute} words a minute. How many words can {he} type in {hours} hours at this "
        "rate?",
        "A machine prints {per_minute} cards every minute and runs for {hours} hours. How many cards does "
        "it print?",
        "In {hours} hours, how many {things} does a machine sort if it sorts {per_minute} each minute?",
    ),
)
def minutes_to_hours(t):
    """A rate per minute over hours."""
    return t.mul(t.per_minute, 60, t.hours)


@schema(
    "rate_equation",
    per_day=whole(3, 40),
    weeks=whole(2, 12),
    questions=(
        "{name} cycles {per_day} kilometers every day. How many kilometers does {he} cycle in {weeks} weeks?",
        "A cafe uses {per_day} liters of milk a day and is open every day. How many liters does it use in "
        "{weeks} weeks?",
        "For {weeks} weeks, {name} reads {per_day} pages per day. How many pages is that in all?",
        "How many toys does a toy maker finish in {weeks} weeks, working every day and finishing {per_day} "
        "a day?",
    ),
)
def daily_over_weeks(t):
    """A rate per day over weeks."""
    return t.mul(t.per_day, 7, t.weeks)
