"""Whether a trace computes another function than a gold trace: the second opinion that the verifier is measured by.

Plainer than the verifier's own comparison, on purpose. Numbers that can't be said otherwise (whole, above 2, no
constant, no part of a fraction) are replaced by others, equal ones by the same in both traces, and both are run. What
then agrees on every draw may say the same in other words, and is not taken for false.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.constants import constants_for
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.comparing.reference import Program
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical

_DRAWS = 3


class Falsehood:
    """Tells false traces of one problem.

    Args:
        question: of the problem.
        gold: its gold trace, which verifies.
    """

    def __init__(self, question: str, gold: str) -> None:
        rng = Random(f"falsehood:{question}")
        numbers = _movable(question)
        self._draws = [_moved({number: rng.randint(100, 999) for number in numbers}) for _ in range(_DRAWS)]
        self._expected = self._answers(gold)

    def is_false(self, trace: str) -> bool:
        """Whether a trace that verifies computes another function."""
        return self._answers(trace) != self._expected

    def _answers(self, trace: str) -> list[Exact | None]:
        program = Program(read_canonical(trace) or read_yaml(trace))
        return [self._answer(program, drawn) for drawn in self._draws]

    def _answer(self, program: Program, drawn: dict[Exact, Exact]) -> Exact | None:
        moved = {place: drawn[number] for place, number in program.literals.items() if number in drawn}
        results = program.run(moved)
        return None if results is None else results[-1][-1][0]


def _movable(question: str) -> list[tuple[int, bool]]:
    """The numbers of a question that are replaced, each with whether it is a percentage."""
    constants = constants_for(question)
    return sorted(
        {
            (mention.value.numerator, mention.kind == "percent")
            for mention in ground(question).mentions
            if mention.kind != "fraction"
            and mention.value > 2
            and mention.value.denominator == 1
            and mention.value not in constants
        }
    )


def _moved(drawn: dict[tuple[int, bool], int]) -> dict[Exact, Exact]:
    """What stands in place of each literal: of 20 %, also in that of 0.2, 80, 0.8 and 1.2."""
    moved: dict[Exact, Exact] = {}
    for (number, is_percent), other in drawn.items():
        if is_percent:
            for sign in (-1, 1):
                moved[1 + sign * Fraction(number, 100)] = 1 + sign * Fraction(other, 100)
            moved[Fraction(number, 100)] = Fraction(other, 100)
            moved[100 - number] = 100 - other
    return moved | {number: other for (number, _), other in drawn.items()}
