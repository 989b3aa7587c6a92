"""Transfers that something follows: passing on, comparing, selling, losing.

Quantities are named as in `entity_track_transfers`.
"""

from trace_trainer.experts.problems.schema import money, schema, whole


@schema(
    "entity_track",
    start=whole(15, 200),
    other=whole(10, 200),
    third=whole(5, 150),
    given=whole(2, 60),
    passed=whole(2, 60),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}", "third": "{name3}.{things}"},
    held_out=True,
    where=lambda n: n.start > n.given and n.other > n.passed and n.given != n.passed,
    questions=(
        "{name} has {start} {things}, {name2} has {other}, and {name3} has {third}. {name} gives {given} "
        "{things} to {name2}, and then {name2} gives {passed} {things} to {name3}. How many {things} does "
        "{name2} have now?",
        "Some friends collect {things}: {name} has {start}, {name2} has {other} and {name3} has {third}. If "
        "{name2} gets {given} {things} from {name} and passes {passed} on to {name3}, how many does {name2} "
        "end up with?",
        "There were {start} {things} on {name}'s table, {other} on {name2}'s and {third} on {name3}'s. "
        "{given} {things} were carried from {name}'s table to {name2}'s, and after that {passed} from "
        "{name2}'s table to {name3}'s. How many {things} were on {name2}'s table in the end?",
        "At the {event}, {name} arrived with {start} {things}, {name2} with {other} and {name3} with "
        "{third}. {name2} won {given} of them from {name} and then lost {passed} to {name3}. How many "
        "{things} did {name2} have after that?",
    ),
)
def passed_along(t):
    """From one to another to a third: what the one in the middle has."""
    giver, middle, last = t.start, t.other, t.third
    t.transfer(giver, middle, t.number("given"))
    t.transfer(middle, last, t.number("passed"))
    return middle


@schema(
    "entity_track",
    start=whole(30, 400),
    other=whole(3, 120),
    given=whole(2, 60),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start - n.given > n.other + n.given,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name} gives {given} {things} to {name2}. How "
        "many more {things} than {name2} does {name} have now?",
        "{name} collected {start} {things}, while {name2} collected only {other}. {name} then gave {name2} "
        "{given} {things}. After this, how many more {things} does {name} have than {name2}?",
        "There are {start} {things} in the {color} {container} and {other} in the {color2} {container}. "
        "{name} moves {given} {things} from the {color} {container} to the {color2} {container}. How many "
        "more {things} does the {color} {container} hold now?",
        "To make things fairer, {name}, who has {start} {things}, gives {given} of them to {name2}, who has "
        "{other}. By how many {things} is {name} still ahead of {name2} after that?",
    ),
)
def gap_after_gift(t):
    """How much more the giver still has."""
    t.transfer(t.start, t.other, t.number("given"))
    return t.sub(t.start, t.other)


@schema(
    "entity_track",
    start=whole(10, 300),
    other=whole(3, 150),
    lost=whole(2, 40),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    where=lambda n: n.start % 2 == 0 and n.other + n.start / 2 > n.lost,
    questions=(
        "{name} has {start} {things} and {name2} has {other} {things}. {name} gives half of {his} {things} "
        "to {name2}, who then loses {lost}. How many {things} does {name2} have now?",
        "{name} bought {start} {things} and {name2} bought {other}. If {name} hands half of {his} {things} "
        "to {name2} and {name2} then gives {lost} of all {his2} {things} away, how many does {name2} keep?",
        "The {color} {container} has {start} {things} in it and the {color2} {container} has {other}. Half "
        "of the {things} in the {color} {container} are moved to the {color2} {container}. Then {lost} "
        "{things} are taken out of the {color2} {container}. How many {things} are left in the {color2} "
        "{container}?",
        "On {day}, {name} had {start} {things} and {name2} had {other}. Half of {name}'s {things} went to "
        "{name2}, and then {name2} traded {lost} {things} for a book. How many {things} did {name2} have "
        "left?",
    ),
)
def half_given(t):
    """Half is given, then some of it is lost."""
    t.transfer(t.start, t.other, t.div(t.start, 2))
    t.consume(t.other, t.number("lost"))
    return t.other


@schema(
    "entity_track",
    start=whole(20, 300),
    other=whole(20, 300),
    moved=whole(3, 90),
    borrowed=whole(2, 60),
    added=whole(2, 60),
    variables={"start": "top.books", "other": "bottom.books"},
    where=lambda n: n.start > n.moved and n.other > n.borrowed,
    questions=(
        "The top shelf holds {start} books and the bottom shelf holds {other} books. {name} moves {moved} "
        "books from the top shelf to the bottom shelf. Then {borrowed} books are borrowed from the bottom "
        "shelf and {added} new books are put on it. How many books are on the bottom shelf now?",
        "In a library there are {start} books on the top shelf and {other} on the bottom shelf. The "
        "librarian moves {moved} books down from the top to the bottom. Readers borrow {borrowed} books from "
        "the bottom shelf, and {name} adds {added} books to it. How many books are on the bottom shelf in "
        "the end?",
        "{name} has {start} books on the top shelf and {other} on the bottom shelf. {He} puts {moved} of the "
        "top books on the bottom shelf, lends {borrowed} books from the bottom shelf to {name2}, and adds "
        "{added} books that {he} got for {his} birthday to the bottom shelf. How many books does the bottom "
        "shelf hold now?",
        "A bookcase has {start} books at the top and {other} books at the bottom. On {day} {moved} books "
        "were moved from the top to the bottom. The next day {borrowed} books were taken away from the "
        "bottom and {added} others were placed there. How many books are at the bottom now?",
    ),
)
def bookshelves(t):
    """Books moved down to a shelf that then loses and gains some."""
    t.transfer(t.start, t.other, t.number("moved"))
    t.consume(t.other, t.number("borrowed"))
    t.add_entity(t.other, t.number("added"))
    return t.other


@schema(
    "entity_track",
    start=money(30, 400),
    other=money(5, 120),
    lent=money(5, 90),
    spent=money(3, 120, cents=True),
    variables={"start": "{name}.money", "other": "{name2}.money"},
    where=lambda n: n.start > n.lent and n.other + n.lent > n.spent,
    questions=(
        "{name} has {start} and {name2} has {other}. {name} lends {name2} {lent}, and {name2} spends {spent} "
        "at the {shop}. How much money does {name2} have left?",
        "{name} brought {start} to {place} and {name2} brought {other}. {name2} borrowed {lent} from {name} "
        "and paid {spent} for {a_good}. How much money did {name2} have after that?",
        "With {start} in {his} pocket, {name} goes shopping with {name2}, who has only {other}. {name} gives "
        "{name2} {lent} as a loan. After {name2} pays {spent} for {a_good}, how much money is left for "
        "{name2}?",
        "There is {start} in {name}'s purse and {other} in {name2}'s. {name} gives {lent} of {his} money to "
        "{name2}. If {name2} then buys {a_good} for {spent}, how many dollars are left in {name2}'s purse?",
    ),
)
def loan(t):
    """Money lent, then spent by the borrower."""
    t.transfer(t.start, t.other, t.number("lent"))
    t.consume(t.other, t.number("spent"))
    return t.other


@schema(
    "entity_track",
    start=whole(15, 250),
    other=whole(10, 250),
    given=whole(2, 60),
    lost=whole(2, 40),
    broken=whole(2, 40),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    held_out=True,
    where=lambda n: n.start > n.given + n.broken and n.other > n.lost,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name} gives {given} {things} to {name2}. Then "
        "{name2} loses {lost} {things} and {name} breaks {broken}. How many {things} do they have together "
        "now?",
        "{name} and {name2} go to the {event} with {start} and {other} {things}. There {name} hands {given} "
        "of {his} {things} to {name2}, {name2} gives {lost} away, and {name} gives {broken} away. How many "
        "{things} do the friends have in total when they go home?",
        "There are {start} {things} in {name}'s {container} and {other} in {name2}'s {container}. {name} "
        "moves {given} {things} into {name2}'s {container}. Later, {lost} {things} are removed from "
        "{name2}'s {container} and {broken} from {name}'s. How many {things} are left in both together?",
        "{name} owns {start} {things} and {name2} owns {other} {things}. After {name} has given {given} to "
        "{name2}, {name2} sells {lost} and {name} sells {broken}. What is the total number of {things} that "
        "they still own?",
    ),
)
def both_after_losses(t):
    """What two persons have together after a gift and a loss each."""
    t.transfer(t.start, t.other, t.number("given"))
    t.consume(t.other, t.number("lost"))
    t.consume(t.start, t.number("broken"))
    return t.add(t.start, t.other)


@schema(
    "entity_track",
    start=whole(20, 300),
    other=whole(3, 120),
    given=whole(3, 90),
    broken=whole(2, 20),
    price=money(2, 12),
    variables={"start": "{name}.{things}", "other": "{name2}.{things}"},
    held_out=True,
    where=lambda n: n.start > n.given and n.other + n.given > n.broken,
    questions=(
        "{name} has {start} {things} and {name2} has {other}. {name} gives {given} {things} to {name2}. "
        "{name2} throws away {broken} damaged {things} and sells all the others {he2} has for {price} each. "
        "How much money does {name2} make?",
        "For the {event}, {name} made {start} {things} and {name2} made {other}. {name2} took {given} "
        "{things} over from {name}, but {broken} of the {things} {he2} then had were damaged. If {name2} "
        "sold all the undamaged {things} for {price} each, how many dollars did {he2} earn?",
        "On {day}, {name} has {start} {things} to sell and {name2} has {other}. Since {name} has too many, "
        "{he} hands {given} of them to {name2}. After breaking {broken}, {name2} sells all the {things} "
        "{he2} has left for {price} each. How much does {name2} earn?",
        "There are {start} {things} in {name}'s shop and {other} in {name2}'s shop. {name2} gets {given} "
        "{things} from {name}'s shop, loses {broken} to a water leak, and sells what is left at {price} "
        "apiece. How much money does {name2} take in?",
    ),
)
def gift_sold(t):
    """What somebody has after a gift and a loss is sold at a price."""
    t.transfer(t.start, t.other, t.number("given"))
    t.consume(t.other, t.number("broken"))
    return t.mul(t.other, t.price)
