"""Many problems converted: what became of each, the lines that are written of them, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from trace_trainer.engine.problems.files.json_rows import json_line
from trace_trainer.engine.problems.gsm8k.conversion import Conversion, Refusal, RefusedError, convert
from trace_trainer.engine.problems.gsm8k.rows import SolvedProblem
from trace_trainer.engine.problems.gsm8k.variants import Variant, vary


class Converted(NamedTuple):
    """What became of one problem."""

    problem: SolvedProblem
    conversion: Conversion | RefusedError
    variants: list[Variant]
    opinion: str | None


@dataclass(slots=True)
class Summary:
    """Counts over a whole run."""

    problems: int = 0
    converted: int = 0
    certain: int = 0
    varied: int = 0
    variants: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    opinions: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Converted) -> None:
        """Count one problem."""
        self.problems += 1
        if isinstance(outcome.conversion, RefusedError):
            self.refused[outcome.conversion.reason] += 1
            return
        self.converted += 1
        self.certain += outcome.conversion.certain
        self.varied += bool(outcome.variants)
        self.variants += len(outcome.variants)
        if outcome.opinion is not None:
            self.opinions[outcome.opinion] += 1

    def merge(self, later: Summary) -> None:
        """Add the counts of problems that come after those of this one."""
        self.problems += later.problems
        self.converted += later.converted
        self.certain += later.certain
        self.varied += later.varied
        self.variants += later.variants
        self.refused += later.refused
        self.opinions += later.opinions

    def fields(self, with_variants: bool, with_opinions: bool) -> dict[str, Any]:
        """The summary as JSON; what was not asked for is left out."""
        found: dict[str, Any] = {
            "problems": self.problems,
            "converted": self.converted,
            "certain": self.certain,
            "refused": dict(self.refused.most_common()),
        }
        if with_variants:
            found |= {"varied": self.varied, "variants": self.variants}
        if with_opinions:
            found["wiring"] = dict(self.opinions.most_common())
        return found


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of one problem: lines of problems, one of the refused, a word to the user, and the counts."""

    lines: list[str]
    refused: str | None
    said: str | None
    summary: Summary


def written(outcome: Converted, certain: bool, seed: int) -> Written:
    """What is written of what became of a problem; with `certain` a doubtful conversion is refused."""
    summary, conversion = Summary(), outcome.conversion
    summary.add(outcome)
    if isinstance(conversion, RefusedError):
        unreadable = conversion.reason is Refusal.UNREADABLE
        said = f"{outcome.problem.id} can't be read: {conversion}" if unreadable else None
        return Written([], json_line(refused_row(outcome.problem, conversion)), said, summary)
    if certain and not conversion.certain:
        return Written([], json_line(refused_row(outcome.problem, doubt(conversion))), None, summary)
    return Written(list(map(json_line, converted_rows(outcome, seed))), None, None, summary)


def convert_all(
    problems: Iterable[SolvedProblem], variants: int, check: bool, seed: int
) -> Iterator[Converted]:
    """What becomes of each problem, in order.

    Args:
        variants: how many new problems are made of each certain one, at most.
        check: whether each certain trace is judged by the solution's own equations.
        seed: of the variants.
    """
    for problem in problems:
        if problem.refused is not None:
            yield Converted(problem, problem.refused, [], None)
            continue
        try:
            conversion = convert(problem.question, problem.solution)
        except RefusedError as error:
            yield Converted(problem, error, [], None)
            continue
        varied = vary(conversion, variants, str(seed)) if variants and conversion.certain else []
        opinion = _opinion(conversion, problem.solution) if check and conversion.certain else None
        yield Converted(problem, conversion, varied, opinion)


def _opinion(conversion: Conversion, solution: str) -> str:
    # Imported here because sympy takes a second to load and only --check needs it.
    from trace_trainer.engine.problems.gsm8k.wiring import second_opinion

    return second_opinion(conversion, solution)


def converted_rows(outcome: Converted, seed: int) -> Iterator[dict[str, Any]]:
    """A converted problem and its variants, each as a line of a problem file."""
    problem, conversion = outcome.problem, outcome.conversion
    assert isinstance(conversion, Conversion)
    common = {"expert": conversion.expert, "source": problem.source, "certain": conversion.certain}
    yield {
        "id": problem.id,
        "question": problem.question,
        "answer": conversion.answer,
        "trace": conversion.trace,
        **common,
    }
    for number, variant in enumerate(outcome.variants, 1):
        yield {
            "id": f"{problem.id}-v{seed}.{number}",
            "question": variant.question,
            "answer": variant.answer,
            "trace": variant.trace,
            **common,
            "variant_of": problem.id,
        }


def solved_row(problem: SolvedProblem) -> dict[str, Any]:
    """A problem as it was read."""
    return {
        "id": problem.id,
        "source": problem.source,
        "question": problem.question,
        "answer": problem.solution,
    }


def doubt(conversion: Conversion) -> tuple[str, str]:
    """Why a converted problem is not certain, in the form of a refusal."""
    if not conversion.unambiguous:
        return "ambiguous", "other readings of the solution are about as plausible and compute something else"
    if conversion.derived:
        return "derived", "the solution worked out a value without writing it"
    return "pruned", f"{conversion.pruned} of the solution's equations feed nothing"


def refused_row(problem: SolvedProblem, why: RefusedError | tuple[str, str]) -> dict[str, Any]:
    """A problem that was not converted, with the reason."""
    reason, detail = (why.reason.value, str(why)) if isinstance(why, RefusedError) else why
    found = {"reason": reason, "detail": detail}
    return {"id": problem.id, "source": problem.source, "question": problem.question} | found
