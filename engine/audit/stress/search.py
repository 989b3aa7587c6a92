"""Every formula of a few operations that gives an answer, found from both ends.

What one and two operations give is listed. For more, one side of the last operation is taken from the list and the
other side is what the answer then needs: a search for that one with fewer operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from trace_trainer.engine.audit.stress.formulas import COMMUTATIVE, NAMES, Formula, combined
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain

MAX_NUMBERS = 12
"""Of a question, constants among them, that are searched over: what is listed grows with the third power."""
MAX_OPERATIONS = 4
_LISTED = 2  # operations of the longest formulas that are listed
_MAX_FOUND = 20_000  # formulas looked at for one answer


class Search:
    """The formulas over some numbers.

    Args:
        known: the numbers, at most MAX_NUMBERS.
        operations: of the longest formula that is asked for.
    """

    def __init__(self, known: Sequence[Formula], operations: int) -> None:
        self._operations = operations
        self._seen = {number.fingerprint for number in known}
        self._listed: list[Sequence[Formula]] = [known]
        for _ in range(min(operations - 1, _LISTED)):
            self._listed.append(list(self._longer(self._listed[-1], known)))
        self._by_value: list[dict[Exact, list[Formula]]] = []
        for level in self._listed:
            by_value: dict[Exact, list[Formula]] = {}
            for formula in level:
                by_value.setdefault(formula.value, []).append(formula)
            self._by_value.append(by_value)

    def _longer(self, formulas: Sequence[Formula], known: Sequence[Formula]) -> Iterator[Formula]:
        """What one operation more makes of formulas, each function once."""
        for formula in formulas:
            for number in known:
                for name in NAMES:
                    for pair in ((formula, number), (number, formula))[: 1 if name in COMMUTATIVE else 2]:
                        made = combined(name, *pair)
                        if made is not None and made.fingerprint not in self._seen:
                            self._seen.add(made.fingerprint)
                            yield made

    def giving(self, answer: Exact) -> list[Formula]:
        """The formulas that give a positive answer exactly, the shortest first, each function once."""
        found: dict[int, Formula] = {}
        for operations in range(1, self._operations + 1):
            for formula in islice(self._of(operations, plain(answer)), _MAX_FOUND):
                found.setdefault(formula.fingerprint, formula)
        return list(found.values())

    def _of(self, operations: int, answer: Exact) -> Iterator[Formula]:
        """The formulas of so many operations that give an answer."""
        if operations < len(self._by_value):
            yield from self._by_value[operations].get(answer, ())
            return
        for fewer in range((operations - 1) // 2 + 1):
            for one in self._listed[fewer]:
                for name, is_first, needed in _needed(answer, one.value):
                    if needed <= 0:
                        continue
                    for other in self._of(operations - 1 - fewer, needed):
                        made = combined(name, *((one, other) if is_first else (other, one)))
                        if made is not None:
                            yield made


def _needed(answer: Exact, one: Exact) -> Iterator[tuple[str, bool, Exact]]:
    """The operations that may give an answer from one number: the name, whether it comes first, what the other is."""
    yield "add", True, answer - one
    yield "mul", True, plain(Fraction(answer) / one)
    yield "sub", True, one - answer
    yield "sub", False, answer + one
    yield "div", True, plain(Fraction(one) / answer)
    yield "div", False, answer * one
