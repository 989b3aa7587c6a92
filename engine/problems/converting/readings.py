"""In which forms each number of a question may enter a computation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from trace_trainer.engine.problems.converting.formula import Form, Given, is_fraction
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import Mention


def readings(mentions: Sequence[Mention]) -> list[list[Given]]:
    """For each mention, the values that the verifier lets a trace write because of it, the plainest form first.

    Complements and reciprocals are left out: a trace that computes them says what it does.
    """
    return [list(_readings(index, mention)) for index, mention in enumerate(mentions)]


def _readings(index: int, mention: Mention) -> Iterator[Given]:
    value = plain(mention.value)
    seen = set()
    for form, candidate in _forms(mention):
        if candidate in mention.grounded and candidate not in seen:
            seen.add(candidate)
            yield Given(index, form, plain(candidate))
    if mention.kind == "percent":
        return
    derived = {1 - value, 1 / mention.value} if value and mention.kind != "mixed" else set()
    for other in sorted(mention.grounded - seen - derived):
        if other != 1 or value == 1:
            yield Given(index, Form.PART, plain(other))


def _forms(mention: Mention) -> Iterator[tuple[Form, Fraction]]:
    value = mention.value
    yield Form.SAME, value
    if mention.kind in ("percent", "cents"):
        yield Form.SHARE, value / 100
    if is_fraction(mention):
        if value.numerator != 1:
            yield Form.TOP, Fraction(value.numerator)
        yield Form.BOTTOM, Fraction(value.denominator)
