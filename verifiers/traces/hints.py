"""A hint for a wrong answer: where the gold is one operation away from what the trace computed.

Two failures of the field look like this: the last operation is missing (a tip computed, never added to the bill), or a
wrong one was used (plus where minus was meant). Tried are two variables, and a computed one with a number of the
question that the trace leaves unused. That a number put in equals the gold is no hint: it would say what to copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number, plain
from trace_trainer.verifiers.questions.answers import Answer
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.state import Checked

_TRIED = tuple((name, COMPUTE_OPS[name].function) for name in ("add", "sub", "mul", "div"))
_COMMUTATIVE = frozenset({"add", "mul"})
_MAX_VALUES = 20  # with more, pairs are not tried: some would fit by chance, and it would take long
Named = tuple[str, Exact]


def hint(
    checked: Checked, subtraces: Sequence[ParsedSubTrace], gold: Answer, grounding: Grounding | None
) -> str | None:
    """Name a computed value that is the gold answer, or one operation that gives it; None where there is none.

    Args:
        checked: what came of the trace, in which nothing else is wrong.
        subtraces: the trace; its last sub-trace is looked at.
        gold: the answer that was expected.
        grounding: what the question grounds, if it is known.
    """
    wanted = plain(gold.value)
    exact = gold.places is None and not gold.percent

    def right(value: Exact) -> bool:
        return value == wanted or (not exact and gold.matches(value))

    values = checked.values()
    computed = {
        name: values[name] for step in subtraces[-1].typed_steps for name in step.makes if name in values
    }
    for name, value in computed.items():
        if right(value):
            return f"{name} holds the right answer, but another variable is queried"
    for (first, a), (second, b) in _pairs(values, computed, _unused(checked, grounding)):
        for operation, function in _TRIED:
            if (operation == "div" and b == 0) or (operation in _COMMUTATIVE and first > second):
                continue
            if right(function(a, b)):
                return f"{operation} [{first}, {second}] would give {format_number(wanted)}"
    return None


def _pairs(
    values: Mapping[str, Exact], computed: Mapping[str, Exact], unused: Sequence[Named]
) -> Iterator[tuple[Named, Named]]:
    """Two variables, then a computed one and an unused number of the question, either way around."""
    if len(values) <= _MAX_VALUES:
        yield from permutations(values.items(), 2)
    if len(computed) <= _MAX_VALUES:
        for name in computed.items():
            for number in unused:
                yield name, number
                yield number, name


def _unused(checked: Checked, grounding: Grounding | None) -> list[Named]:
    """The question's numbers that the trace leaves unused, the first few."""
    if grounding is None:
        return []
    numbers = [
        plain(mention.value)
        for index, mention in enumerate(grounding.mentions[:_MAX_VALUES])
        if mention.text and not checked.used >> index & 1
    ]
    return [(format_number(number), number) for number in dict.fromkeys(numbers)]
