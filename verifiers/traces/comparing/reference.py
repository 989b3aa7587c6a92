"""A reference: a gold trace, read and checked once, and run on other numbers as they are asked for.

Everything about it that does not depend on the trace that is compared is kept, and references themselves are kept by
question and text: an audit and a training ask for the same one again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import islice
from random import Random

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number, plain
from trace_trainer.verifiers.limits import MAX_REFERENCE
from trace_trainer.verifiers.questions.answers import Answer
from trace_trainer.verifiers.questions.grounding import MAX_BIT, Grounding, ground
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.traces.comparing.draws import (
    Drawn,
    Key,
    Run,
    alike,
    divisions,
    is_like,
    is_rational,
    of_any_size,
    picks,
)
from trace_trainer.verifiers.traces.comparing.numbers import Numbers, Source, itself
from trace_trainer.verifiers.traces.probing.redraw import literals_of
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical, read_lines
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError
from trace_trainer.verifiers.traces.running.fast import run_fast
from trace_trainer.verifiers.traces.running.full import check
from trace_trainer.verifiers.traces.running.statements import bind
from trace_trainer.verifiers.traces.steps.executing import Place, Results, Runnable
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

_MAX_KEPT = 32  # choices of numbers to move whose runs a reference keeps
_CACHED_LENGTH = 8_000  # of a question with its reference, which bounds the memory of the cache


class BadReferenceError(ValueError):
    """A reference that is no valid trace: an error of the data."""


class Program:
    """A trace that ran without a violation, to be run on other numbers.

    Attributes:
        steps: those of its sub-traces, bound.
        literals: its numbers, by place.
        places: for each number that it writes, where.
        written: how often it writes each.
        read: how often it reads each, itself or by a variable that is bound to it.
        rational: whether it says the same at any size of the numbers (`draws.is_rational`).
    """

    __slots__ = ("steps", "literals", "places", "written", "read", "rational", "_runnable")

    def __init__(self, subtraces: Sequence[ParsedSubTrace]) -> None:
        parts = bind(subtraces)
        self.steps: Sequence[Sequence[TypedStep]] = [parsed.typed_steps for parsed in parts]
        self._runnable = Runnable(self.steps)
        self.literals: dict[Place, Exact] = dict(literals_of(parts))
        self.places: dict[Exact, list[Place]] = {}
        for place, literal in self.literals.items():
            self.places.setdefault(literal, []).append(place)
        self.written: dict[Exact, int] = {literal: len(places) for literal, places in self.places.items()}
        self.read: dict[Exact, int] = dict.fromkeys(self.written, 0)
        for part in self.steps:
            bound: dict[str, Exact] = {step.creates: step.number for step in part if step.role is Role.VALUE}
            for step in part:
                for operand in step.inputs:
                    read = bound.get(operand) if isinstance(operand, str) else operand
                    if read is not None:
                        self.read[read] += 1
        self.rational = is_rational(self.steps)

    def actual(self) -> Results | None:
        """What it computes on its own numbers."""
        return self.run({})

    def computed(self) -> set[Exact]:
        """The values that its steps compute on its own numbers, but for the answer."""
        actual = self.actual() or []
        found = {
            value
            for part, made in zip(self.steps, actual, strict=False)
            for step, values in zip(part, made, strict=True)
            if step.makes
            for value in values
        }
        return found - {actual[-1][-1][0]} if actual else found

    def divisions(self, results: Results, literals: Mapping[Place, Exact]) -> list[bool]:
        """For each rounding division of a run with these literals, whether it left nothing over."""
        return divisions(self.steps, {**self.literals, **literals}, results)

    def run(self, literals: Mapping[Place, Exact]) -> Results | None:
        """What its steps give with these literals in the place of some of its own; None where it can't be run."""
        try:
            return self._runnable.run({**self.literals, **literals})
        except ArithmeticError:
            return None

    def answer(self, literals: Mapping[Place, Exact]) -> Exact | None:
        """What it computes with them; None where it can't be run."""
        try:
            return self._runnable.answer({**self.literals, **literals})
        except ArithmeticError:
            return None


Moved = Mapping[Place, tuple[Key, Source]]
"""The literals that come from numbers of the question: for each, which one, and how."""


def moved_to(moved: Moved, drawn: Drawn) -> dict[Place, Exact]:
    """The literals that a draw asks for; a number that it leaves out stays."""
    return {
        place: drawn[key] if source.derive is itself else plain(source.derive(drawn[key]))
        for place, (key, source) in moved.items()
        if key in drawn
    }


class Reference:
    """A reference, ready to be compared with. Raises BadReferenceError where it is no valid trace.

    Attributes:
        program: the trace.
        value: what it computes.
        numbers: those of its question.
        grounding: what its question lets a trace write, with what the reference writes; None without a question.
    """

    def __init__(self, text: str, question: str | None) -> None:
        subtraces = _read(text)
        grounding = None if question is None else ground(question)
        checked = run_fast(subtraces, None) or check(subtraces, None)
        if checked.violations and grounding is not None:
            checked = check(
                subtraces, grounding
            )  # a question may say which of two equal numbers each of them is
        if checked.violations or checked.answer is None:
            found = checked.violations[0]
            raise BadReferenceError(f"the reference is no valid trace: {found.code}: {found.message}")
        self.value: Exact = checked.answer
        self.program = Program(subtraces)
        self.numbers = Numbers(question, grounding)
        self.grounding = None if grounding is None else _with_literals(grounding, self.program.written)
        self._seed = f"{question}\0{text}"
        self._runs: dict[tuple[frozenset[Exact], frozenset[Key], bool, int], Sequence[Run]] = {}

    @cached_property
    def values(self) -> frozenset[Exact]:
        """All that its steps compute, and the numbers that it writes."""
        return frozenset({*self.program.computed(), *self.program.written, self.value})

    def check_gold(self, gold: Answer | None) -> None:
        """Raise BadReferenceError where the reference computes another answer than the gold."""
        if gold is not None and not gold.matches(self.value):
            raise BadReferenceError(
                f"the reference computes {format_number(self.value)}, the gold answer is {format_number(gold.value)}"
            )

    def is_met_by(self, value: Exact, gold: Answer | None) -> bool:
        """Whether a value is exactly the reference's; a gold in per cent is met by the share as well."""
        if value == self.value:
            return True
        return gold is not None and gold.percent and value in (self.value * 100, Fraction(self.value) / 100)

    def moved(self, split: frozenset[Exact]) -> Moved:
        """Its literals that come from numbers; each time that one of `split` is written it is a number of its own."""
        written: dict[Exact, int] = {}
        moved: dict[Place, tuple[Key, Source]] = {}
        for place, literal in self.program.literals.items():
            source = self.numbers.source(literal)
            if source is not None:
                time = written.get(source.number, 0)
                written[source.number] = time + 1
                moved[place] = ((source.number, time if source.number in split else 0), source)
        return moved

    def runs(self, split: frozenset[Exact], keys: frozenset[Key], like: bool, count: int) -> Sequence[Run]:
        """What it computes on other numbers for `keys`, so many times: of any size, or like the question's own."""
        asked = (split, keys, like, count)
        kept = self._runs.get(asked)
        if kept is None:
            if len(self._runs) >= _MAX_KEPT:
                self._runs.clear()
            moved = self.moved(split)
            rng = Random(f"{self._seed}\0{like}")
            runs = self._alike(moved, keys, rng) if like else self._of_any_size(moved, keys, rng)
            kept = self._runs[asked] = list(islice(runs, count))
        return kept

    def _of_any_size(self, moved: Moved, keys: frozenset[Key], rng: Random) -> Iterator[Run]:
        for drawn in of_any_size(sorted(keys), rng):
            answer = self.program.answer(moved_to(moved, drawn))
            if answer is not None:
                yield Run(drawn, answer)

    def _alike(self, moved: Moved, keys: frozenset[Key], rng: Random) -> Iterator[Run]:
        actual = self.program.actual()
        if actual is None:
            return
        exact = self.program.divisions(actual, {})
        for drawn in alike(sorted(keys), rng, not picks(self.program.steps)):
            literals = moved_to(moved, drawn)
            results = self.program.run(literals)
            if (
                results is not None
                and is_like(results, actual)
                and self.program.divisions(results, literals) == exact
            ):
                yield Run(drawn, results[-1][-1][0])


def _read(text: str) -> Sequence[ParsedSubTrace]:
    if not isinstance(text, str):
        raise BadReferenceError(f"the reference is a {type(text).__name__}, not a text")
    try:
        if len(text) > MAX_REFERENCE:
            raise UnreadableError("too_large", f"{len(text):,} characters; the limit is {MAX_REFERENCE:,}")
        return read_canonical(text) or read_lines(text) or read_yaml(text)
    except UnreadableError as error:
        raise BadReferenceError(f"the reference can't be read: {error.code}: {error.message}") from None


def _with_literals(grounding: Grounding, literals: Mapping[Exact, int]) -> Grounding:
    """What a question grounds, with the literals of its reference: its author read them there."""
    missing = [literal for literal in literals if literal not in grounding.bits]
    if not missing:
        return grounding
    bits = dict(grounding.bits)
    mentions = list(grounding.mentions)
    for literal in missing:
        bits[literal] = 1 << min(len(mentions), MAX_BIT)
        value = Fraction(literal)
        mentions.append(Mention(0, 0, "", value, "digits", frozenset([literal])))
    # How often its author computes with a percentage or with what the question implies is for the comparison to judge.
    return replace(grounding, mentions=tuple(mentions), bits=bits, any_percent=True)


@lru_cache(maxsize=1024)
def _kept(text: str, question: str | None) -> Reference | BadReferenceError:
    try:
        return Reference(text, question)
    except BadReferenceError as error:
        return error


def reference_of(text: str, question: str | None) -> Reference:
    """A reference for a question. One that is asked for again comes from a cache. Raises BadReferenceError."""
    if not isinstance(text, str) or len(text) + len(question or "") > _CACHED_LENGTH:
        return Reference(text, question)
    found = _kept(text, question)
    if isinstance(found, BadReferenceError):
        raise found
    return found
