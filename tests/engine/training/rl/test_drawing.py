"""Which problems an iteration practises on: those that teach something, and fresh ones where groups teach nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from helpers.native_loops import CORRECT, PROBLEMS, UNPARSED, Judge, by_text, lines, same, stop_after, weights

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.difficulty import Difficulty
from trace_trainer.engine.training.rl.drawing import Drawing, check_drawing
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers.traces.verdict import Verdict

EASY = Problem("easy", "?", "1", source="sums")
HARD = Problem("hard", "?", "1", source="rates")


def group(problem: Problem, *right: bool) -> list[Sample]:
    """Samples of a problem, weighed roughly."""
    found = []
    for one in right:
        sample = Sample(problem, None, "", CORRECT if one else UNPARSED, float(one))  # type: ignore[arg-type]
        sample.advantage = one - sum(right) / len(right)
        found.append(sample)
    return found


# --- difficulty


def test_a_problem_of_which_nothing_is_known_is_always_taken() -> None:
    assert Difficulty(by_schema=True).chance(EASY) == 1


def test_problems_whose_groups_were_all_right_or_all_wrong_are_taken_less_often_than_mixed_ones() -> None:
    known = Difficulty(by_schema=True)
    for _ in range(20):
        known.learn([group(EASY, True, True), group(HARD, False, False), group(PROBLEMS[0], True, False)])
    assert known.chance(EASY) == known.chance(HARD) == pytest.approx(1 / 9)
    assert known.chance(PROBLEMS[0]) == 1


def test_what_was_long_ago_is_forgotten() -> None:
    known = Difficulty(by_schema=True)
    known.learn([group(EASY, False, False)] * 30 + [group(EASY, True, False)] * 8)
    assert known.chance(EASY) == 1


def test_generated_problems_are_counted_by_schema_and_those_of_a_file_one_by_one() -> None:
    twin = Problem("twin", "?", "1", source="sums")
    for by_schema in (True, False):
        known = Difficulty(by_schema)
        known.learn([group(EASY, True, True)])
        assert (known.chance(twin) == known.chance(EASY)) == by_schema


def test_a_curriculum_draws_more_of_what_can_be_learned_from() -> None:
    drawing = Drawing(RLConfig(curriculum=True))
    drawing.learn([group(EASY, True, True)] * 8 + [group(HARD, True, False)] * 8)
    drawn = drawing.draw(cycle([EASY, HARD]), 300)
    assert 0.05 < drawn.count(EASY) / 300 < 0.15
    assert drawing.draw(cycle([EASY, HARD]), 0) == []


# --- refilling


def test_groups_that_teach_nothing_are_refilled_within_the_budget() -> None:
    drawing = Drawing(RLConfig(refill=0.5, prompts_per_iteration=4))
    calls: list[tuple[int, int, int]] = []

    def practise(count: int, first: int, again: int) -> list[list[Sample]]:
        calls.append((count, first, again))
        return [group(EASY, True, True)] * count

    flat, telling = group(EASY, True, True), group(EASY, True, False)
    assert drawing.refill([telling] * 4, practise) == calls == []
    assert len(drawing.refill([telling, telling, telling, flat], practise)) == 2
    assert calls == [(1, 4, 1), (1, 5, 2)]  # the first of them taught nothing either
    calls.clear()
    assert len(drawing.refill([flat] * 4, practise)) == 2
    assert calls == [(2, 4, 1)]


def one_in_three(problem: Problem, text: str) -> Verdict:
    """Most problems are never solved, whatever is written."""
    return by_text(problem, text) if PROBLEMS.index(problem) % 3 == 0 else UNPARSED


def test_an_iteration_with_refills_logs_and_counts_all_that_was_sampled(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(one_in_three)
    loop = new_loop(iterations=2, refill=1.0)
    loop.run(cycle(PROBLEMS))
    for record in lines(loop):
        rollouts = [line for line in lines(loop, "rollouts") if line["step"] == record["step"]]
        assert record["rollouts"] == len(rollouts) == sum(record["outcomes"].values()) > 16
        assert record["refilled"]["groups"] == len(rollouts) // 4 - 4
    asked = [line["id"] for line in lines(loop, "rollouts")][::4]
    assert asked == [problem.id for problem in PROBLEMS[: len(asked)]]  # in order, each once
    assert lines(loop)[-1]["problems_passed"] == len(asked)


@pytest.mark.parametrize(
    "changed", [{"refill": 1.0}, {"curriculum": True}, {"refill": 0.5, "curriculum": True}]
)
def test_a_resumed_run_draws_what_it_would_have_drawn(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    judged: Callable[[Judge], None],
    changed: dict[str, Any],
) -> None:
    judged(one_in_three)
    whole, first = (new_loop(name, iterations=4, **changed) for name in ("whole", "parts"))
    whole.run(cycle(PROBLEMS))
    judged(lambda problem, text: interrupted(first, one_in_three(problem, text)))
    with pytest.raises(KeyboardInterrupt):
        first.run(cycle(PROBLEMS))
    judged(one_in_three)
    second = resumed(first)
    second.run(cycle(PROBLEMS))
    assert same(weights(whole), weights(second))
    assert lines(whole, "rollouts") == lines(second, "rollouts")
    if "curriculum" in changed:
        texts = [(loop.folder.path / "difficulty.json").read_bytes() for loop in (whole, second)]
        assert texts[0] == texts[1]
        table = json.loads(texts[0])["table"]
        assert sum(entry["right"] + entry["mixed"] + entry["wrong"] for entry in table.values()) >= 16


def interrupted(loop: NativeLoop, verdict: Verdict) -> Verdict:
    """The verdict, unless the loop is in its third iteration."""
    if loop.iteration == 2:
        raise KeyboardInterrupt
    return verdict


def test_without_either_problems_are_taken_as_they_come(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=2)
    loop.run(stop_after(loop, 2))
    assert [line["id"] for line in lines(loop, "rollouts")][::4] == [p.id for p in islice(PROBLEMS, 8)]
    assert not {"rollouts", "refilled", "problems_passed"} & set(lines(loop)[0])
    assert not (loop.folder.path / "difficulty.json").exists()


@pytest.mark.parametrize(
    ("changed", "said"), [({"refill": 1.0}, "--refill"), ({"curriculum": True}, "--curriculum")]
)
def test_conversations_can_not_be_chosen_from(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=f"{said} draws problems one by one"):
        check_drawing(RLConfig(task="installer", histories="own", **changed))
