"""Stories about what one owner has: found, lost, eaten, sold, bought, poured out.

The quantity lives in one entity that every change updates in place, in the order of the story. Computed changes,
and what is done with the rest, are in entity_track_rest.py; things that pass from one person to another are in
entity_track_transfers.py.
"""

from trace_trainer.experts.problems.schema import decimal, money, schema, whole


@schema(
    "entity_track",
    start=whole(15, 400),
    found=whole(3, 90),
    lost=whole(2, 60),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.lost,
    questions=(
        "{name} has {start} {things}. {He} finds {found} more and then loses {lost}. How many {things} does "
        "{name} have now?",
        "There were {start} {things} in {name}'s collection. After finding {found} more {things}, {he} lost "
        "{lost} of them. How many {things} are left in the collection?",
        "On {day}, {name} counted {start} {things}. The next day {he} found another {found}, but on the way "
        "home {he} lost {lost}. How many {things} does {he} have in the end?",
        "{name} kept {start} {things} in a {container}. {He} found {found} {things} in the {room} and put "
        "them in as well. Later {lost} {things} got lost. How many {things} remain in the {container}?",
        "Starting with {start} {things}, {name} found {found} others and lost {lost}. What is the number of "
        "{things} {he} has now?",
    ),
)
def found_and_lost(t):
    """Some found, then some lost."""
    t.add_entity(t.start, t.number("found"))
    t.consume(t.start, t.number("lost"))
    return t.start


@schema(
    "entity_track",
    start=whole(20, 500),
    given=whole(2, 120),
    lent=whole(2, 120),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.given + n.lent,
    questions=(
        "{name} had {start} {things}. {He} gave {given} to {his} {family} and lent {lent} to {name2}. How "
        "many {things} does {name} have left?",
        "{name} owns {start} {things}. If {he} gives {given} of them away and lends {lent} to a friend, how "
        "many {things} will {he} still have?",
        "Out of {start} {things}, {name} handed {given} to {his} {family} on {day} and lent {lent} to "
        "{name2} the day after. How many {things} are left with {name}?",
        "A {container} held {start} {things}. {name} took out {given} as a present for {name2} and then "
        "{lent} more to lend to {name3}. How many {things} are still in the {container}?",
        "Before the {event}, {name} had {start} {things}. At the {event} {he} gave away {given} {things} and "
        "lent another {lent}. How many {things} did {he} bring home?",
    ),
)
def gifts_to_friends(t):
    """Given away twice."""
    t.consume(t.start, t.number("given"))
    t.consume(t.start, t.number("lent"))
    return t.start


@schema(
    "entity_track",
    start=whole(20, 240),
    eaten=whole(2, 40),
    given=whole(5, 90),
    baked=whole(6, 96),
    variables={"start": "cookies"},
    where=lambda n: n.start > n.eaten + n.given,
    questions=(
        "{name} bakes {start} cookies. {His} {family} eats {eaten} of them, and {name} gives {given} to "
        "{his} class. Then {he} bakes {baked} more. How many cookies does {name} have now?",
        "There are {start} cookies in a jar. {name} and {name2} eat {eaten} cookies, and another {given} are "
        "given away at the {event}. After that, {baked} fresh cookies go into the jar. How many cookies are "
        "in the jar now?",
        "On {day} a bakery had {start} cookies. The staff ate {eaten}, the owner gave {given} to a school, "
        "and the baker made {baked} new cookies. How many cookies did the bakery have then?",
        "From a tray of {start} cookies, {name} ate {eaten} and gave {given} to {his} friends. {He} then "
        "baked {baked} additional cookies. How many cookies are there in the end?",
    ),
)
def cookies_left(t):
    """Eaten, given away, baked again."""
    t.consume(t.start, t.number("eaten"))
    t.consume(t.start, t.number("given"))
    t.add_entity(t.start, t.number("baked"))
    return t.start


@schema(
    "entity_track",
    start=whole(40, 600),
    sold=whole(5, 150),
    received=whole(10, 300),
    broken=whole(2, 30),
    returned=whole(2, 20),
    variables={"start": "{things}"},
    where=lambda n: n.start > n.sold and n.broken < n.received and n.returned < n.sold,
    questions=(
        "A store has {start} {things} in stock. It sells {sold}, receives a delivery of {received}, throws "
        "out {broken} damaged ones, and takes back {returned} from customers. How many {things} are in stock "
        "now?",
        "{name} runs a store that began the day with {start} {things}. Customers bought {sold}, a truck "
        "brought {received} more, {broken} were damaged and thrown away, and {returned} were returned by "
        "customers. How many {things} does the store have at the end of the day?",
        "On {day} morning there were {start} {things} on the shelves of a shop. During the day {sold} were "
        "sold. Then {received} new {things} arrived, but {broken} of those had to be thrown away. Finally, "
        "{returned} sold {things} came back. How many {things} are on the shelves now?",
        "The warehouse counted {start} {things}. After that, {sold} {things} were sold, {received} were "
        "delivered, {broken} were lost to damage and {returned} came back as returns. What is the new count "
        "of {things}?",
    ),
)
def shop_stock(t):
    """Four changes to the stock of a shop."""
    t.consume(t.start, t.number("sold"))
    t.add_entity(t.start, t.number("received"))
    t.consume(t.start, t.number("broken"))
    t.add_entity(t.start, t.number("returned"))
    return t.start


@schema(
    "entity_track",
    start=whole(12, 300),
    born=whole(3, 60),
    sold=whole(2, 90),
    bought=whole(2, 70),
    variables={"start": "{animals}"},
    where=lambda n: n.start > n.sold,
    questions=(
        "A farmer keeps {start} {animals}. In spring {born} more are born, {sold} are sold in summer, and "
        "{bought} are bought in autumn. How many {animals} does the farmer have now?",
        "{name} looks after {start} {animals}. This year {born} baby {animals} were born, {name} sold {sold} "
        "{animals}, and then {he} bought {bought} from a neighbor. How many {animals} does {he} look after "
        "now?",
        "There were {start} {animals} on a farm at the beginning of {month}. Over the month {born} were "
        "born, the owners sold {sold}, and they bought {bought} new ones. How many {animals} live on the "
        "farm at the end of the month?",
        "With {start} {animals} to begin with, a farm gained {born} newborns, then sold {sold} {animals} and "
        "finally bought {bought}. What is the number of {animals} on the farm?",
    ),
)
def farm_animals(t):
    """Born, sold, bought."""
    t.add_entity(t.start, t.number("born"))
    t.consume(t.start, t.number("sold"))
    t.add_entity(t.start, t.number("bought"))
    return t.start


@schema(
    "entity_track",
    start=money(40, 600),
    earned=money(10, 250, cents=True),
    spent=money(5, 200, cents=True),
    donated=money(5, 50),
    variables={"start": "savings"},
    where=lambda n: n.start + n.earned > n.spent + n.donated,
    questions=(
        "{name} has {start} in savings. {He} earns {earned} by helping {his} {family}, spends {spent} on "
        "{a_good}, and donates {donated}. How much money does {name} have left?",
        "There was {start} in {name}'s savings account. {He} put in the {earned} {he} earned on {day}, then "
        "took out {spent} to pay for {a_good} and {donated} for a charity. How much is in the account now?",
        "{name} saved {start} over the summer. In {month} {he} earned another {earned}, but {he} spent "
        "{spent} at the {shop} and donated {donated} to an animal shelter. How much money is left?",
        "After saving {start}, {name} was paid {earned} for working in the garden. {He} then spent {spent} "
        "on {a_good} and gave {donated} to charity. How many dollars does {he} have now?",
    ),
)
def savings_account(t):
    """Money earned, spent and donated."""
    t.add_entity(t.start, t.number("earned"))
    t.consume(t.start, t.number("spent"))
    t.consume(t.start, t.number("donated"))
    return t.start


@schema(
    "entity_track",
    start=whole(60, 400),
    used=decimal(5, 50),
    added=decimal(5, 80),
    lost=decimal(2, 9),
    variables={"start": "water"},
    where=lambda n: n.start > n.used,
    questions=(
        "A tank holds {start} liters of water. {name} uses {used} liters for the garden, rain adds {added} "
        "liters, and {lost} liters leak out. How many liters of water are in the tank now?",
        "There are {start} liters of water in a barrel. On {day}, {used} liters were used, {added} liters "
        "were poured in, and {lost} liters were lost through a crack. How much water, in liters, does the "
        "barrel hold now?",
        "{name} filled a pool with {start} liters of water. {He} took out {used} liters to wash the car, "
        "added {added} liters, and then {lost} liters dried up in the sun. How many liters of water are left "
        "in the pool?",
        "From {start} liters of water, {used} liters were used up. Then {added} liters were added and {lost} "
        "liters were spilled. How many liters are there in the end?",
    ),
)
def water_tank(t):
    """Liters used, added and lost."""
    t.consume(t.start, t.number("used"))
    t.add_entity(t.start, t.number("added"))
    t.consume(t.start, t.number("lost"))
    return t.start


@schema(
    "entity_track",
    start=whole(30, 300),
    won=whole(5, 90),
    lost=whole(5, 90),
    bonus=whole(10, 60),
    penalty=whole(2, 40),
    variables={"start": "points"},
    where=lambda n: n.start > n.lost and n.start + n.won + n.bonus > n.lost + n.penalty,
    questions=(
        "{name} has {start} points in a game. {He} wins {won} points, loses {lost}, gets a bonus of {bonus}, "
        "and then pays a penalty of {penalty} points. How many points does {name} have?",
        "In a quiz, {name}'s team stands at {start} points. It gains {won} points, then loses {lost} points "
        "for a wrong answer, earns {bonus} bonus points, and is fined {penalty} points. What is the team's "
        "score now?",
        "{name} began a round of cards with {start} points. After winning {won} and losing {lost}, {he} was "
        "given {bonus} extra points and then had {penalty} taken off. How many points did {he} have at the "
        "end of the round?",
        "The score was {start} points. It went up by {won}, down by {lost}, up by {bonus}, and down by "
        "{penalty}. What is the score in points?",
    ),
)
def game_points(t):
    """Four changes of a score."""
    t.add_entity(t.start, t.number("won"))
    t.consume(t.start, t.number("lost"))
    t.add_entity(t.start, t.number("bonus"))
    t.consume(t.start, t.number("penalty"))
    return t.start


@schema(
    "entity_track",
    start=whole(20, 90),
    left=whole(3, 18),
    boarded=whole(4, 30),
    alighted=whole(3, 18),
    joined=whole(2, 25),
    variables={"start": "passengers"},
    held_out=True,
    where=lambda n: n.start > n.left and n.start - n.left + n.boarded > n.alighted,
    questions=(
        "A bus leaves {city} with {start} passengers. At the next stop {left} get off and {boarded} get on. "
        "At the stop after that, {alighted} get off and {joined} get on. How many passengers are on the bus "
        "now?",
        "There are {start} passengers on a train. In {city} {left} leave and {boarded} board. Later "
        "{alighted} more leave and {joined} more board. How many passengers are on board in the end?",
        "{name} drives a school bus with {start} passengers. {He} lets {left} of them out at the school, "
        "where {boarded} climb in. At {place}, {alighted} get out and {joined} climb in. How many passengers "
        "does {name} have then?",
        "A ferry carrying {start} passengers stops on its way to {city}: {left} passengers step off and "
        "{boarded} step on. At a later stop {alighted} step off and {joined} step on. How many passengers "
        "arrive in {city}?",
    ),
)
def bus_riders(t):
    """Passengers getting off and on at two stops."""
    t.consume(t.start, t.number("left"))
    t.add_entity(t.start, t.number("boarded"))
    t.consume(t.start, t.number("alighted"))
    t.add_entity(t.start, t.number("joined"))
    return t.start
