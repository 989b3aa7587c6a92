"""The turns of conversations: a problem for each turn of the assistant that is to be learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.files.call_rows import expected_of


def every_turn(problems: Iterable[CallProblem]) -> Iterator[CallProblem]:
    """Each problem, and before it one for each earlier turn that is as right as its reply: `ID:1`, `ID:2` and so on."""
    for problem in problems:
        for number, at in enumerate(problem.taught, start=1):
            reply = problem.messages[at]
            yield replace(
                problem,
                id=f"{problem.id}:{number}",
                messages=problem.messages[:at],
                expected=expected_of(reply),
                reply=reply,
                taught=(),
            )
        yield replace(problem, taught=())
