"""The weights that score the readings of a solution, in one table, each with its reason.

Costs are penalties without a unit; only their differences matter. What a reason calls "off" is taken off a cost. They
were set by hand on the training problems of GSM8K; a test halves and doubles each and looks at what that changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field


def _weight(value: float, reason: str) -> float:
    """A field of the table. Typed as its value, as `dataclasses.field` is."""
    found: float = field(default=value, metadata={"reason": reason})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Every weight of the converter; `metadata["reason"]` of its field says what it is for."""

    # What a number of an equation may stand for.
    distance: float = _weight(
        0.05,
        "an earlier result, for each equation in between: solutions go on from what they have just worked out",
    )
    rounded: float = _weight(
        0.3, "an earlier result or a fraction that the solution would have to write rounded"
    )
    given: float = _weight(
        0.26, "a number of the question: where an earlier result has the value, that is meant more often"
    )
    later_form: float = _weight(
        0.05, "for each plainer form that the number has: 20 % is 20 before it is 0.2"
    )
    shared_words: float = _weight(
        0.06, "off, for each word that the solution's sentence and the number's have in common"
    )
    most_shared: float = _weight(
        2.0, "words in common that count at most: a solution that repeats the question proves no more"
    )
    same_noun: float = _weight(0.2, "off, where the same word follows the number in both: `36 eggs`")
    result_noun: float = _weight(
        0.15,
        "off, where the result is of what the number counts: sums of eggs, and twice some eggs, are eggs",
    )
    weak: float = _weight(0.3, 'words that often count nothing: "one" as a pronoun, "first"')
    multiple_added: float = _weight(
        0.45, '"twice" and "half" in a sum: they scale, and are hardly ever added'
    )
    ratio_added: float = _weight(0.5, '"3 times" in a sum, for the same reason')
    delta_scaled: float = _weight(
        0.1, '"3 more" in a product: it is added or taken, but sometimes is a count'
    )
    inverse: float = _weight(0.15, '"half" as 2 in a product, or "twice" as a divisor: the wrong way round')
    top_alone: float = _weight(0.3, "the 1 of a fraction such as a third: a 1 seldom comes from there")
    money_mismatch: float = _weight(0.25, "dollars where the sentence has none, or the other way round")
    constant: float = _weight(0.3, "a constant that the question calls for: its own numbers come first")
    constant_unit: float = _weight(
        0.18, "off, where a word of the constant's own stands in the sentence: 60 beside minutes"
    )
    uncalled_two: float = _weight(
        0.25, "2 as a constant, which no word has to call for: halves, pairs, there and back"
    )
    two_added: float = _weight(0.5, "and that 2 in a sum, where it can't be a half or a pair")
    one_left_out: float = _weight(
        0.3, "1 as a factor or divisor, which changes nothing and stands for anything"
    )
    derived: float = _weight(
        1.0, "a value that the solution worked out without writing it: only where nothing else fits"
    )
    implied: float = _weight(
        1.1, "what the question implies and does not state, such as how many persons it names"
    )
    one_more: float = _weight(
        1.6,
        "a number with one more or one less, for the same reason: three parts and the one they are parts of",
    )
    converted: float = _weight(
        1.4, "a converted unit among those: more pairs of numbers give it by coincidence"
    )
    other_half: float = _weight(
        0.1, "what 50 % leaves instead of 50 %, where the question speaks of a rest: the same value"
    )

    # What shows between the numbers of one equation.
    repeated: float = _weight(1.0, "for each number or result taken twice: squares are rare")
    whole_fraction: float = _weight(0.4, "off, where both numbers of a fraction are used together")
    adjacent: float = _weight(0.4, 'off a product or quotient of numbers side by side: "ten $10 bills"')
    same_sentence: float = _weight(0.04, "off a product or quotient of numbers in one sentence")
    no_money: float = _weight(0.3, "a product of counts that is stated as money")
    money_squared: float = _weight(0.6, "a product of two amounts of money, which makes no sense")
    slack: float = _weight(
        2.5, "how much more than its cheapest a reading of a number may cost: dearer ones never win"
    )

    # What shows in the whole solution.
    margin: float = _weight(
        0.15, "assignments within it of the cheapest are as plausible: all must compute one function"
    )
    unused_equation: float = _weight(
        1.6, "for each equation that feeds nothing: solutions seldom work out what they don't need"
    )
    unused_number: float = _weight(
        0.8, "for each number of the question left unused: few are there to distract"
    )
    reused_delta: float = _weight(0.2, '"3 more" used again: it is usually added or taken once')
    out_of_order: float = _weight(
        0.02, "for each pair used in another order than the question's: solutions follow the story"
    )
    equals_out_of_order: float = _weight(
        0.09, "the same where both have one value: nothing but the order tells them apart"
    )


WEIGHTS = Weights()
"""Those that `convert` goes by."""
