"""Many problems converted: what became of each, the lines that are written of them, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.variants import Variant, vary
from trace_trainer.engine.problems.files.json_rows import json_line


class Problem(Protocol):
    """A row to convert, or why it can't be."""

    @property
    def id(self) -> str:
        """Its name, which no other has."""

    @property
    def source(self) -> str:
        """Where it is from."""

    @property
    def question(self) -> str:
        """Its text."""

    @property
    def refused(self) -> RefusedError | None:
        """Why it can't be used, where that showed when it was read."""


Row = TypeVar("Row", bound=Problem)


class Converted(NamedTuple):
    """What became of one problem."""

    problem: Problem
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
    problems: Iterable[Row],
    convert: Callable[[Row], Conversion],
    variants: int,
    seed: int,
    opinion: Callable[[Conversion, Row], str] | None = None,
) -> Iterator[Converted]:
    """What becomes of each problem, in order.

    Args:
        convert: how one is converted; raises RefusedError.
        variants: how many new problems are made of each certain one, at most.
        seed: of the variants.
        opinion: judges each certain trace once more.
    """
    for problem in problems:
        if problem.refused is not None:
            yield Converted(problem, problem.refused, [], None)
            continue
        try:
            conversion = convert(problem)
        except RefusedError as error:
            yield Converted(problem, error, [], None)
            continue
        varied = vary(conversion, variants, str(seed)) if variants and conversion.certain else []
        judged = opinion(conversion, problem) if opinion and conversion.certain else None
        yield Converted(problem, conversion, varied, judged)


def converted_rows(outcome: Converted, seed: int) -> Iterator[dict[str, Any]]:
    """A converted problem and its variants, each as a line of a problem file."""
    problem, conversion = outcome.problem, outcome.conversion
    assert isinstance(conversion, Conversion)
    common = {"expert": conversion.expert, "source": problem.source, "certain": conversion.certain}
    yield {
        "id": problem.id,
        "question": conversion.question,
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


def doubt(conversion: Conversion) -> tuple[str, str]:
    """Why a converted problem is not certain, in the form of a refusal."""
    if not conversion.unambiguous:
        return "ambiguous", "other readings of the solution are about as plausible and compute something else"
    if conversion.divided:
        return "part_of_a_thing", f"the answer is {conversion.answer} of what is counted whole"
    if conversion.derived:
        return "derived", "the solution worked out a value without writing it"
    return "pruned", f"{conversion.pruned} of the solution's equations feed nothing"


def refused_row(problem: Problem, why: RefusedError | tuple[str, str]) -> dict[str, Any]:
    """A problem that was not converted, with the reason."""
    reason, detail = (why.reason.value, str(why)) if isinstance(why, RefusedError) else why
    found = {"reason": reason, "detail": detail}
    return {"id": problem.id, "source": problem.source, "question": problem.question} | found
