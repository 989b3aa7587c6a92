"""Judging answers: this project's verdict on a whole trace beside Math-Verify's on the answer alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from math_verify import parse, verify

from trace_trainer.engine.benchmarks.turns import Side, Work, timed
from trace_trainer.engine.problems.files.word_problems import read_problems
from trace_trainer.experts.problems import MIXTURE, Problem, generate
from trace_trainer.verifiers import verify_trace


def judging_sides(count: int, data: str | None) -> list[Side]:
    """Verdicts on gold traces, their questions and answers new in every turn, and Math-Verify on the same answers.

    Args:
        data: a file of problems with traces, which are the same in every turn; None generates others for each.
    """
    given = None if data is None else list(read_problems(data, count))

    def turn(judge: Callable[[Problem], bool], number: int) -> Work:
        problems = given or list(generate("train", count, number, MIXTURE))

        def work() -> float:
            wrong = sum(not judge(problem) for problem in problems)
            if wrong:
                raise ValueError(
                    f"{wrong} of {count} gold replies are not right, so the rates would mean nothing"
                )
            return len(problems)

        return timed(work)

    return [
        Side("verify_trace, the whole trace", partial(turn, _ours)),
        Side("Math-Verify, the answer", partial(turn, _math_verify)),
    ]


def _ours(problem: Problem) -> bool:
    verdict = verify_trace(problem.trace or "", problem.question, problem.answer, problem.expert)
    return verdict.outcome == "correct"


def _math_verify(problem: Problem) -> bool:
    """As its README has it: gold and reply parsed, then compared."""
    return bool(verify(parse(f"${problem.answer}$"), parse(f"The answer is $\\boxed{{{problem.answer}}}$.")))
