"""The fields of a step, one after the other: what may stand in each, so that the step can still come to fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, product

from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.declaration import Expert, Kind, Operation
from trace_trainer.verifiers.traces.writing.draft import Draft
from trace_trainer.verifiers.traces.writing.sure import Given, never_fits, required_fields, surely_fits
from trace_trainer.verifiers.traces.writing.texts import Name, Point, Text

_MOST_TRIED = 40
"""Steps that are tried before it is said that none fits."""

_MOST_SURE = 12
"""Of those that are looked at whether they surely do, first of all."""

_MOST_OPERANDS = 8
_OPERATORS = (" + ", " - ", " * ", " / ")
_DEEPEST = 2
"""Parentheses within parentheses."""
_TRIED_OPERANDS = 6
"""Operands that are tried behind an operator before it is said that none fits."""
_FIRST = ("mul", "add", "sub", "div")
"""Of the computations those that most often fit; the others follow."""


class Filling:
    """A step whose fields are filled in one after the other, in canonical order; fields that may be missing are.

    Args:
        draft: the trace before it.
        operation: its operation.
        expert: that of the sub-trace.
        given: the values so far, as texts; a list as the texts of its items.

    Attributes:
        fields: those that are filled in.
        field: the next one; None where all are filled in.
    """

    __slots__ = ("draft", "expert", "field", "fields", "given", "operation")

    def __init__(self, draft: Draft, operation: Operation, expert: Expert, given: Given = ()) -> None:
        self.draft, self.operation, self.expert, self.given = draft, operation, expert, given
        self.fields = required_fields(operation)
        self.field = self.fields[len(given)] if len(given) < len(self.fields) else None

    def plus(self, value: str | tuple[str, ...]) -> Filling:
        """With one more field."""
        return Filling(self.draft, self.operation, self.expert, (*self.given, value))

    @property
    def line(self) -> str:
        """The line of the step, all of whose fields are filled in."""
        parts = [f"op: {self.operation.name}"]
        for field, value in zip(self.fields, self.given, strict=True):
            shown = value if isinstance(value, str) else f"[{', '.join(value)}]"
            parts.append(f"{field.name}: {shown}")
        return f"- {{{', '.join(parts)}}}"

    @property
    def fits(self) -> bool:
        """Whether the step can be filled in so that it fits."""
        key = (self.operation.name, self.given)
        known = self.draft.known
        if key not in known and never_fits(self.draft, self.operation):
            known[key] = False
        if key not in known:
            # What surely fits is found many times faster than what has to be judged.
            sure = any(way.surely_fits for way in islice(self._ways(), _MOST_SURE))
            known[key] = sure or any(way.is_judged_fit for way in islice(self._ways(), _MOST_TRIED))
        return known[key]

    def fits_with(self, lists: Iterator[tuple[str, ...]]) -> bool:
        """The same with one of these lists for the next field."""
        tried = [self.plus(items) for items in islice(lists, _MOST_TRIED)]
        ways = (next(way._ways(), None) for way in tried[:_MOST_SURE])
        return any(way is not None and way.surely_fits for way in ways) or any(way.fits for way in tried)

    @property
    def surely_fits(self) -> bool:
        """Whether the step, all of whose fields are filled in but a name, is known to fit without a closer look."""
        whole = self if self.field is None else next(self._ways(), self)
        return whole.field is None and surely_fits(self.draft, self.operation, whole.given)

    @property
    def is_judged_fit(self) -> bool:
        """Whether the step, all of whose fields are filled in, fits."""
        return self.draft.with_step(self.line) is not None

    def _ways(self) -> Iterator[Filling]:
        """The step with the rest filled in, one way after the other."""
        if self.field is None:
            yield self
            return
        for value in self.values():
            yield from self.plus(value)._ways()

    def values(self) -> Iterator[str | tuple[str, ...]]:
        """What may stand in the next field, by its kind alone; of lists and expressions the short ones."""
        assert self.field is not None
        draft, kind = self.draft, self.field.kind
        if kind is Kind.OPERANDS:
            yield from self.lists()
        elif kind is Kind.COMPUTE_OP:
            yield from self._computations()
        elif kind is Kind.EXPRESSION:
            yield from expression_operands(draft)
        elif kind is Kind.OPERAND:
            yield from draft.operands
        elif kind is Kind.UNKNOWN and self.operation.concludes:
            yield from sorted(draft.run.unknowns - draft.run.values.keys())
        elif kind is Kind.ENTITY or kind is Kind.VARIABLE:
            yield from draft.names
        else:
            yield draft.new

    def lists(self, start: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """The shortest lists of operands that begin so, at first those without repetitions."""
        missing = (self.arity or max(2, len(start))) - len(start)
        for is_plain in (True, False):
            for more in product(self.draft.operands, repeat=missing):
                items = (*start, *more)
                if (len(set(items)) == len(items)) == is_plain:
                    yield items

    @property
    def arity(self) -> int | None:
        """How many operands its computation takes; None for two or more."""
        named = [
            COMPUTE_OPS[value] for value in self.given if isinstance(value, str) and value in COMPUTE_OPS
        ]
        return named[0].arity if named else None

    def _computations(self) -> Iterator[str]:
        allowed = self.expert.compute_ops if self.operation.name in CORE_OPERATIONS else None
        names = [name for name in COMPUTE_OPS if allowed is None or name in allowed]
        yield from sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def expression_operands(draft: Draft) -> list[str]:
    """What an expression may take: unknowns, variables, and numbers without a sign."""
    numbers = [number for number in draft.numbers if number.replace(".", "").isdecimal()]
    return [*sorted(draft.run.unknowns - draft.run.values.keys()), *draft.names, *numbers]


class Fields:
    """The points within a step.

    Args:
        between: what stands between its last field and the next step's operation.
        then: the point after that.
    """

    def __init__(self, between: str, then: Callable[[Draft], Point]) -> None:
        self._between, self._then = between, then

    def open(self, text: Text, filling: Filling) -> None:
        """Add an operation to what may stand in a line, up to its first field."""
        text.add(f"{filling.operation.name}, {_head(filling)}", lambda: self._value(filling))

    def _after(self, filling: Filling, value: str | tuple[str, ...]) -> Callable[[], Point]:
        """The point after the value of the next field."""
        filled = filling.plus(value)
        if filled.field is None:
            return lambda: self._then(filled.draft.took(filled.line))
        return lambda: self._value(filled)

    def _until_next(self, filling: Filling) -> str:
        """What stands between the value of the next field and the one after it."""
        rest = filling.fields[len(filling.given) + 1 :]
        return f", {_head(filling.plus(''))}" if rest else self._between

    def _value(self, filling: Filling) -> Point:
        """The value of the next field."""
        field, draft = filling.field, filling.draft
        assert field is not None
        until = self._until_next(filling)
        if field.kind is Kind.NEW_VARIABLE or (
            field.kind is Kind.UNKNOWN and not filling.operation.concludes
        ):
            return Name(draft.taken, until, lambda name: self._after(filling, name)())
        if field.kind is Kind.ENTITY_OR_NEW:
            others = frozenset(value for value in filling.given if isinstance(value, str))
            return Name(others, until, lambda name: self._after(filling, name)())
        if field.kind is Kind.OPERANDS:
            return self._items(filling, ())
        if field.kind is Kind.EXPRESSION:
            return self._expression(filling, "", 0, 0)
        text = Text()
        for value in _that_fit(filling, list(filling.values())):
            text.add_with(str(value), until, self._after(filling, value))
        return text

    def _items(self, filling: Filling, items: tuple[str, ...]) -> Point:
        """The next operand of a list."""
        text, arity = Text(), filling.arity
        until = f"]{self._until_next(filling)}"
        for tried in (True, False):
            for operand in filling.draft.operands:
                longer = (*items, operand)
                is_whole = len(longer) == arity or (arity is None and len(longer) > 1)
                if is_whole and (not tried or filling.plus(longer).fits):
                    text.add_with(operand, until, self._after(filling, longer))
                if len(longer) < (arity or _MOST_OPERANDS) and (not tried or self._goes_on(filling, longer)):
                    text.add(f"{operand}, ", partial(self._items, filling, longer))
            if text.nexts:
                break
        return text

    @staticmethod
    def _goes_on(filling: Filling, items: tuple[str, ...]) -> bool:
        """Whether a list may have another operand after these."""
        if len(items) < (filling.arity or 2):
            return filling.fits_with(filling.lists(items))
        longer = ((*items, operand) for operand in filling.draft.operands)
        return any(filling.plus(found).surely_fits for found in islice(longer, _MOST_SURE))

    def _expression(self, filling: Filling, written: str, depth: int, count: int) -> Point:
        """The next operand of an expression, or a parenthesis that opens."""
        text = Text()
        operands = expression_operands(filling.draft)
        for tried in (True, False):
            for operand in operands:
                if any(other.startswith(operand) for other in operands if other != operand):
                    self._go_on(text, filling, written, operand, depth, count + 1, tried)
                elif not tried or self._may_stand(filling, f"{written}{operand}", depth, count + 1):
                    text.add(operand, partial(self._closed, filling, f"{written}{operand}", depth, count + 1))
            if text.nexts:
                break
        opened = f"{written}("
        if depth < _DEEPEST and count < _MOST_OPERANDS and _takes_operand(filling, opened, depth + 1):
            text.add("(", lambda: self._expression(filling, opened, depth + 1, count))
        return text

    @staticmethod
    def _may_stand(filling: Filling, written: str, depth: int, count: int) -> bool:
        """Whether something may follow an expression so far, which ends with an operand."""
        if filling.plus(f"{written}{')' * depth}").fits:
            return True
        return count < _MOST_OPERANDS and any(
            _takes_operand(filling, f"{written}{operator}", depth) for operator in _OPERATORS
        )

    def _go_on(
        self, text: Text, filling: Filling, before: str, last: str, depth: int, count: int, tried: bool = True
    ) -> None:
        """Add what may follow an operand or a parenthesis, behind `last`: the end, a parenthesis, an operator."""
        written = f"{before}{last}"
        ends = not tried or filling.plus(f"{written}{')' * depth}").fits
        if ends and not depth:
            text.add_with(last, self._until_next(filling), self._after(filling, written))
        elif ends:
            text.add(f"{last})", lambda: self._closed(filling, f"{written})", depth - 1, count))
        for operator in _OPERATORS if count < _MOST_OPERANDS else ():
            longer = f"{written}{operator}"
            if _takes_operand(filling, longer, depth):
                text.add(f"{last}{operator}", partial(self._expression, filling, longer, depth, count))

    def _closed(self, filling: Filling, written: str, depth: int, count: int) -> Point:
        """What may follow an operand or a parenthesis."""
        text = Text()
        for tried in (True, False):
            self._go_on(text, filling, written, "", depth, count, tried)
            if text.nexts:
                break
        return text


def _takes_operand(filling: Filling, written: str, depth: int) -> bool:
    """Whether an operand may follow this beginning of an expression, and end it."""
    some = expression_operands(filling.draft)[:_TRIED_OPERANDS]
    return any(filling.plus(f"{written}{operand}{')' * depth}").fits for operand in some)


def _head(filling: Filling) -> str:
    """The name of the next field, up to its value."""
    assert filling.field is not None
    return f"{filling.field.name}: {'[' if filling.field.kind is Kind.OPERANDS else ''}"


def _that_fit(filling: Filling, values: Sequence[str | tuple[str, ...]]) -> Sequence[str | tuple[str, ...]]:
    """Those values with which the step can come to fit; all of them where there is none."""
    return [value for value in values if filling.plus(value).fits] or values
