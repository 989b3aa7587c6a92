"""What may be written next in a trace, as points in its canonical text: the lines, and the sub-traces of a composition.

At a variable only names that are defined stand open, or new ones where a definition stands; at a number those of the
question and the constants that it speaks of; of operations those of the sub-trace's expert. A choice stands open only
if a step comes of it that fits (`draft`), and a query only where the answer may be queried. The first choice at each
point is the one that brings the trace to its end soonest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.composition import COMPOSITION, source_of
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.experts.language.declaration import Expert, Operation
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.writing.draft import Draft
from trace_trainer.verifiers.traces.writing.fields import Fields, Filling
from trace_trainer.verifiers.traces.writing.texts import END, NOTHING, Name, Point, Text

Way = Callable[[Text, Draft], None]
"""Adds what may follow a draft to a text."""

_INIT, _COMPUTE, _QUERY = (CORE_OPERATIONS[name] for name in ("init", "compute", "query"))


def trace_points(question: str, expert: str | None = None) -> Point:
    """The beginning of the traces of a question: of an expert, of compositions, or where none is named of them all.

    Raises KeyError where there is no expert of that name.
    """
    grounding, start = ground(question), Text()
    if expert != COMPOSITION:
        for found in EXPERTS.values() if expert is None else [EXPERTS.find(expert)]:
            _begin(start, Draft(grounding, is_part=False), found)
    if expert in (None, COMPOSITION):
        _begin_parts(start, Draft(grounding, is_part=True))
    return start


def _begin_parts(text: Text, draft: Draft) -> None:
    """Another sub-trace of a composition, of any expert."""
    for found in EXPERTS.values():
        _begin(text, draft, found)


def _begin(text: Text, draft: Draft, expert: Expert) -> None:
    lead, indent = ("- ", "  ") if draft.is_part else ("", "")
    head = f"{lead}expert: {expert.name}\n{indent}trace:\n{indent}- {{op: "
    text.add(head, lambda: _Lines(expert, f"}}\n{indent}- {{op: ").point(draft.opened(expert.name)))


class _Lines:
    """The lines of a sub-trace.

    Args:
        expert: whose operations they may have.
        between: what stands between the last field of a step and the operation of the next one.
    """

    def __init__(self, expert: Expert, between: str) -> None:
        self._expert, self._between = expert, between
        self._fields = Fields(between, self.point)

    def point(self, draft: Draft) -> Point:
        """What operation may stand in the next line."""
        text = Text()
        for add in self._operations(draft):
            add(text, draft)
        if not text.nexts:  # nothing fits: whatever it ends with is at fault
            lenient = draft.unasking()
            for add in self._operations(lenient):
                add(text, lenient)
        return text

    def _operations(self, draft: Draft) -> list[Way]:
        """The operations that may stand there, the one that leads to the end soonest first."""
        queries: list[Way] = [self._add_query] if draft.may_be_queried else []
        binds: list[Way] = [self._add_init]
        computes: list[Way] = [partial(self._add_step, operation=_COMPUTE)]
        others = [partial(self._add_step, operation=own) for own in self._expert.own_operations.values()]
        if queries and draft.may_end_now:
            soonest = queries
        elif draft.unbound:
            soonest = binds
        else:
            soonest = queries if draft.parts == 1 and queries else computes
        if draft.is_full:
            return soonest
        return [
            *soonest,
            *(way for ways in (queries, computes, binds, others) if ways is not soonest for way in ways),
        ]

    def _add_step(self, text: Text, draft: Draft, operation: Operation) -> None:
        filling = Filling(draft, operation, self._expert)
        if filling.fits:
            self._fields.open(text, filling)

    def _add_init(self, text: Text, draft: Draft) -> None:
        """Bind a new name to a number, or to an earlier answer."""

        def bound(name: str) -> Point:
            choice = Text()
            ways = {"source: ": self._sources(draft), "value: ": draft.numbers}
            for field, values in ways.items() if draft.unbound else reversed(ways.items()):
                if values and (field == "source: " or not (draft.unbound and draft.is_full)):
                    choice.add(field, partial(self._bindings, draft, name, field, values))
            return choice

        if any(_binds(draft, f"value: {number}") for number in draft.numbers):
            text.add(f"{_INIT.name}, var: ", lambda: Name(draft.taken, ", ", bound))

    @staticmethod
    def _sources(draft: Draft) -> list[str]:
        """The earlier answers, those that nothing is bound to first."""
        places = sorted(range(draft.parts - 1), key=lambda index: index not in draft.unbound)
        return [source_of(index, draft.parts - 1) for index in places]

    def _bindings(self, draft: Draft, name: str, field: str, values: list[str]) -> Point:
        """What a new variable may be bound to."""
        choice = Text()
        for value in [value for value in values if _binds(draft, f"{field}{value}")] or values:
            line = f"- {{op: init, var: {name}, {field}{value}}}"
            choice.add_with(value, self._between, partial(self._took, draft, line))
        return choice

    def _took(self, draft: Draft, line: str) -> Point:
        return self.point(draft.took(line))

    def _add_query(self, text: Text, draft: Draft) -> None:
        def named() -> Point:
            choice = Text()
            for name, after in draft.ends:
                self._add_ending(choice, name, after)
            return choice

        text.add(f"{_QUERY.name}, var: ", named)

    @staticmethod
    def _add_ending(text: Text, name: str, draft: Draft) -> None:
        """What may follow the query of a variable."""
        if draft.is_part:
            text.add(f"{name}}}\n", lambda: _next_part(draft))
        else:
            text.add(f"{name}}}\n{END}", _over)
        if draft.may_end:
            text.add(f"{name}}}{END}", _over)


def _binds(draft: Draft, value: str) -> bool:
    """Whether a new variable may be bound to a number or an answer."""
    return draft.may_bind or draft.with_step(f"- {{op: init, var: {draft.new}, {value}}}") is not None


def _next_part(draft: Draft) -> Point:
    """What may follow the line of a query in a composition."""
    text = Text()
    if draft.may_end:
        text.add(END, _over)
    if draft.may_go_on:
        _begin_parts(text, draft)
    return text


def _over() -> Point:
    return NOTHING
