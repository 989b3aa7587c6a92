"""What a plugin raises where it is used: one line that names its file and function, or the verdict `error`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from helpers.audit_runs import write
from helpers.call_turns import EMPTY, command, says
from helpers.plugins import EXAMPLES, without_traces

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.plugins import load_plugins, named_policy
from trace_trainer.engine.problems.files.exercises import Exercise
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.rl.samples import judged_sample, summary

BROKEN = {
    "draw": ("task.py", "syllables = rng.randint(1, 3)", "--task backwards"),
    "area": ("rectangles.py", "return width * height", "--expert rectangles"),
    "carpet": ("rectangles.py", "return t.mul(t.area(t.width, t.height), t.price)", "--expert rectangles"),
}
"""By the function that raises: the example, the line in its place, and the options of `trainer generate`."""


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with without_traces():
        yield


def broken(folder: Path, example: str, line: str, name: str = "mine.py") -> Path:
    """An example that raises where this line was."""
    text = (EXAMPLES / example).read_text(encoding="utf-8")
    assert line in text
    (folder / name).write_text(text.replace(line, "raise ValueError('it\\n broke')"), encoding="utf-8")
    return folder / name


def run(*arguments: object) -> Result:
    return CliRunner().invoke(trainer, list(map(str, arguments)))


@pytest.mark.parametrize("function", BROKEN)
def test_what_raises_is_one_line_with_file_line_and_function(function: str, tmp_path: Path) -> None:
    example, line, options = BROKEN[function]
    mine = broken(tmp_path, example, line)
    number = next(n for n, text in enumerate(mine.read_text().splitlines(), 1) if "it\\n broke" in text)
    result = run("generate", "--plugin", mine, *options.split(), "--count", 20)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: plugin {mine} fails in line {number}, {function}: ValueError: it broke\n"
    )


def test_verbose_shows_how_it_came_to_that(tmp_path: Path) -> None:
    example, line, options = BROKEN["draw"]
    result = run("generate", "-v", "--plugin", broken(tmp_path, example, line), *options.split())
    assert "Traceback" in result.stderr and "in draw" in result.stderr.partition("Error: ")[0]


def test_an_error_of_ours_is_not_laid_at_the_door_of_a_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("trace_trainer.engine.commands.generate.track", fail)
    result = run("generate", "--plugin", EXAMPLES / "task.py", "--task", "backwards")
    assert isinstance(result.exception, RuntimeError)


def test_a_judge_that_raises_gives_the_verdict_error_which_earns_nothing(tmp_path: Path) -> None:
    mine = broken(tmp_path, "task.py", "return judged(")
    mine.write_text(mine.read_text().replace("('it\\n broke')", "('it broke')#"))
    load_plugins([mine])
    task, problem = task_for("backwards"), Exercise("Spell abc backwards.", "cba")
    verdict = task.judge(problem, "cba")
    assert verdict.outcome == "error" and task.reward(verdict, "gated") is None
    assert (
        f"{mine}:" in verdict.violations[0].message
        and "in judge: ValueError" in verdict.violations[0].message
    )


def test_a_reward_that_raises_gives_error_and_the_run_goes_on(tmp_path: Path) -> None:
    mine = broken(tmp_path, "reward.py", "return max(0.5, 1 - 0.02 * verdict.steps)")
    assert run("generate", "--count", 3, "--out", tmp_path / "right.jsonl").exit_code == 0
    right = [json.loads(line) for line in (tmp_path / "right.jsonl").read_text().splitlines()]
    rows = write(tmp_path / "rows.jsonl", *right, {**right[0], "trace": "no trace"})
    judged = run("audit", rows, "--reward", f"{mine}:brief", "--format", "jsonl")
    verdicts = [json.loads(line) for line in judged.stdout.splitlines()]
    assert [v["outcome"] for v in verdicts] == ["error"] * 3 + ["unparsed"]
    assert [v["reward"] for v in verdicts] == [None, None, None, 0.0]
    (violation,) = verdicts[0]["violations"]
    assert violation["code"] == "reward_failed"
    assert f"reward policy brief, declared at {mine}:" in violation["message"]
    assert "ValueError: it broke" in violation["message"]


def test_a_reward_that_raises_leaves_its_samples_out_of_the_figures_of_rl(tmp_path: Path) -> None:
    mine = broken(tmp_path, "reward.py", "return max(0.5, 1 - 0.02 * verdict.steps)")
    policy, task = named_policy(f"{mine}:brief"), task_for("traces")
    (problem,) = task.generate("train", 1, 0)
    texts = (task.reply(problem) or "", "no trace")
    group = [judged_sample(task, problem, Rollout([1], [2], [0.0], True), text, policy) for text in texts]
    assert [(s.verdict.outcome, s.reward) for s in group] == [("error", None), ("unparsed", 0.0)]
    figures = summary(task, [group])
    assert figures["outcomes"] == {"error": 1, "unparsed": 1}
    assert figures["reward"] == 0.0 and figures["parse_rate"] == 0.0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_command_of_the_machine_that_raises_names_its_plugin(workers: str, tmp_path: Path) -> None:
    mine = broken(tmp_path, "machine_command.py", "return Output(")
    mine.write_text(mine.read_text().replace("('it\\n broke')", "('it broke')#"))
    row = {"completion": says("sensors"), "expected": command("sensors"), "start": EMPTY}
    audit = ("audit", "--kind", "call", "--plugin", mine, "--workers", workers)
    judged = run(*audit, write(tmp_path / "judged.jsonl", row), "--format", "jsonl")
    (violation,) = json.loads(judged.stdout)["violations"]
    assert violation["code"] == "internal_error" and f"{mine}:" in violation["message"]
    ran = run(*audit, write(tmp_path / "ran.jsonl", row | {"ran": ["sensors"]}))
    assert ran.exit_code == 2 and f"plugin {mine} fails in line" in ran.stderr
    assert "sensors: ValueError: it broke" in ran.stderr and len(ran.stderr.splitlines()) == 1
