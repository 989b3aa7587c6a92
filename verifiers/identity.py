"""Steps that compute nothing: they would let a model pass a raw number off as a result.

Two tests. `is_identity` looks at one step: a literal or a repeat that makes it a copy, `add [x, 0]`, `mul [x, 1]`,
`min [x, x]`. `copies_an_input` looks at the whole trace: it runs it again on other numbers and sees whether the answer is
still the same input, which catches the long way round, `add [x, y]` and then `sub [step1, y]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from experts.composition import resolve_source
from experts.trace import OperandValue, Step, apply
from verifiers.parsed import ParsedSubTrace

_NEUTRAL: Mapping[str, tuple[int, bool]] = {  # computation -> neutral literal, and whether it may stand first
    "add": (0, True),
    "sub": (0, False),
    "mul": (1, True),
    "div": (1, False),
}
# Computations that make a copy or a constant of one repeated argument.
_IDEMPOTENT = frozenset({"min", "max", "average", "sub", "div", "floor_div", "ceil_div", "mod"})
_NEUTRAL_RATE = {"percent_of": 100, "percent_off": 0, "percent_increase": 0}


def is_identity(step: Step) -> str | None:
    """What makes the step a mere copy, or None. Only literals and repeats count, never what a variable happens to hold."""
    reads = step.reads
    computation = step.fields.get("compute_op")
    if computation is not None:
        assert isinstance(computation, str)
        if computation in _IDEMPOTENT and len(set(reads)) == 1:
            return f"{computation} of {_show(reads[0])} with itself computes nothing"
        neutral = _NEUTRAL.get(computation)
        if neutral is not None:
            literal, anywhere = neutral
            for operand in reads if anywhere else reads[1:]:
                if type(operand) is not str and operand == literal:
                    return f"{computation} with {literal} computes nothing"
        return None
    if step.changes:
        if any(type(operand) is not str and operand == 0 for operand in reads):
            return "an amount of 0 changes nothing"
        return "from and to are the same" if len(set(step.changes)) < len(step.changes) else None
    rate = _NEUTRAL_RATE.get(step.operation.name)
    if rate is not None and type(step.fields["rate"]) is not str and step.fields["rate"] == rate:
        return f"{step.operation.name} at rate {rate} computes nothing"
    return None


def _show(operand: OperandValue) -> str:
    return str(operand)


_TRIALS = 12


def copies_an_input(subtraces: Sequence[ParsedSubTrace], answer: Fraction, mentions: Counter[Fraction] | None) -> bool:
    """Whether the answer is, whatever the numbers, one of the numbers put in.

    Args:
        subtraces: a trace that ran without a violation.
        answer: its answer.
        mentions: how often the question holds each number. A literal written more often than that is one number used
            twice; otherwise each place counts as a number of its own ("found 5 and lost 5"). None: all are one number.

    Literals are replaced by random ones, the trace runs again, and the answer is compared with the replacement of the
    literal it equalled. Only an answer that equals a literal can be a copy, so this is rarely run.
    """
    places = [
        (literal, (index, position, number))
        for index, parsed in enumerate(subtraces)
        for position, step in enumerate(parsed.steps)
        if isinstance(step, Step)
        for number, literal in enumerate(step.literals)
    ]
    uses = Counter(literal for literal, _ in places)
    if answer not in uses:
        return False
    shared = {literal for literal, count in uses.items() if mentions is None or count > mentions[Fraction(literal)]}
    suspects = [place for literal, place in places if literal == answer]
    rng = Random(0)
    for _ in range(_TRIALS):
        by_value = {literal: _draw(rng) for literal in shared}
        replaced = {place: by_value.get(literal) or _draw(rng) for literal, place in places}
        try:
            outcome = _rerun(subtraces, replaced)
        except (ZeroDivisionError, KeyError):
            continue
        suspects = [place for place in suspects if replaced[place] == outcome]
        if not suspects:
            return False
    return True


def _draw(rng: Random) -> Fraction:
    """A fraction, so that rounding operations show too, of any size, so that min and max change sides."""
    return Fraction(rng.randint(1, 10 ** rng.randint(1, 6)), rng.randint(1, 7))


def _rerun(subtraces: Sequence[ParsedSubTrace], replaced: Mapping[tuple[int, int, int], Fraction]) -> Fraction:
    answers: list[Fraction] = []
    for index, parsed in enumerate(subtraces):
        values: dict[str, Fraction] = {}
        for position, step in enumerate(parsed.steps):
            assert isinstance(step, Step)
            name = step.operation.name
            if name == "init":
                source = resolve_source(str(step.fields.get("source")), index)
                values[str(step.target)] = replaced[index, position, 0] if source is None else answers[source]
            elif name == "query":
                answers.append(values[str(step.fields["var"])])
            else:
                literals = [replaced[index, position, number] for number in range(len(step.literals))]
                result = apply(step.with_literals(literals), values)
                targets = step.changes or (str(step.target),)
                values.update(zip(targets, result if isinstance(result, tuple) else (result,), strict=True))  # type: ignore[arg-type]
    return answers[-1]
