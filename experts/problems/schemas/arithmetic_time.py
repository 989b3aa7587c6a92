"""Arithmetic problems about weeks, years, hours and minutes, and work that goes on from day to day."""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "arithmetic",
    hours=whole(2, 9),
    minutes=whole(5, 55),
    questions=(
        "A movie lasts {hours} hours and {minutes} minutes. How many minutes does it last in all?",
        "{name} worked in the garden for {hours} hours and then for another {minutes} minutes. How many "
        "minutes did {he} work altogether?",
        "The {vehicle} from {city} needs {hours} hours and {minutes} minutes. How long is the trip in "
        "minutes?",
        "How many minutes are there in {hours} hours and {minutes} minutes?",
        "After a walk of {minutes} minutes to the station, {name} spends {hours} hours on a train. What is "
        "the length of the whole trip in minutes?",
    ),
)
def in_minutes(t):
    """Hours and minutes, all in minutes."""
    return t.add(t.mul(t.hours, 60), t.minutes)


@schema(
    "arithmetic",
    hours=whole(2, 8),
    first=whole(10, 120),
    second=whole(10, 120),
    where=lambda n: 60 * n.hours > n.first + n.second,
    held_out=True,
    questions=(
        "{name} has {hours} hours for {his} homework. {He} spends {first} minutes on {subject} and {second} "
        "minutes on {subject2}. How many minutes are left?",
        "A concert hall is open for {hours} hours. A band plays for {first} minutes and a choir sings for "
        "{second} minutes. For how many minutes is there no music?",
        "{name} needs {first} minutes to clean the {room} and {second} minutes to wash the car. {He} has "
        "{hours} hours of free time. How many minutes will {he} have left?",
        "Of a {sport} practice of {hours} hours, {first} minutes are spent on running and {second} minutes "
        "on drills. The rest is a game. How many minutes does the game last?",
    ),
)
def time_left(t):
    """What remains of some hours after two things that take minutes."""
    return t.sub(t.mul(t.hours, 60), t.add(t.first, t.second))


@schema(
    "arithmetic",
    weeks=whole(2, 12),
    days=whole(2, 6),
    questions=(
        "{name} is on vacation for {weeks} weeks and {days} days. How many days is that altogether?",
        "A ship sails for {weeks} weeks, then lies in a harbor for {days} days. How many days does this "
        "take in all?",
        "It takes {weeks} weeks to build a shed and {days} days to paint it. How many days does the whole "
        "work take?",
        "How many days are there until the {event} if it is {weeks} weeks and {days} days away?",
    ),
)
def in_days(t):
    """Weeks and days, all in days."""
    return t.add(t.mul(t.weeks, 7), t.days)


@schema(
    "arithmetic",
    per_day=whole(3, 40),
    sold=whole(5, 150),
    where=lambda n: 7 * n.per_day > n.sold,
    questions=(
        "A hen house gives {per_day} eggs every day. By the end of a week, {sold} eggs have been sold. How "
        "many eggs of that week are left?",
        "{name} folds {per_day} paper stars a day for a week. Then {he} gives away {sold} of them. How many "
        "paper stars does {he} keep?",
        "Out of the loaves that a baker bakes in a week, {sold} are sold. The baker bakes {per_day} loaves "
        "each day. How many loaves are not sold?",
        "{name} picks {per_day} melons on each day of a week, and a store buys {sold} of them. How many "
        "melons does {he} have left?",
    ),
)
def week_less(t):
    """The same each day of a week, less some."""
    return t.sub(t.mul(t.per_day, 7), t.sold)


@schema(
    "arithmetic",
    total=whole(60, 600),
    per_day=whole(5, 40),
    days=whole(2, 14),
    where=lambda n: n.total > n.per_day * n.days,
    questions=(
        "A book has {total} pages. {name} reads {per_day} pages a day for {days} days. How many pages are "
        "left?",
        "{name} reads {per_day} pages every day. After {days} days, how many of the {total} pages of {his} "
        "book has {he} not read?",
        "For {days} days {name} writes {per_day} invitations each day. {He} has to write {total} in all. "
        "How many invitations are still to be written?",
        "A road crew must paint {total} meters of road and paints {per_day} meters each day. How many "
        "meters are not painted after {days} days?",
    ),
)
def work_left(t):
    """What remains of a task after some days."""
    return t.sub(t.total, t.mul(t.per_day, t.days))


@schema(
    "arithmetic",
    total=whole(60, 600),
    done=whole(10, 200),
    days=whole(2, 14),
    where=lambda n: n.total > n.done + n.days and (n.total - n.done) % n.days == 0,
    questions=(
        "A book has {total} pages. {name} has read {done} of them. {He} wants to finish it in {days} days, "
        "with the same number of pages each day. How many pages must {he} read a day?",
        "{name} has to write {total} invitations, and {done} are done. There are {days} days left. How many "
        "must {he} write each day if {he} writes the same number every day?",
        "With {days} days to go, {name} has walked {done} of the {total} kilometers of a trail. How many "
        "kilometers must {he} walk each day from now on to reach the end in time?",
        "In {days} days a factory must make the rest of an order of {total} toys. {done} of the toys have "
        "been made already. How many toys does it have to make per day?",
    ),
)
def daily_rest(t):
    """The rest of a task, spread evenly over the days."""
    return t.div(t.sub(t.total, t.done), t.days)


@schema(
    "arithmetic",
    years=whole(2, 15),
    months=whole(2, 11),
    questions=(
        "{name}'s dog is {years} years and {months} months old. How many months old is it?",
        "A building took {years} years to plan and {months} months to build. How many months did the work "
        "take in all?",
        "{name} lived in {city} for {years} years and in {city2} for {months} months. How many months did "
        "{he} live in these cities altogether?",
        "How many months are there in {years} years and {months} months?",
    ),
)
def in_months(t):
    """Years and months, all in months."""
    return t.add(t.mul(t.years, 12), t.months)


@schema(
    "arithmetic",
    weeks=whole(2, 8),
    per_day=whole(2, 12),
    start=whole(10, 90),
    held_out=True,
    questions=(
        "{name} knows {start} French words. {He} learns {per_day} new words every day for {weeks} weeks. "
        "How many words does {he} know then?",
        "For {weeks} weeks, {name} draws {per_day} pictures each day. {He} had {start} pictures before. How "
        "many pictures does {he} have after that time?",
        "A wall is to be covered with tiles. {start} tiles are on the wall, and {name} adds {per_day} tiles "
        "a day. How many tiles are on the wall after {weeks} weeks?",
        "{name} does {per_day} puzzles a day. {He} has done {start} so far. How many will {he} have done "
        "after {weeks} more weeks?",
    ),
)
def weeks_of_growth(t):
    """A daily amount over weeks, on top of a start."""
    return t.add(t.mul(t.weeks, 7, t.per_day), t.start)


@schema(
    "arithmetic",
    first=money(6, 60),
    second=money(6, 60),
    days=whole(2, 20),
    questions=(
        "{name} earns {first} a day at the {shop} and {second} a day with a paper route. {He} does both on "
        "{days} days. How much does {he} earn altogether?",
        "Each day a family spends {first} on food and {second} on trips. It is on vacation for {days} days. "
        "How much does it spend in all?",
        "During {days} days, {name} pays {second} for a room and {first} for meals every day. What is the "
        "total cost?",
        "A stand takes in {first} with {drink} and {second} with cake on every day of a fair that lasts "
        "{days} days. How much money does the stand take in altogether?",
    ),
)
def daily_amounts(t):
    """Two daily amounts over some days."""
    return t.mul(t.add(t.first, t.second), t.days)


@schema(
    "arithmetic",
    age=whole(4, 30),
    older=whole(2, 20),
    years=whole(2, 15),
    questions=(
        "{name} is {age} years old. {His} cousin is {older} years older. How old will the cousin be in "
        "{years} years?",
        "In {years} years, how old will {name2} be if {name} is {age} today and {name2} is {older} years "
        "older?",
        "{name2} is {older} years older than {name}, who is {age} years old. How old will {name2} be "
        "{years} years from now?",
        "When {name} moved to {city}, {he} was {age} years old, and {his} friend {name2} was {older} years "
        "older. Now {years} years have passed. How old is {name2} now?",
    ),
)
def age_later(t):
    """An age by its difference, some years later."""
    return t.add(t.add(t.age, t.older), t.years)


@schema(
    "arithmetic",
    per_day=whole(8, 40),
    used=whole(2, 12),
    price=money(2, 9),
    where=lambda n: n.per_day > n.used + 1,
    questions=(
        "{name}'s hens lay {per_day} eggs every day. {He} uses {used} of them each day and sells all the "
        "others for {price} each. How much does {he} earn in a week?",
        "Every day a baker makes {per_day} pies and keeps {used} of them for the family. The other pies are "
        "sold for {price} each. How much money does the baker get in a week?",
        "{name} sells honey at {price} a jar. Each day {he} fills {per_day} jars, but {he} gives {used} of "
        "these to the helpers. How much does {he} take in during a week?",
        "How much does a farm earn in a week if it picks {per_day} melons a day, needs {used} of them "
        "itself each day and sells the rest at {price} apiece?",
    ),
)
def weekly_sales(t):
    """What is left each day, sold, over a week."""
    return t.mul(t.sub(t.per_day, t.used), t.price, 7)
