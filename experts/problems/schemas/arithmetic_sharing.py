"""Arithmetic problems about equal shares, leftovers, full groups, groups needed, averages and extremes."""

from trace_trainer.experts.problems.schema import choice, money, schema, whole


@schema(
    "arithmetic",
    total=whole(12, 240),
    people=whole(2, 15),
    where=lambda n: n.total % n.people == 0 and n.total > n.people,
    questions=(
        "{name} shares {total} {things} equally among {people} friends. How many {things} does each friend "
        "get?",
        "There are {people} children on the playground. They share {total} {things} equally. How many "
        "{things} does each child get?",
        "{name} gives {total} {things} to {people} cousins, the same number to each of them. How many "
        "{things} does each cousin get?",
        "A teacher splits {total} {things} evenly between {people} students. How many {things} does each "
        "student receive?",
        "How many {things} does each of {people} players get if {total} {things} are dealt out equally?",
    ),
)
def share_equally(t):
    """One total in equal shares."""
    return t.div(t.total, t.people)


@schema(
    "arithmetic",
    first=whole(6, 120),
    second=whole(6, 120),
    people=whole(2, 12),
    where=lambda n: (n.first + n.second) % n.people == 0,
    questions=(
        "{name} has {first} {things} and {name2} has {second}. They put all of them together and share them "
        "equally among {people} children. How many {things} does each child get?",
        "A club collects {first} {things} on {day} and {second} on {day2}. The {people} members share them "
        "equally. How many {things} does each member get?",
        "{people} friends pick berries. They fill {first} small cups and {second} large cups, and each "
        "friend takes home the same number of cups. How many cups does each friend take home?",
        "{name} divides {first} {color} {things} and {second} {color2} {things} equally among {people} "
        "cousins. How many {things} does each cousin get?",
    ),
)
def share_pooled(t):
    """Two amounts put together and shared."""
    return t.div(t.add(t.first, t.second), t.people)


@schema(
    "arithmetic",
    total=whole(20, 240),
    kept=whole(2, 40),
    groups=whole(2, 12),
    where=lambda n: n.total > n.kept + n.groups and (n.total - n.kept) % n.groups == 0,
    questions=(
        "A hall has {total} seats. {kept} of them are kept for guests of honor, and the rest are split "
        "equally between {groups} schools. How many seats does each school get?",
        "{name} wants to keep {kept} of {his} {total} {things} and divide the others equally among {groups} "
        "friends. How many {things} will each friend get?",
        "Of the {total} students in a school, {kept} are in the band. The other students form {groups} "
        "teams of the same size. How many students are on each team?",
        "There are {groups} tables at the {event}. Out of {total} {things}, {kept} stay in the kitchen and "
        "the others are spread evenly over the tables. How many {things} are on each table?",
    ),
)
def share_the_rest(t):
    """A part is kept, the others are shared."""
    return t.div(t.sub(t.total, t.kept), t.groups)


@schema(
    "arithmetic",
    total=whole(20, 200),
    people=whole(3, 15),
    where=lambda n: n.total % n.people > 1,
    questions=(
        "{name} shares {total} {things} equally among {people} friends and gives each of them as many as "
        "possible. How many {things} are left over?",
        "{name} deals {total} cards to {people} players so that all players have the same number. How many "
        "cards remain?",
        "{name} has {total} {things} for a group of {people} children. {He} gives the same number to each "
        "child, as many as possible, and keeps what is left over. How many {things} does {he} keep?",
        "The {people} owners of a garden pick {total} pears and divide them equally, as far as that is "
        "possible. How many pears are left over?",
    ),
)
def share_leftover(t):
    """The remainder of equal sharing."""
    return t.mod(t.total, t.people)


@schema(
    "arithmetic",
    total=whole(20, 300),
    per_box=whole(3, 24),
    where=lambda n: n.total % n.per_box != 0 and n.total > 2 * n.per_box,
    questions=(
        "{name} has {total} {things}. Each {container} holds {per_box} {things}. How many {containers} can "
        "{he} fill completely?",
        "A bakery puts {per_box} rolls into each box. How many full boxes can it make from {total} rolls?",
        "{name} makes gift bags with {per_box} {things} in each. {He} has {total} {things}. How many "
        "complete gift bags can {he} make?",
        "It takes {per_box} beads to make a bracelet. {name} has {total} beads. How many bracelets can {he} "
        "finish?",
    ),
)
def full_boxes(t):
    """How many groups can be filled completely."""
    return t.floor_div(t.total, t.per_box)


@schema(
    "arithmetic",
    total=whole(20, 300),
    per_box=whole(3, 24),
    price=money(2, 20),
    where=lambda n: n.total % n.per_box != 0 and n.total > 2 * n.per_box,
    questions=(
        "{name} has {total} {things} and packs them into boxes of {per_box}. Only full boxes are sold, for "
        "{price} each. How much money does {he} get?",
        "A farmer has {total} eggs. Each carton holds {per_box} eggs and is sold for {price}. If only full "
        "cartons are sold, how much does the farmer earn?",
        "{name} sells bunches of {per_box} flowers at {price} a bunch. {He} has picked {total} flowers. How "
        "much can {he} earn with complete bunches?",
        "A full {container} of {things} sells for {price}. It takes {per_box} {things} to fill each "
        "{container}, and {name} has {total} {things}. How much money can {he} make from full {containers}?",
    ),
)
def full_boxes_sold(t):
    """Only full groups are sold."""
    return t.mul(t.floor_div(t.total, t.per_box), t.price)


@schema(
    "arithmetic",
    people=whole(20, 300),
    seats=whole(4, 30),
    where=lambda n: n.people % n.seats != 0 and n.people > n.seats,
    questions=(
        "{people} students go on a trip by bus. Each bus has {seats} seats. How many buses are needed?",
        "A boat can carry {seats} people at a time. How many trips must it make to take {people} people "
        "across the lake?",
        "{name} expects {people} guests at the {event}. There is room for {seats} guests at each table. How "
        "many tables does {he} need so that everyone can sit down?",
        "Vans with {seats} seats each will take {people} fans to the game. What is the smallest number of "
        "vans that will do?",
    ),
)
def buses_needed(t):
    """Groups needed so that everyone has a place."""
    return t.ceil_div(t.people, t.seats)


@schema(
    "arithmetic",
    students=whole(20, 300),
    adults=whole(2, 30),
    seats=whole(4, 30),
    where=lambda n: (n.students + n.adults) % n.seats != 0 and n.students > n.seats,
    held_out=True,
    questions=(
        "A school takes {students} students and {adults} adults to a museum. Each bus has {seats} seats. "
        "How many buses does the school need?",
        "Each van seats {seats} people. How many vans are needed to drive {students} students and {adults} "
        "teachers to the {event}?",
        "A ferry carries {seats} people on each trip. There are {adults} adults and {students} students "
        "waiting. How many trips does the ferry have to make?",
        "For the {event}, {students} students and {adults} parents need places at tables for {seats}. How "
        "many tables must be set up?",
    ),
)
def buses_for_all(t):
    """Two kinds of people, then the groups needed."""
    return t.ceil_div(t.add(t.students, t.adults), t.seats)


@schema(
    "arithmetic",
    people=whole(20, 150),
    per_box=whole(4, 24),
    price=money(2, 15),
    where=lambda n: n.people % n.per_box != 0 and n.people > n.per_box,
    held_out=True,
    questions=(
        "{name} needs {people} cups for the {event}. Cups are sold only in packs of {per_box}, and a pack "
        "costs {price}. How much must {he} pay to have enough cups?",
        "A pack of invitations costs {price} and holds {per_box} cards. {name} invites {people} people and "
        "sends a card to each of them. How much does {he} spend on whole packs?",
        "Hot dog buns come in bags of {per_box}, and each bag costs {price}. {name} needs a bun for each of "
        "{people} guests. How much do the buns cost, if only whole bags can be bought?",
        "Each of {people} children gets a balloon. Balloons are sold for {price} a bag, with {per_box} in "
        "every bag. What is the lowest price to have a balloon for every child?",
    ),
)
def whole_packs_cost(t):
    """The price of as many whole packs as are needed."""
    return t.mul(t.ceil_div(t.people, t.per_box), t.price)


@schema(
    "arithmetic",
    first=whole(5, 100),
    second=whole(5, 100),
    third=whole(5, 100),
    where=lambda n: (n.first + n.second + n.third) % 3 == 0 and n.first != n.second,
    questions=(
        "{name} scored {first}, {second} and {third} points in {his} games this {month}. What was {his} "
        "average score?",
        "{name} read {first} pages on {day}, {second} pages on the next day and {third} pages on the day "
        "after. How many pages a day did {he} read on average?",
        "{name} found {first} {things}, {name2} found {second} and {name3} found {third}. How many {things} "
        "did they find on average?",
        "What is the average weight, in pounds, of dogs that weigh {first}, {second} and {third} pounds?",
    ),
)
def average_of_three(t):
    """The mean of three amounts."""
    return t.average(t.first, t.second, t.third)


@schema(
    "arithmetic",
    goal=whole(60, 95),
    tests=choice(3),
    first=whole(50, 100),
    second=whole(50, 100),
    where=lambda n: 40 <= 3 * n.goal - n.first - n.second <= 100 and n.first != n.second,
    questions=(
        "{name} wants an average of {goal} points over {tests} tests. So far {he} has {first} points on a "
        "test and {second} points on another. How many points does {he} need on the last test?",
        "{name} scored {first} and {second} points so far. To win a prize, {he} needs an average of {goal} "
        "points in {tests} games. How many points must {he} score in the only game that is left?",
        "The known scores are {first} and {second}, and the average of all {tests} scores must be {goal}. "
        "What must the missing score be?",
        "After getting {first} and {second} points, {name} has a single test left. How many points does "
        "{he} need on it for an average of {goal} over all {tests} tests?",
    ),
)
def score_needed(t):
    """The missing number of an average."""
    return t.sub(t.mul(t.goal, t.tests), t.add(t.first, t.second))


@schema(
    "arithmetic",
    first=whole(10, 90),
    second=whole(10, 90),
    third=whole(5, 60),
    where=lambda n: n.first != n.second,
    questions=(
        "{name} throws for {first} points and then for {second} points, and only the better throw counts. "
        "Then {he} gets {third} bonus points. What is {his} score?",
        "In a contest, {name} gets {first} points and {second} points for {his} jumps. Only the higher "
        "number counts, and {third} points for style are added. How many points does {he} have in the end?",
        "{name} gets {third} points for homework. {He} takes a quiz and repeats it, with {first} points and "
        "then {second} points, and the higher result counts. How many points does {he} get in total?",
        "A team keeps the larger of its scores, {first} and {second}, and then adds {third} points for fair "
        "play. How many points does the team have?",
    ),
)
def better_try(t):
    """The larger of two, then a bonus."""
    return t.add(t.max(t.first, t.second), t.third)
