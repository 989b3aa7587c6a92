"""`trainer demo`: the whole chain through the real entry points, with a model and settings small enough for a test."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
import pytest
from rich.console import Console

from trace_trainer.engine.commands.demo import print_demonstration, summary
from trace_trainer.engine.commands.demonstration import Demonstration, demonstrate
from trace_trainer.engine.commands.examined_training import train_rl
from trace_trainer.engine.runs.folder import newest_run
from trace_trainer.engine.settings.recipes import load_recipe


@pytest.fixture(scope="module")
def demo(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    small = {"eval_count": 4, "max_new_tokens": 200, "micro_batch_tokens": 1024}
    recipe = load_recipe(
        "default",
        sft={"model": str(tiny_model_dir), "count": 40, "batch_tokens": 1024, **small},
        rl={"iterations": 2, "prompts_per_iteration": 4, "group_size": 2, "minibatches": 1, **small},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINER_CHECKPOINTS", str(tmp_path_factory.mktemp("checkpoints")))
        # What so few problems teach earns no reward yet.
        patch.setattr(
            "trace_trainer.engine.commands.examined_training.train_rl", partial(train_rl, skip=["reward"])
        )
        return demonstrate(recipe, numbers=6, schemas=4)


def test_three_models_are_measured_on_the_same_problems(demo: Demonstration) -> None:
    assert list(demo.stages) == ["before SFT", "after SFT", "after RL"]
    questions = [
        [[r.problem.question for r in e.records] for e in evaluations] for evaluations in demo.stages.values()
    ]
    assert questions[0] == questions[1] == questions[2]
    assert [len(found) for found in questions[0]] == [6, 4]


def test_each_stage_is_compared_with_the_one_before_it(demo: Demonstration) -> None:
    base, sft, rl = (evaluations[0].model for evaluations in demo.stages.values())
    assert [(d.model, d.baseline, d.n) for d in demo.differences()] == [
        (sft, base, 6), (sft, base, 4), (rl, sft, 6), (rl, sft, 4)
    ]  # fmt: skip


def test_rl_goes_on_from_the_demos_own_sft_run(demo: Demonstration) -> None:
    sft_run, rl_run = demo.runs
    assert sft_run.name in (rl_run / "manifest.json").read_text(encoding="utf-8")


def test_every_part_is_timed(demo: Demonstration) -> None:
    assert {"train by SFT", "train by RL", "evaluate the model before SFT"} <= set(demo.seconds)
    assert all(seconds > 0 for seconds in demo.seconds.values())


def test_the_summary_has_a_column_for_each_stage(demo: Demonstration) -> None:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(summary(demo))
    shown = capture.get()
    assert all(
        name in shown for name in ("before SFT", "after SFT", "after RL", "test_numbers", "test_schemas")
    )


def test_what_is_printed_names_the_runs_the_report_and_the_right_answer(demo: Demonstration) -> None:
    console = Console(width=160)
    with console.capture() as capture:
        print_demonstration(demo, console)
    shown = capture.get()
    assert all(str(path) in shown for path in (*demo.runs, demo.report_path))
    assert f"The right answer is {demo.sets[0].problems[-1].answer}." in shown
    assert "trainer solve" in shown


def test_the_report_shows_the_outputs_before_training(demo: Demonstration) -> None:
    page = demo.write_report().read_text(encoding="utf-8")
    assert "What the model wrote before" in page
    assert "after RL" in page


def test_an_interrupted_training_ends_the_demo(demo: Demonstration) -> None:
    with pytest.raises(click.exceptions.Exit) as caught:
        demo.finish_run(demo.runs[0], demo.stages["before SFT"][:1])
    assert caught.value.exit_code == 130


def test_the_runs_of_the_demo_are_found_as_the_newest(
    demo: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINER_CHECKPOINTS", str(demo.runs[0].parent))
    assert [newest_run("sft"), newest_run("rl")] == demo.runs
