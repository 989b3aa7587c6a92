"""Looks at held-out problems between iterations, and the weights that a run keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from helpers.native_loops import PROBLEMS, lines, same, stop_after, weights

from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.rl.keeping import (
    CHOOSING,
    ChoosingProblems,
    Keeper,
    Look,
    best_of,
    choosing_problems,
    kept_of,
)
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.experts.problems import generate

Looks = dict[int, float]


def look(iteration: int, accuracy: float, n: int = 100) -> Look:
    """One that solved the first problems of n."""
    solved = round(accuracy * n)
    return Look(iteration, (True,) * solved + (False,) * (n - solved))


def looks(*accuracies: float) -> list[Look]:
    return [look(iteration, accuracy) for iteration, accuracy in enumerate(accuracies)]


# --- the rule


@pytest.mark.parametrize(
    ("accuracies", "kept"),
    [
        ((0.5, 0.6, 0.7), 2),  # the last is the best
        ((0.5, 0.72, 0.7), 2),  # within noise the later one is kept
        ((0.5, 0.8, 0.6), 1),  # a fall beyond noise
        ((0.5, 0.4, 0.3), 0),  # never above the start
        ((0.5, 0.5, 0.5), 0),  # no better than the start
        ((0.5, 0.52, 0.49), 1),  # the last, within noise of the best, is below the start
        ((0.5,), 0),
    ],
)
def test_the_last_is_kept_unless_it_is_worse_beyond_noise_or_not_above_the_start(
    accuracies: tuple[float, ...], kept: int
) -> None:
    assert kept_of(looks(*accuracies)).iteration == kept


def test_of_equal_checkpoints_the_later_is_the_best_but_the_start_is_beaten_only_by_more() -> None:
    assert best_of(looks(0.5, 0.6, 0.6, 0.55)).iteration == 2
    assert best_of(looks(0.6, 0.6, 0.6)).iteration == 0


def test_problems_that_could_not_be_scored_are_left_out() -> None:
    one, other = Look(0, (True, None, False, True)), Look(1, (True, True, None, False))
    assert one.accuracy == pytest.approx(2 / 3)
    assert other.less(one)[0] == pytest.approx(-0.5)


def test_a_look_is_logged_and_read_again_with_the_figures_of_a_report() -> None:
    seen = Look(5, (True, None, False))
    record = json.loads(json.dumps(seen.record("validation")))
    assert Look.logged(record) == seen
    assert record["step"] == 5
    assert record["eval"] | {"interval": None} == {
        "data": "validation", "n": 2, "accuracy": 0.5, "interval": None, "solved": "1-0"
    }  # fmt: skip


# --- the problems that choose


def test_generated_problems_that_choose_are_none_of_those_that_measure() -> None:
    config = RLConfig(eval_count=300)
    measured = HeldOut.of(config).problems
    choosing = choosing_problems(config, measured)
    assert CHOOSING - 5 < len(choosing.problems) <= CHOOSING
    assert not {p.question for p in choosing.problems} & {p.question for p in measured}
    assert not choosing.measure_too


def test_of_a_file_the_problems_behind_the_measured_ones_choose(tmp_path: Path) -> None:
    problems = list(generate("validation", 20, seed=4))
    write_problems(tmp_path / "held.jsonl", problems)
    config = RLConfig(eval_data=str(tmp_path / "held.jsonl"), eval_count=8)
    measured = HeldOut.of(config).problems
    choosing = choosing_problems(config, measured)
    assert [p.id for p in choosing.problems] == [p.id for p in problems[8:16]]
    assert not choosing.measure_too
    assert choosing.source.endswith("held.jsonl, problem 9 and on")


def test_a_file_with_hardly_more_problems_than_are_measured_chooses_and_measures_by_the_same(
    tmp_path: Path,
) -> None:
    write_problems(tmp_path / "held.jsonl", list(generate("validation", 10, seed=4)))
    config = RLConfig(eval_data=str(tmp_path / "held.jsonl"), eval_count=8)
    measured = HeldOut.of(config).problems
    choosing = choosing_problems(config, measured)
    assert choosing.problems == measured
    assert choosing.measure_too


# --- within a run


@pytest.fixture
def seen_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Looks], None]:
    """Decides how accurate the model is seen to be after each iteration."""

    def decide(accuracies: Looks) -> None:
        monkeypatch.setattr(Keeper, "_look", lambda self, iteration: look(iteration, accuracies[iteration]))

    return decide


def keeper_of(loop: NativeLoop) -> Keeper:
    choosing = ChoosingProblems("validation", list(generate("validation", 4, seed=1)))
    return Keeper(loop.config, loop.loaded, loop.folder, choosing)


def test_a_run_is_looked_at_before_between_and_at_the_end(
    new_loop: Callable[..., NativeLoop], seen_as: Callable[[Looks], None]
) -> None:
    seen_as({0: 0.5, 2: 0.5, 4: 0.5, 5: 0.6})
    loop = new_loop(iterations=5, eval_every=2)
    assert loop.run(cycle(PROBLEMS), keeper_of(loop))
    assert [record["step"] for record in lines(loop) if "eval" in record] == [0, 2, 4, 5]
    assert len(lines(loop)) == 9


def test_looking_at_the_model_changes_nothing_of_its_training(new_loop: Callable[..., NativeLoop]) -> None:
    looked_at, alone = new_loop("one", eval_every=1, keep="last"), new_loop("two")
    looked_at.run(cycle(PROBLEMS), keeper_of(looked_at))
    alone.run(cycle(PROBLEMS))
    assert same(weights(looked_at), weights(alone))
    assert [record["eval"]["n"] for record in lines(looked_at) if "eval" in record] == [4] * 4


def test_without_looks_the_last_weights_stay(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(eval_every=0)
    keeper = keeper_of(loop)
    loop.run(cycle(PROBLEMS), keeper)
    last = weights(loop)
    assert keeper.settle() is None
    assert same(last, weights(loop))
    assert not any("eval" in record for record in lines(loop))


def test_a_fall_that_lasts_ends_the_run_with_the_best_weights(
    new_loop: Callable[..., NativeLoop],
    seen_as: Callable[[Looks], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen_as({0: 0.5, 1: 0.8, 2: 0.3, 3: 0.3, 4: 0.9})
    loop, short = new_loop("falls", eval_every=1, iterations=4), new_loop("short", iterations=4)
    keeper = keeper_of(loop)
    assert loop.run(cycle(PROBLEMS), keeper) is True
    assert loop.iteration == 3
    assert keeper.settle() == 1
    short.run(stop_after(short, 1))
    assert same(weights(loop), weights(short))
    saved = {n: p.detach() for n, p in load_model(loop.folder.path).model.named_parameters()}
    assert same(saved, weights(loop))
    said = capsys.readouterr().err
    assert (
        "ended at a fall beyond noise: kept are the weights of iteration 1 on 100 held-out problems" in said
    )
    assert "iteration 3 is at -50.0 points" in said


@pytest.mark.parametrize("accuracies", [{0: 0.5, 1: 0.3, 2: 0.8, 3: 0.9}, {0: 0.5, 1: 0.3, 2: 0.48, 3: 0.8}])
def test_a_dip_ends_no_run(
    new_loop: Callable[..., NativeLoop], seen_as: Callable[[Looks], None], accuracies: dict[int, float]
) -> None:
    seen_as(accuracies)
    loop = new_loop(eval_every=1)
    keeper = keeper_of(loop)
    loop.run(cycle(PROBLEMS), keeper)
    assert loop.iteration == 3
    assert keeper.settle() == 3


def test_where_nothing_was_better_the_start_is_kept_and_that_is_said(
    new_loop: Callable[..., NativeLoop],
    seen_as: Callable[[Looks], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen_as({0: 0.5, 2: 0.49, 3: 0.48})
    loop = new_loop(eval_every=2)
    start, keeper = weights(loop), keeper_of(loop)
    loop.run(cycle(PROBLEMS), keeper)
    assert not same(start, weights(loop))
    assert keeper.settle() == 0
    assert same(start, weights(loop))
    assert "kept are the weights that the run began with" in capsys.readouterr().err
    assert loop.folder.manifest["kept"]["iteration"] == 0


def test_keep_last_goes_on_after_a_fall_and_keeps_the_last(
    new_loop: Callable[..., NativeLoop], seen_as: Callable[[Looks], None]
) -> None:
    seen_as({0: 0.9, 1: 0.1, 2: 0.1, 3: 0.1})
    loop = new_loop(eval_every=1, keep="last")
    keeper = keeper_of(loop)
    loop.run(cycle(PROBLEMS), keeper)
    last = weights(loop)
    assert loop.iteration == 3
    assert keeper.settle() is None
    assert same(last, weights(loop))


@pytest.mark.parametrize("stopped_after", [1, 2, 3])
def test_a_resumed_run_keeps_what_the_whole_one_keeps(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    seen_as: Callable[[Looks], None],
    stopped_after: int,
) -> None:
    seen_as({0: 0.5, 1: 0.6, 2: 0.9, 3: 0.89, 4: 0.4, 5: 0.3})
    whole, first = (new_loop(name, eval_every=1, iterations=6) for name in ("whole", "parts"))
    keeper = keeper_of(whole)
    whole.run(cycle(PROBLEMS), keeper)
    assert keeper.settle() == 2
    assert first.run(stop_after(first, stopped_after), keeper_of(first)) is False
    second = resumed(first)
    again = keeper_of(second)
    assert second.run(cycle(PROBLEMS), again) is True
    assert second.iteration == whole.iteration == 5
    assert again.settle() == 2
    assert same(weights(whole), weights(second))


def test_weights_that_are_not_the_best_any_more_make_room(
    new_loop: Callable[..., NativeLoop], seen_as: Callable[[Looks], None]
) -> None:
    seen_as({0: 0.1, 1: 0.3, 2: 0.5, 3: 0.45})
    loop = new_loop(eval_every=1)
    keeper = keeper_of(loop)
    loop.run(cycle(PROBLEMS), keeper)
    assert {file.name for file in loop.folder.resume_folder.iterdir()} == {"state.pt", "kept-2.pt"}
