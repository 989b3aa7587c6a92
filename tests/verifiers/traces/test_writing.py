"""What a trace may go on with: gold traces throughout, and nothing of what makes a trace wrong before it is run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from trace_trainer.experts import expert_names
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.verdict import CODES, Stage
from trace_trainer.verifiers.traces.writing.texts import END, NOTHING, Name, Point, closing
from trace_trainer.verifiers.traces.writing.writer import trace_points

QUESTION = "Tom has 16 apples and eats 3 of them. He sells the rest for $2 each. How much does he make?"


def _refused(point: Point, text: str) -> str | None:
    """The text up to the first character that may not follow; None where all of it may."""
    for place, character in enumerate(text + END):
        after = point.step(character)
        if after is None:
            return text[: place + 1]
        point = after
    return None if point is NOTHING else text


def _walk(point: Point, rng: Random, limit: int) -> Iterator[str]:
    """A trace at random, brought to its end after so many characters."""
    for _ in range(limit):
        if point is NOTHING:
            return
        if isinstance(point, Name):
            tries = [rng.choice("abc_x1"), point.tail[0], "a"]
            character = next(found for found in tries if point.step(found) is not None)
        else:
            character = rng.choice(sorted(point.nexts))
        after = point.step(character)
        assert after is not None
        yield character
        point = after
    yield closing(point)


@pytest.mark.parametrize("expert", expert_names())
def test_every_gold_trace_may_be_written(expert: str) -> None:
    for problem in generate("train", 25, 2, [expert]):
        assert _refused(trace_points(problem.question), problem.trace or "") is None, problem.trace
        assert _refused(trace_points(problem.question, expert), problem.trace or "") is None


@pytest.mark.parametrize("expert", expert_names())
def test_whatever_is_written_passes_every_stage_before_the_execution(expert: str) -> None:
    for number, problem in enumerate(generate("train", 12, 4, [expert])):
        text = "".join(_walk(trace_points(problem.question, expert), Random(number), 700)).removesuffix(END)
        verdict = verify_trace(text, problem.question, problem.answer, expert)
        early = [v for v in verdict.violations if CODES[v.code] < Stage.EXECUTION]
        assert (verdict.expert, early) == (expert, []), text


def _trace(*steps: str, expert: str = "arithmetic") -> str:
    return "\n".join([f"expert: {expert}", "trace:", *(f"- {{op: {step}}}" for step in steps)])


START = ("init, var: a, value: 16", "init, var: b, value: 3")


@pytest.mark.parametrize(
    ("beginning", "wrong"),
    [
        (_trace(*START, "compute, compute_op: sub, args: [a, "), "c"),  # not defined
        (_trace(*START, "init, var: a"), ","),  # it is
        (_trace("init, var: a, value: 1"), "7"),  # no number of the question
        (_trace(*START, "compute, compute_op: add, args: [a, "), "5"),
        (_trace(*START), "percent_of"),  # of another expert
        (_trace(*START, "compute, compute_op: ", expert="rate_equation"), "add"),
        (_trace(*START), "query"),  # nothing is computed
        (_trace(*START, "compute, compute_op: sub, args: [a, b], var: r", "query, var: "), "a"),
        (_trace(*START, "compute, compute_op: min, args: [a, "), "a]"),  # a copy
        (_trace("init, var: a, "), "source"),  # there is no earlier answer
    ],
)
def test_what_is_wrong_may_not_be_written(beginning: str, wrong: str) -> None:
    beginning = beginning.removesuffix("}")
    if beginning[-1] in "3}":  # a whole line
        beginning = f"{beginning.removesuffix('}')}}}\n- {{op: "
    refused = _refused(trace_points(QUESTION), beginning + wrong)
    assert refused is not None and beginning.startswith(refused[: len(beginning)])


def test_every_point_has_a_way_to_the_end() -> None:
    gold = _trace(*START, "compute, compute_op: sub, args: [a, b], var: r", "query, var: r")
    point = trace_points(QUESTION)
    for place, character in enumerate(gold):
        after = point.step(character)
        assert after is not None
        point = after
        text = gold[: place + 1] + closing(point).removesuffix(END)
        assert verify_trace(text, QUESTION).outcome == "valid", text


def test_an_expert_that_does_not_exist_has_no_traces() -> None:
    with pytest.raises(KeyError, match="no expert 'geometry'"):
        trace_points(QUESTION, "geometry")
