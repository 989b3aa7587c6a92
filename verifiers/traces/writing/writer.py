"""What may be written next in a trace, as points in its canonical text: the lines, and the sub-traces of a composition.

At a variable only names that are defined stand open, or new ones where a definition stands; at a number those of the
question and the constants that it speaks of; of operations those of the sub-trace's expert. A choice stands open only
if a step comes of it that fits (`draft`), and a query only where the answer may be queried. The first choice at each
point is the one that brings the trace to its end soonest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.composition import COMPOSITION, source_of
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.experts.language.declaration import Expert, Operation
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.writing.draft import Draft
from trace_trainer.verifiers.traces.writing.fields import Fields, Filling, Layout
from trace_trainer.verifiers.traces.writing.texts import END, NOTHING, Name, Point, Text

_MOST_PARTS = 8
_MOST_UNREAD = 2
"""Sub-traces whose answers are still to be used: a last one can use as many with one operation."""

_INIT, _COMPUTE, _QUERY = (CORE_OPERATIONS[name] for name in ("init", "compute", "query"))


def trace_points(question: str, expert: str | None = None) -> Point:
    """The beginning of the traces of a question: of an expert, of compositions, or where none is named of them all.

    Raises KeyError where there is no expert of that name.
    """
    draft = Draft(ground(question))
    start = Text()
    if expert != COMPOSITION:
        for found in EXPERTS.values() if expert is None else [EXPERTS.find(expert)]:
            _begin(start, draft, found, Layout("", "", False))
    if expert in (None, COMPOSITION):
        _begin_parts(start, draft)
    return start


def _begin_parts(text: Text, draft: Draft) -> None:
    """Another sub-trace of a composition, of any expert."""
    for found in EXPERTS.values():
        _begin(text, draft, found, Layout("- ", "  ", True))


def _begin(text: Text, draft: Draft, expert: Expert, layout: Layout) -> None:
    head = f"{layout.lead}expert: {expert.name}\n{layout.indent}trace:\n{layout.indent}- {{op: "
    text.add(head, lambda: _Lines(expert, layout).point(draft.opened(expert.name)))


class _Lines:
    """The lines of a sub-trace."""

    def __init__(self, expert: Expert, layout: Layout) -> None:
        self._expert, self._layout = expert, layout
        self._fields = Fields(layout, self.point)

    def point(self, draft: Draft) -> Point:
        """What operation may stand in the next line."""
        text = Text()
        for add in self._operations(draft):
            add(text)
        if not text.nexts:  # nothing fits: whatever it ends with is at fault
            lenient = draft.unasking()
            for add in self._operations(lenient):
                add(text)
        return text

    def _operations(self, draft: Draft) -> list[Callable[[Text], None]]:
        """The operations that may stand there, the one that leads to the end soonest first."""
        ends = self._may_query(draft)
        must_end = draft.is_full
        binds = [] if must_end else [lambda text: self._add_init(text, draft)]
        unbound = set(draft.unread) - set(draft.run.sources.values())
        computes = [
            lambda text, operation=operation: self._add_step(text, draft, operation)
            for operation in (_COMPUTE, *([] if must_end else self._expert.own_operations.values()))
        ]
        queries: list[Callable[[Text], None]] = [lambda text: self._add_query(text, draft)] if ends else []
        if must_end and ends:
            return queries
        first, second = (binds, computes) if unbound else (computes, binds)
        return [*queries, *first, *second]

    def _add_step(self, text: Text, draft: Draft, operation: Operation) -> None:
        filling = Filling(draft, operation, self._expert)
        if filling.fits:
            self._fields.open(text, filling)

    def _add_init(self, text: Text, draft: Draft) -> None:
        """Bind a new name to a number, or to an earlier answer."""

        def bound(name: str) -> Point:
            choice = Text()
            sources = sorted(range(draft.parts - 1), key=lambda index: index not in draft.unread)
            values = [
                *(f"source: {source_of(index, draft.parts - 1)}" for index in sources),
                *(f"value: {number}" for number in draft.numbers),
            ]
            for value in values:
                after = draft.with_step(f"- {{op: init, var: {name}, {value}}}")
                if after is not None:
                    choice.add(f"{value}{self._layout.next_line}", lambda after=after: self.point(after))
            return choice

        if any(draft.with_step(f"- {{op: init, var: {draft.new}, value: {number}}}") for number in draft.numbers):
            text.add(f"{_INIT.name}, var: ", lambda: Name(draft.taken, ", ", bound))

    def _may_query(self, draft: Draft) -> bool:
        return any(self._endings(after) for name in draft.names if (after := draft.queried(name)))

    def _add_query(self, text: Text, draft: Draft) -> None:
        def named() -> Point:
            choice = Text()
            for name in draft.names:
                after = draft.queried(name)
                for end, then in self._endings(after) if after is not None else ():
                    choice.add(f"{name}}}{end}", then)
            return choice

        text.add(f"{_QUERY.name}, var: ", named)

    def _endings(self, draft: Draft) -> Sequence[tuple[str, Callable[[], Point]]]:
        """What may follow a query, and the point after it."""
        if not self._layout.is_part:
            return [(f"\n{END}", _over), (END, _over)]
        ends = [(END, _over)] if _may_end(draft) else []
        return [("\n", lambda: _next_part(draft)), *ends] if ends or _may_go_on(draft) else []


def _may_end(draft: Draft) -> bool:
    """Whether a composition whose last sub-trace has ended may end with it."""
    return draft.parts > 1 and not draft.unread


def _may_go_on(draft: Draft) -> bool:
    return draft.parts < _MOST_PARTS and len(draft.unread) < _MOST_UNREAD and not draft.is_full


def _next_part(draft: Draft) -> Point:
    """What may follow the line of a query in a composition."""
    text = Text()
    if _may_end(draft):
        text.add(END, _over)
    if _may_go_on(draft):
        _begin_parts(text, draft)
    return text


def _over() -> Point:
    return NOTHING
