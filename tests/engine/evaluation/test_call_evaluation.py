"""Evaluating calls: metrics beside constant replies, groups by category, whole episodes, and the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import trace_trainer.engine.problems.installer
from trace_trainer.engine.cli import trainer
from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import constants_beside, evaluate_constants
from trace_trainer.engine.evaluation.difference import Difference, differences
from trace_trainer.engine.evaluation.episodes import evaluate_episodes
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.records import Completion, Record
from trace_trainer.engine.evaluation.scoreboard import scoreboard
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.problems.files.call_problems import (
    CallProblem,
    read_call_problems,
    write_call_problems,
)
from trace_trainer.engine.problems.installer import Episode
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.calls import CallTask, as_message, machine_of

INSTALLER, FUNCTIONS = task_for("installer"), task_for("functions")
PROBLEMS = list(INSTALLER.generate("validation", 40))
DANGEROUS = '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "rm -rf /"}}\n</tool_call>'


def _evaluation(task: CallTask, problems: Sequence[CallProblem], *texts: str, model: str = "m") -> Evaluation:
    """Of one completion for each problem: the text, or the gold where it is empty."""
    records = []
    for problem, text in zip(problems, texts or [""] * len(problems), strict=True):
        verdict = task.judge(problem, text or task.gold_text(problem))
        records.append(Record(problem, (Completion(text, verdict, task.reward(verdict, "gated"), 1, True),)))
    return Evaluation(model, task, "data", tuple(records))


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`trainer eval` with a model that gives the gold reply to every problem and in every episode."""
    waiting: list[Episode] = []
    draw = trace_trainer.engine.problems.installer.draw_episode

    def draw_episode(split: str, seed: int, number: int) -> Episode:
        waiting.append(draw(split, seed, number))
        return waiting[-1]

    def complete(loaded: object, prompts: Sequence[Prompt], **settings: object) -> list[list[Sampled]]:
        replies = [episode.gold() for episode in waiting if episode._asked is not None]
        texts = [INSTALLER.gold_text(problem_with(reply)) for reply in replies]
        return [[Sampled(text, 9, ended=True)] for text in texts]

    def problem_with(reply: dict[str, Any]) -> CallProblem:
        return CallProblem("x", [], [], [], reply, "x")

    class Loaded:
        name, tokenizer = "scripted", None

    monkeypatch.setattr(trace_trainer.engine.problems.installer, "draw_episode", draw_episode)
    monkeypatch.setattr("trace_trainer.engine.evaluation.asking.complete", complete)
    monkeypatch.setattr("trace_trainer.engine.models.loading.load_model", lambda name, **how: Loaded())
    monkeypatch.setattr(CallTask, "fit", lambda *arguments: None)


def _eval(*arguments: str | Path) -> Result:
    return CliRunner().invoke(trainer, ["eval", *map(str, arguments)])


@pytest.mark.parametrize("name", ["installer", "functions"])
def test_gold_replies_reach_every_metric_in_full(name: str) -> None:
    task = task_for(name)
    found = _evaluation(task, list(task.generate("test", 40)))
    assert found.accuracy == 1
    assert {name: share.mean for name, share in found.metrics.items()} == dict.fromkeys(found.metrics, 1.0)
    assert set(task.compared) <= set(found.metrics)


def test_figures_of_calls_are_counted_by_category() -> None:
    figures = _evaluation(INSTALLER, PROBLEMS).to_json()
    assert "experts" not in figures
    assert sum(group["n"] for group in figures["categories"].values()) == len(PROBLEMS)
    assert set(figures["categories"]) == {problem.category for problem in PROBLEMS}


def test_a_model_that_always_replies_with_text_scores_nothing_on_commands() -> None:
    text, call = evaluate_constants(INSTALLER, PROBLEMS)
    assert (text.model, call.model) == ("always text", "most frequent call")
    commands = [p for p in PROBLEMS if p.expected["type"] == "command"]
    for metric in ("name_match", "command_exact", "command_partial", "effect_match"):
        assert (text.metrics[metric].n, text.metrics[metric].mean) == (len(commands), 0)
    assert text.metrics["type_match"].mean == pytest.approx(1 - len(commands) / len(PROBLEMS))
    assert call.metrics["effect_match"].mean > 0


def test_constant_replies_stand_beside_the_model_in_the_table() -> None:
    evaluation = _evaluation(INSTALLER, PROBLEMS)
    table = scoreboard([evaluation, *constants_beside(evaluation)])
    assert [str(column.header) for column in table.columns[1:]] == ["m", "always text", "most frequent call"]


def test_a_dangerous_command_is_counted_and_costs_more_than_it_could_gain() -> None:
    found = _evaluation(INSTALLER, PROBLEMS, *[DANGEROUS] * len(PROBLEMS))
    assert found.outcomes == {"refused": len(PROBLEMS)}
    assert found.mean_reward == -1


def test_models_are_compared_by_effect_on_the_problems_that_have_one() -> None:
    text = _evaluation(INSTALLER, PROBLEMS, *["Shall I?"] * len(PROBLEMS), model="text")
    accuracy, effect = differences([text, _evaluation(INSTALLER, PROBLEMS)])
    assert (accuracy.figure, accuracy.n, effect.figure) == ("accuracy", len(PROBLEMS), "effect_match")
    assert effect.n == sum(p.expected["type"] == "command" for p in PROBLEMS)
    assert effect.difference == 1
    assert "in effect_match: +100.0 points" in str(effect)


def test_a_fractional_metric_is_compared_by_its_mean() -> None:
    problems = [p for p in FUNCTIONS.generate("validation", 60) if p.category == "parallel"]
    half = [FUNCTIONS.gold_text(problem).split("\n<tool_call>")[0] for problem in problems]
    found = Difference.between(
        _evaluation(FUNCTIONS, problems), _evaluation(FUNCTIONS, problems, *half, model="half"), "f1"
    )
    assert 0 < found.interval[0] < found.difference < 1


def test_the_machine_of_a_turn_is_the_start_after_the_commands_that_ran() -> None:
    problem = next(problem for problem in PROBLEMS if len(problem.ran) > 2)
    machine = machine_of(problem)
    assert machine is not None
    before = machine.facts()
    INSTALLER.judge(problem, INSTALLER.gold_text(problem))
    assert machine_of(problem) is machine and machine.facts() == before
    fresh = machine_of(CallProblem("x", [], [], [], None, "x", problem.start, ()))
    assert fresh is not None
    for command in problem.ran:
        (fresh := fresh.copy()).run(command)
    assert fresh.facts() == before


def test_a_history_of_any_length_has_its_machine() -> None:
    start = {"boot": "UEFI", "disks": {"sda": "20G"}}
    ran = ("lsblk",) * 3000 + ("mkdir /mnt/x",)
    machine = machine_of(CallProblem("x", [], [], [], None, "x", start, ran))
    assert machine is not None and machine.run("ls /mnt/x").verdict == "ok"


def test_majorities_are_of_calls_whatever_the_order_of_their_arguments() -> None:
    problem = next(
        p for p in FUNCTIONS.generate("train", 50) if p.category == "simple" and len(p.expected[0]) == 1
    )
    text = FUNCTIONS.gold_text(problem)
    assert FUNCTIONS.answer(FUNCTIONS.judge(problem, text)) is not None
    assert FUNCTIONS.answer(FUNCTIONS.judge(problem, "No tool fits.")) is None


def test_logged_completions_give_their_problem_back() -> None:
    for row, problem in zip(_evaluation(INSTALLER, PROBLEMS).rows(), PROBLEMS, strict=True):
        assert INSTALLER.from_row(json.loads(json.dumps(row))) == problem


def test_text_that_cannot_be_read_is_said_and_not_run() -> None:
    assert as_message("<tool_call>\n{", "hermes") == {"role": "assistant", "content": "<tool_call>\n{"}
    (call,) = as_message(DANGEROUS, "hermes")["tool_calls"]
    assert call["function"]["arguments"] == {"command": "rm -rf /"}


@pytest.mark.usefixtures("scripted")
def test_right_replies_finish_every_episode_without_danger() -> None:
    result = _eval("--task", "installer", "--model", "x", "--episodes", "3", "--format", "json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["episodes"], figures["goals"], figures["complete"]) == (3, 1, 1)
    assert (figures["dangerous"], figures["right_turns"], figures["mean_reward"]) == (0, 1, 1)


@pytest.mark.usefixtures("scripted")
def test_episodes_of_functions_are_refused() -> None:
    with pytest.raises(UserError, match="only the task installer has episodes"):
        evaluate_episodes(None, FUNCTIONS, split="test", count=1)  # type: ignore[arg-type]


@pytest.mark.usefixtures("scripted")
def test_episodes_take_no_options_of_single_problems() -> None:
    result = _eval("--task", "installer", "--model", "x", "--episodes", "3", "--samples", "2")
    assert result.exit_code == 2
    assert "not for --episodes" in result.stderr


def test_eval_reads_a_file_of_call_problems(tiny_call_model_dir: Path, tmp_path: Path) -> None:
    write_call_problems(tmp_path / "p.jsonl", PROBLEMS[:4])
    options = ("--model", tiny_call_model_dir, "--data", tmp_path / "p.jsonl", "--max-new-tokens", 4)
    written = tmp_path / "completions.jsonl"
    result = _eval("--task", "installer", "--format", "json", "--completions", written, *options)
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["n"] == 4
    assert set(figures["baselines"]) <= {"always text", "most frequent call"}
    audited = CliRunner().invoke(trainer, ["audit", "--kind", "call", str(written), "--format", "json"])
    assert json.loads(audited.stdout)["outcomes"] == figures["outcomes"]


def test_a_split_that_the_task_lacks_is_named_with_those_it_has(tiny_call_model_dir: Path) -> None:
    result = _eval("--task", "functions", "--model", tiny_call_model_dir, "--split", "test_numbers")
    assert result.exit_code == 2
    assert "test_schemas" in result.stderr


@pytest.mark.parametrize("name", ["installer", "functions"])
def test_generate_writes_verified_call_problems(name: str, tmp_path: Path) -> None:
    out = tmp_path / "p.jsonl"
    result = CliRunner().invoke(trainer, ["generate", "--task", name, "--count", "20", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert read_call_problems(out) == list(task_for(name).generate("train", 20))


def test_generate_has_no_experts_of_calls() -> None:
    result = CliRunner().invoke(trainer, ["generate", "--task", "functions", "--expert", "percentage"])
    assert result.exit_code == 2
    assert "only problems of traces can be chosen by expert" in result.stderr
