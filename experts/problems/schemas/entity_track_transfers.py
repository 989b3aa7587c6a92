"""Stories about things that pass between two owners: gifts and swaps.

Each owner's quantity is an entity of its own, `ava.marbles` and `ben.marbles`. A receiver who has nothing at
first is not initialised: the transfer starts it at 0.
"""

from trace_trainer.experts.problems.schema import schema, whole


@schema(
    "entity_track",
    start=whole(12, 300),
    other=whole(3, 200),
    given=whole(2, 90),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start > n.given,
    questions=(
        "{name} has {start} {things} and {name2} has {other} {things}. {name} gives {given} of {his} "
        "{things} to {name2}. How many {things} does {name2} have now?",
        "{name} owns {start} {things}, while {name2} owns {other}. After {name} gives {name2} {given} "
        "{things}, how many {things} does {name2} have?",
        "There are {start} {things} in {name}'s bag and {other} {things} in {name2}'s bag. {name} moves "
        "{given} {things} from {his} bag to {name2}'s. How many {things} are in {name2}'s bag now?",
        "On {day}, {name} brought {start} {things} to school and {name2} brought {other}. {name} handed "
        "{given} of {his} {things} to {name2}. How many {things} did {name2} take home?",
        "{name} and {name2} collect {things}. {name} has {start} of them and {name2} has {other}. For {his2} "
        "birthday, {name2} gets {given} {things} from {name}. How many {things} are in {name2}'s collection "
        "then?",
    ),
)
def gift_received(t):
    """A gift: what the receiver has."""
    t.transfer(t.start, t.other, t.number("given"))
    return t.other


@schema(
    "entity_track",
    start=whole(20, 300),
    other=whole(3, 150),
    found=whole(3, 60),
    given=whole(2, 90),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start > n.given,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name} finds {found} more {things} and gives "
        "{given} to {name2}. How many {things} does {name} have left?",
        "At the beginning, {name} has {start} {things}, and {name2} has {other} {things}. Then {name} buys "
        "{found} and passes {given} on to {name2}. How many {things} does {name} keep?",
        "{name} counted {start} {things} in {his} {container}; {name2} counted {other} in {his2} own. {name} "
        "added {found} {things} to {his} {container} and then let {name2} take {given} of them. How many "
        "{things} are left in {name}'s {container}?",
        "When the day begins, {start} {things} belong to {name} and {other} belong to {name2}. {name} gets "
        "{found} more {things} from {his} {family}, and then {name2} receives {given} from {name}. How many "
        "{things} belong to {name} at the end of the day?",
    ),
)
def giver_after_find(t):
    """A find and a gift: what the giver has."""
    giver, receiver = t.start, t.other
    t.add_entity(giver, t.number("found"))
    t.transfer(giver, receiver, t.number("given"))
    return giver


@schema(
    "entity_track",
    start=whole(15, 250),
    other=whole(15, 250),
    given=whole(2, 60),
    returned=whole(2, 60),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start > n.given and n.other > n.returned and n.given != n.returned,
    questions=(
        "{name} has {start} {things} and {name2} has {other} {things}. {name} gives {name2} {given} "
        "{things}, and later {name2} gives {name} {returned} {things}. How many {things} does {name} have "
        "now?",
        "{name} and {name2} trade {things}. {name} starts with {start} and {name2} with {other}. {name} "
        "hands over {given} {things} and gets {returned} from {name2}. How many {things} does {name} own "
        "after the trade?",
        "Before playing, {name} had {start} {things} and {name2} had {other}. {name} lost {given} {things} "
        "to {name2} in the morning but won {returned} from {name2} in the afternoon. How many {things} did "
        "{name} have in the evening?",
        "There were {start} {things} on {name}'s desk and {other} on {name2}'s desk. {name2} took {given} "
        "from {name}'s desk, and afterwards {name} took {returned} from {name2}'s desk. How many {things} "
        "are on {name}'s desk?",
    ),
)
def swap(t):
    """A gift and a gift in return."""
    t.transfer(t.start, t.other, t.number("given"))
    t.transfer(t.other, t.start, t.number("returned"))
    return t.start


@schema(
    "entity_track",
    start=whole(15, 300),
    given=whole(5, 120),
    found=whole(3, 60),
    lost=whole(2, 30),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start > n.given and n.given + n.found > n.lost,
    questions=(
        "{name} has {start} {things}, but {name2} has none. {name} gives {name2} {given} {things}. Then "
        "{name2} finds {found} more and loses {lost}. How many {things} does {name2} have now?",
        "From a collection of {start} {things}, {name} gives {given} to {name2}, who has no {things} yet. "
        "Later {name2} buys {found} {things} and loses {lost}. How many {things} does {name2} own?",
        "{name2} wants to start collecting {things}. {name}, who has {start}, gives {him2} {given} of them. "
        "After that {name2} gets {found} from {his2} family and gives {lost} away. How many {things} are in "
        "{name2}'s new collection?",
        "{name} had {start} {things} and shared {given} of them with {name2}, who had none before. {name2} "
        "picked up another {found} at {place} but dropped {lost} on the way home. How many {things} did "
        "{name2} bring home?",
    ),
)
def new_collector(t):
    """A gift to somebody who had nothing, who then finds and loses some."""
    receiver = t.new("other")
    t.transfer(t.start, receiver, t.number("given"))
    t.add_entity(receiver, t.number("found"))
    t.consume(receiver, t.number("lost"))
    return receiver


@schema(
    "entity_track",
    start=whole(15, 250),
    other=whole(15, 250),
    given=whole(3, 90),
    lent=whole(3, 90),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}", "third": "{name3}.{things}"},
    where=lambda n: n.start > n.given and n.other > n.lent,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name3} has none, so {name} gives {name3} "
        "{given} {things} and {name2} gives {name3} {lent} {things}. How many {things} does {name3} have "
        "now?",
        "{name3} forgot to bring {things} to the {event}. {name} brought {start} and {name2} brought "
        "{other}. If {name} lets {name3} have {given} and {name2} lets {name3} have {lent}, how many "
        "{things} does {name3} get?",
        "There are {start} {things} in {name}'s {container} and {other} in {name2}'s. Into an empty "
        "{container} that belongs to {name3}, {name} puts {given} of {his} {things} and {name2} puts {lent}. "
        "How many {things} are in {name3}'s {container}?",
        "{name} owns {start} {things}. {name2} owns {other} {things}. On {day} {name3} receives {given} "
        "{things} from {name} and {lent} from {name2} as the start of a collection. How many {things} does "
        "{name3} have?",
    ),
)
def two_givers(t):
    """Two gifts to somebody who had nothing."""
    giver, lender, receiver = t.start, t.other, t.new("third")
    t.transfer(giver, receiver, t.number("given"))
    t.transfer(lender, receiver, t.number("lent"))
    return receiver
