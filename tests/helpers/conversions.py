"""Many problems with formulas converted, and what the verifier says of a conversion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.refusals import RefusedError
from trace_trainer.engine.problems.converting.variants import Variant
from trace_trainer.engine.problems.equations.conversion import convert_formula
from trace_trainer.engine.problems.equations.rows import FormulaProblem
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.verdict import Verdict


def converted(problems: Iterable[FormulaProblem]) -> tuple[list[Conversion], Counter[str]]:
    """The conversions of problems, and how many were refused for which reason."""
    found: list[Conversion] = []
    refused: Counter[str] = Counter()
    for problem in problems:
        try:
            if problem.refused:
                raise problem.refused
            found.append(convert_formula(problem))
        except RefusedError as error:
            refused[error.reason] += 1
    return found, refused


def verdict_of(made: Conversion | Variant) -> Verdict:
    """The verdict on a trace with itself as its reference."""
    return verify_trace(made.trace, made.question, made.answer, made.expert, reference=made.trace)
