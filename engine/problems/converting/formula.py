"""What a solution computes, over the question's numbers: the meeting point of all that this package does.

A formula is a tree with shared parts: equal parts are one computation. Its leaves are numbers of the question, each in
one of the notations that it grounds, and constants. Formulas are compared as functions: evaluated on drawn numbers in a
large prime field, where arithmetic is exact, fast and division always works, two different functions practically never
agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from random import Random

from trace_trainer.experts import OPERATIONS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import Mention

PERCENT_OPERATIONS = ("percent_of", "percent_off", "percent_increase")
_PRIME = 2**61 - 1
_ROUNDING = frozenset({"floor_div", "ceil_div", "mod"})


class Form(Enum):
    """How a number of the question enters a computation, as a function of what the question says."""

    SAME = "as it stands"
    SHARE = "a percentage as a share, cents as dollars"
    TOP = "the upper number of a fraction"
    BOTTOM = "the lower number of a fraction"
    PART = "another number that the words name"


@dataclass(frozen=True, slots=True)
class Given:
    """A number of the question: which mention, in which form, and the value that it has there."""

    mention: int
    form: Form
    value: Exact


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that the question does not state but calls for."""

    value: Exact


@dataclass(frozen=True, slots=True)
class Computed:
    """An operation of the language (a computation, or one on percentages) on formulas."""

    name: str
    arguments: tuple[Formula, ...]
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Parts are shared, so that hashing each from its leaves up would take time exponential in the depth.
        object.__setattr__(self, "_hash", hash((self.name, self.arguments)))

    def __hash__(self) -> int:
        return self._hash


Formula = Given | Constant | Computed


def parts(formula: Formula) -> list[Formula]:
    """Everything that a formula is made of and itself, each once, operands before what they go into."""
    found: dict[Formula, None] = {}

    def visit(part: Formula) -> None:
        if part not in found:
            for argument in part.arguments if isinstance(part, Computed) else ():
                visit(argument)
            found[part] = None

    visit(formula)
    return list(found)


def givens(formula: Formula) -> list[Given]:
    """The numbers of the question that a formula uses, in the order of their first use."""
    return [part for part in parts(formula) if isinstance(part, Given)]


def values_of(formula: Formula, given: Mapping[Given, Exact] | None = None) -> dict[Formula, Exact]:
    """The exact value of each part, with `given` in place of the question's own numbers. Raises ZeroDivisionError."""
    values: dict[Formula, Exact] = {}
    for part in parts(formula):
        if isinstance(part, Computed):
            values[part] = apply(part.name, [values[argument] for argument in part.arguments])
        else:
            values[part] = part.value if given is None or isinstance(part, Constant) else given[part]
    return values


def value_of(formula: Formula) -> Exact:
    """The exact value. Raises ZeroDivisionError."""
    return values_of(formula)[formula]


def apply(name: str, values: Sequence[Exact]) -> Exact:
    """What an operation of the language gives on these values. Raises ZeroDivisionError."""
    if name in COMPUTE_OPS:
        return plain(COMPUTE_OPS[name].function(*values))
    result: Fraction = OPERATIONS[name].body(*map(Fraction, values))
    return plain(result)


class Field:
    """Drawn numbers in place of a question's, to compare formulas as functions.

    Args:
        mentions: the question's numbers.
    """

    def __init__(self, mentions: Sequence[Mention]) -> None:
        rng = Random(f"field:{len(mentions)}")
        self._drawn = [rng.randrange(10**6, _PRIME) for _ in mentions]
        self._tops = [rng.randrange(10**6, _PRIME) if m.value.numerator != 1 else 1 for m in mentions]
        self._fractions = [is_fraction(mention) for mention in mentions]

    def fingerprint(self, formula: Formula) -> int | None:
        """The value on the drawn numbers; equal for equal functions. None where it can't be had."""
        try:
            return self._value(formula, {})
        except ZeroDivisionError:
            return None

    def _value(self, formula: Formula, known: dict[Formula, int]) -> int:
        if formula in known:
            return known[formula]
        if isinstance(formula, Constant):
            value = formula.value.numerator * _inverse(formula.value.denominator)
        elif isinstance(formula, Given):
            value = self._given(formula)
        else:
            value = _compute(formula.name, [self._value(a, known) for a in formula.arguments])
        known[formula] = value % _PRIME
        return known[formula]

    def _given(self, given: Given) -> int:
        drawn, form = self._drawn[given.mention], given.form
        if self._fractions[given.mention]:
            top = self._tops[given.mention]
            whole = {Form.TOP: top, Form.BOTTOM: drawn, Form.SAME: top * _inverse(drawn)}
            if form in whole:
                return whole[form]
        if form is Form.SHARE:
            return drawn * _inverse(100)
        if form is Form.SAME:
            return drawn
        # A part of a number (the 12 of "half a dozen") moves by itself.
        return hash((drawn, given.value)) % _PRIME


def is_fraction(mention: Mention) -> bool:
    """Whether a mention is a fraction below 1, or one that is written as such: 3/4, a third, half."""
    return mention.kind in ("fraction", "multiple") and mention.value.denominator != 1


def _inverse(value: int) -> int:
    if value % _PRIME == 0:
        raise ZeroDivisionError
    return pow(value, -1, _PRIME)


def _compute(name: str, values: list[int]) -> int:
    if name == "add":
        return sum(values)
    if name == "average":
        return sum(values) * _inverse(len(values))
    if name == "mul":
        product = 1
        for value in values:
            product = product * value % _PRIME
        return product
    first, second = values
    if name == "sub":
        return first - second
    if name == "div":
        return first * _inverse(second)
    if name in _ROUNDING:  # no field operation: opaque, but the same for the same operands
        return hash((name, first % _PRIME, second % _PRIME))
    share = second * _inverse(100)
    return first * {"percent_of": share, "percent_off": 1 - share, "percent_increase": 1 + share}[name]


def uses(formula: Formula) -> Mapping[Formula, int]:
    """How often each computed part is used by another one, or is the whole."""
    counts: dict[Formula, int] = {formula: 1}
    for part in parts(formula):
        for argument in part.arguments if isinstance(part, Computed) else ():
            counts[argument] = counts.get(argument, 0) + 1
    return counts
