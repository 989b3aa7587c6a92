"""The examples of docs/examples, each through the command line: what is declared in one file works everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from helpers.plugins import EXAMPLES, without_traces

from trace_trainer.engine.cli import trainer

SMALL = ("--eval-count", "4", "--max-new-tokens", "8")
SFT = (
    "--count", "20", "--batch-tokens", "1024", "--micro-batch-tokens", "512", "--wording", "any",
    "--skip-doctor", "lengths", *SMALL,
)  # fmt: skip
RL = (
    "--iters", "1", "--prompts-per-iteration", "4", "--group-size", "2", "--collapse", "0", "--minibatches", "1",
    "--skip-doctor", "lengths", "--skip-doctor", "dry-run", "--skip-doctor", "reward", *SMALL,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with without_traces():
        yield


def run(*arguments: object) -> str:
    result = CliRunner().invoke(trainer, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.stdout


def plugin(name: str) -> tuple[str, str]:
    return "--plugin", str(EXAMPLES / f"{name}.py")


def settings(folder: Path) -> dict[str, object]:
    return yaml.safe_load((folder / "config.yaml").read_text())  # type: ignore[no-any-return]


def test_an_expert_with_two_schemas_is_drawn_audited_and_shown(tmp_path: Path) -> None:
    rectangles, problems = plugin("rectangles"), tmp_path / "problems.jsonl"
    run("generate", *rectangles, "--expert", "rectangles", "--count", 30, "--out", problems)
    rows = [json.loads(line) for line in problems.read_text().splitlines()]
    assert {row["source"] for row in rows} == {"rectangles/carpet", "rectangles/fence"}
    figures = json.loads(run("audit", problems, *rectangles, "--workers", 2, "--format", "json"))
    assert figures["outcomes"] == {"correct": 30}
    assert "| area |" in run("experts", "rectangles", *rectangles)
    assert "expert: rectangles" in run("experts", "--grammar", *rectangles)


def test_an_expert_is_trained_and_measured(tmp_path: Path, tiny_model_dir: Path, checkpoints: Path) -> None:
    rectangles = plugin("rectangles")
    run("sft", *rectangles, "--model", tiny_model_dir, "--expert", "rectangles", "--name", "g", *SFT)
    manifest = json.loads((checkpoints / "g_sft" / "manifest.json").read_text())
    assert [Path(found["path"]).name for found in manifest["plugins"]] == ["rectangles.py"]
    problems = tmp_path / "problems.jsonl"
    run(
        "generate",
        *rectangles,
        "--expert",
        "rectangles",
        "--split",
        "validation",
        "--count",
        4,
        "--out",
        problems,
    )
    asked = ("--data", problems, "--max-new-tokens", 8, "--format", "json")
    figures = json.loads(run("eval", *rectangles, "--model", checkpoints / "g_sft", *asked))
    assert list(figures["experts"]) == ["rectangles"]


def test_a_task_works_in_every_command(tiny_model_dir: Path, checkpoints: Path) -> None:
    task, model = (*plugin("task"), "--task", "backwards"), ("--model", tiny_model_dir)
    assert len(run("generate", *task, "--count", 7).splitlines()) == 7
    run("sft", *task, *model, "--name", "b", *SFT)
    assert settings(checkpoints / "b_sft")["task"] == "backwards"
    run("rl", *task, "--name", "b", *RL)
    assert (checkpoints / "b" / "report.html").exists()
    figures = json.loads(
        run("eval", *plugin("task"), "--model", checkpoints / "b", "--count", 4, "--format", "json")
    )
    assert set(figures["categories"]) <= {"2 letters", "4 letters", "6 letters"}


def test_a_task_is_examined_by_the_doctor(tiny_model_dir: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "backwards.yaml"
    path = EXAMPLES / "task.py"
    recipe.write_text(f"task: backwards\nplugins: [{path}]\nsft: {{model: {tiny_model_dir}, count: 20}}\n")
    assert "round trip" in run("doctor", "--recipe", recipe)


def test_a_wire_format_is_asked_rendered_and_read(tiny_call_model_dir: Path, checkpoints: Path) -> None:
    brackets = (*plugin("wire_format"), "--task", "functions", "--call-format", "brackets")
    run("sft", *brackets, "--model", tiny_call_model_dir, "--max-length", 2048, "--name", "w", *SFT)
    asked = ("--model", checkpoints / "w_sft", "--count", 4, "--max-new-tokens", 8, "--format", "json")
    assert json.loads(run("eval", *plugin("wire_format"), *asked))["n"] == 4
    assert "brackets" in json.dumps(settings(checkpoints / "w_sft"))


def test_a_reward_of_a_file_pays_in_audit_and_rl(
    tmp_path: Path, tiny_model_dir: Path, checkpoints: Path
) -> None:
    brief, problems = f"{EXAMPLES / 'reward.py'}:brief", tmp_path / "problems.jsonl"
    run("generate", "--count", 10, "--out", problems)
    verdicts = run("audit", problems, "--reward", brief, "--format", "jsonl")
    assert all(0.5 <= json.loads(line)["reward"] < 1 for line in verdicts.splitlines())
    run("rl", "--model", tiny_model_dir, "--reward", brief, "--name", "r", *RL)
    assert settings(checkpoints / "r")["reward"] == "brief"


def test_an_objective_and_a_sampler_are_used(tiny_model_dir: Path, checkpoints: Path) -> None:
    both = (*plugin("objective"), *plugin("sampler"), "--objective", "upper-half", "--sampler", "plain")
    run("rl", *both, "--model", tiny_model_dir, "--name", "o", *RL)
    stored = settings(checkpoints / "o")
    assert (stored["objective"], stored["sampler"]) == ("upper-half", "plain")


def test_a_machine_command_runs_in_workers_too(tmp_path: Path) -> None:
    row = {
        "completion": '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "sensors"}}\n</tool_call>',
        "expected": {"type": "command", "command": "sensors"},
        "machine": {"boot": "UEFI", "disks": {"sda": "100G"}},
    }
    replies = tmp_path / "replies.jsonl"
    replies.write_text(json.dumps(row) + "\n", encoding="utf-8")
    audit = ("audit", replies, "--kind", "call", "--workers", 2, "--format", "json")
    figures = json.loads(run(*audit, *plugin("machine_command")))
    assert figures["outcomes"] == {"correct": 1}


def test_a_task_of_a_plugin_that_is_not_named_is_one_line(checkpoints: Path) -> None:
    result = CliRunner().invoke(trainer, ["generate", "--task", "backwards"])
    assert result.exit_code == 2 and "no backwards; there are functions, installer, traces" in result.stderr


def test_a_split_that_a_task_of_a_plugin_lacks_is_one_line(tiny_model_dir: Path, checkpoints: Path) -> None:
    asked = ("--task", "backwards", "--split", "test_numbers", "--model", str(tiny_model_dir))
    result = CliRunner().invoke(trainer, ["eval", *plugin("task"), *asked])
    assert (
        result.exit_code == 2
        and "no split 'test_numbers'; there are train, validation, test" in result.stderr
    )
