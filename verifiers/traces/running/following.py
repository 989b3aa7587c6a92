"""Which of a question's numbers are in a value: what tells, without another run, that a trace needs no probe.

Numbers of the question are followed as bits: for each variable, the numbers that go into its value, and those of them
that surely change it. A number surely changes a value that it reaches by one way only, short of a multiplication by 0;
operations that can swallow a change (`Flow.strict` is false: `min`, `mod`) let it through where every operand can vary.
Where no number surely changes what a step makes, the step may be a constant in disguise, and where an answer equals a
number put in and no other surely changes it, it may be a copy. Only then, and where many constants go in,
`verifiers.traces.probing.probe` is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.grounding import (
    MAX_CONSTANT_TERMS,
    MAX_PLAIN_TWOS,
    MAX_REPEATS,
    Grounding,
)
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

Followed = tuple[Exact, int, int]
"""A value, the bits of the numbers that go into it, and the bits of those that surely change it."""

Bits = Mapping[Exact, int]
"""The bits of the numbers that a literal may come from; 0 for a constant."""

NEW_ENTITY: Followed = (0, 0, 0)
_FEW_NUMBERS = 24  # of a system; to try another in the place of each of more takes too long


class _EachItsOwn(dict[Exact, int]):
    """Where no question is known, every literal counts as a number of its own: each look-up gives another bit."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 1

    def __missing__(self, value: Exact) -> int:
        self._last <<= 1
        return self._last


def bits_of(grounding: Grounding | None, implied: bool = False) -> Bits:
    """The bits of a trace's literals, to be asked once for each as it stands in the trace.

    Those that a question implies are left out where not asked for: a trace that has one takes the slower pass.
    """
    if grounding is None:
        return _EachItsOwn()
    return {**dict.fromkeys(grounding.implied, 0), **grounding.bits} if implied else grounding.bits


class Trail(NamedTuple):
    """What following a sub-trace showed.

    Attributes:
        answer: what it queries.
        literals: the numbers written in it.
        sources: the earlier sub-traces whose answers it uses.
        constant_reads: how often it computes with something that no number of the question goes into.
        repeats: how often it uses again what it has used before, or more; the literals that it writes aside.
        doubtful: whether one of its values may be a constant.
    """

    answer: Followed
    literals: Sequence[Exact]
    sources: Sequence[int]
    constant_reads: int
    repeats: int
    doubtful: bool


def uses_much_again(trails: Sequence[Trail]) -> bool:
    """Whether a trace may use constants, or the same again, so often that it puts numbers of its own together.

    It is no violation before `state.Budget` says so, but no longer plain that there is none.
    """
    constant_reads = repeats = 0
    for trail in trails:
        constant_reads += trail.constant_reads
        repeats += trail.repeats + len(trail.sources) + len(trail.literals)
    if constant_reads > MAX_CONSTANT_TERMS or (constant_reads > MAX_PLAIN_TWOS and 2 in _literals(trails)):
        return True
    return repeats > MAX_REPEATS and repeats - len(set(_literals(trails))) > MAX_REPEATS


def _literals(trails: Sequence[Trail]) -> Sequence[Exact]:
    if len(trails) == 1:
        return trails[0].literals
    return [literal for trail in trails for literal in trail.literals]


def needs_probe(trails: Sequence[Trail], grounding: Grounding | None) -> bool:
    """Whether a trace without a violation may be a constant or a copy in disguise, which other numbers tell.

    That holds of traces that don't use much again (`uses_much_again`).
    """
    for trail in trails:
        if trail.doubtful or _may_copy(trail, trail.literals, trails, grounding):
            return True
    return len(trails) > 1 and _may_copy(trails[-1], _literals(trails), trails, grounding)


def told_apart(trails: Sequence[Trail], grounding: Grounding | None) -> Bits | None:
    """Bits by which equal literals are told apart, to follow the trace by once more; None where none can be.

    A literal that is written as often as the question states it, or less, is another of its numbers each time, as the
    probe reads it (`probing.redraw`). One that shares a number of the question with another literal is left as it is.
    """
    literals = _literals(trails)
    if grounding is None or len(set(literals)) == len(literals):
        return None
    bits = {literal: grounding.bits[literal] for literal in literals}
    seen = shared = 0
    for own in bits.values():
        shared |= seen & own
        seen |= own
    apart = {
        literal: own
        for literal, own in bits.items()
        if not own & shared and 1 < literals.count(literal) <= own.bit_count()
    }
    return _Apart(bits, apart) if apart else None


class _Apart(dict[Exact, int]):
    """The bits of literals, of which some have another of their bits at each look-up."""

    def __init__(self, bits: Mapping[Exact, int], apart: dict[Exact, int]) -> None:
        super().__init__(bits)
        self._left = apart

    def __getitem__(self, value: Exact) -> int:
        left = self._left.get(value)
        if left is None:
            return super().__getitem__(value)
        lowest = left & -left
        self._left[value] = left ^ lowest
        return lowest


def may_be_neutral(trails: Sequence[Trail], subtraces: Sequence[ParsedSubTrace]) -> bool:
    """Whether the answer may be a number put in, or made of constants, once steps that do nothing are left out."""
    if trails[-1].answer[0] in _literals(trails):
        return True
    if not any(trail.constant_reads or trail.repeats > 1 for trail in trails):
        return False
    return any(step.swallows for parsed in subtraces for step in parsed.typed_steps)


def _may_copy(
    trail: Trail, literals: Sequence[Exact], trails: Sequence[Trail], grounding: Grounding | None
) -> bool:
    """Whether the answer may be one of the literals or an earlier answer: equal, and not surely changed by another."""
    value, _, sure = trail.answer
    if value in literals and (grounding is None or not sure & ~grounding.bits.get(value, 0)):
        return True
    for index in trail.sources:
        earlier, bits, _ = trails[index].answer
        if earlier == value and not sure & ~bits:
            return True
    return False


Made = tuple[Sequence[Followed], int, bool]
"""What a step makes, followed; how many of its inputs are no number of the question, nor made of any; and whether
something that it makes may be a constant in disguise."""


def follow(step: TypedStep, given: Sequence[Followed], values: Sequence[Exact]) -> Made:
    """Follow the question's numbers through a step: `values` is what it made of the values of `given`."""
    if step.pair:  # by far the most frequent case of the general one
        first, second = given
        made, constants, doubtful = follow_pair(step, first, second, values[0])
        return (made,), constants, doubtful
    if step.role is Role.CONCLUSION:  # what the statements read has been counted
        concluded = _follow_conclusion(step, given, values[0])
        return (concluded,), 0, not concluded[2] and concluded[1] > 0
    constants = 0
    doubtful = False
    for value, bits, _ in given:
        if not bits:
            constants += 1
        if not value and step.role is Role.STATEMENT:  # a product with 0
            doubtful = True
    followed: list[Followed] = []
    for (places, strict), value in zip(step.flows, values, strict=True):
        bits = sure = twice = 0
        certain = bool(value)
        for place in places:
            _, more, surely = given[place]
            twice |= bits & more
            bits |= more
            sure |= surely
            if not (surely or strict):
                certain = False
        sure = sure & ~twice if certain else 0
        followed.append((value, bits, sure))
        if bits and not sure:
            doubtful = True
    return followed, constants, doubtful


def follow_pair(
    step: TypedStep, first: Followed, second: Followed, value: Exact
) -> tuple[Followed, int, bool]:
    """The same for a step that makes one value of two inputs."""
    _, first_bits, first_sure = first
    _, second_bits, second_sure = second
    bits, sure = first_bits | second_bits, 0
    if value and (step.strict or (first_sure and second_sure)):
        sure = (first_sure | second_sure) & ~(first_bits & second_bits)
    return (value, bits, sure), 0 if first_bits and second_bits else 1 if bits else 2, not sure and bits > 0


def _follow_conclusion(step: TypedStep, given: Sequence[Followed], found: Exact) -> Followed:
    """What a step finds out from statements.

    A solution is a quotient of two linear functions of any one number, so it changes with it always or never, and one
    other number in its place tells. Where one statement is about one unknown it does, unless it is 0.
    """
    values = [value for value, _, _ in given]
    bits = sure = twice = 0
    certain = bool(found) and len(values) <= _FEW_NUMBERS
    for place, (value, more, surely) in enumerate(given):
        if more:
            twice |= bits & more
            bits |= more
            sure |= surely
            certain = certain and bool(surely)
            if certain and len(values) > 2:
                certain = _differs(step, [*values[:place], 2 * value + 1, *values[place + 1 :]], found)
    return found, bits, sure & ~twice if certain else 0


def _differs(step: TypedStep, values: Sequence[Exact], found: Exact) -> bool:
    try:
        return bool(step.function(*values) != found)
    except ArithmeticError:
        return False
