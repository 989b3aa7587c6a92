"""Several processes of `trainer rl`: the same weights as one, one that writes, and a run that survives the loss of one.

Each process is started as `torchrun` starts it, by what it sets in the environment.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from helpers.processes import VARIED, began, ended, start
from safetensors.torch import load_file

from trace_trainer.engine.training.team import Team

SETTINGS = (
    "--prompts-per-iteration", "4", "--group-size", "4", "--minibatches", "2", "--eval-count", "4", "--collapse", "0",
    "--max-new-tokens", "12", "--keep", "last", "--objective", "dr-grpo", "--signal-per-step", "0",
    "--learning-rate", "1e-2",
    "--reward", VARIED,
    *(word for check in ("lengths", "dry-run", "reward", "gold") for word in ("--skip-doctor", check)),
)  # fmt: skip


def metrics(run: Path) -> Iterator[dict[str, float]]:
    for line in (run / "metrics.jsonl").read_text().splitlines():
        yield {name: value for name, value in json.loads(line).items() if name != "seconds"}


def test_two_processes_come_to_the_weights_of_one_and_one_of_them_speaks(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    given = ("rl", "--model", tiny_model_dir, "--iters", 2, "--eval-every", 0, *SETTINGS)
    alone = start(tmp_path, *given, "--streams", "problem", "--name", "one", count=1)
    ((code, _, said),) = ended(alone)
    assert code == 0, said
    (main, other) = ended(start(tmp_path, *given, "--name", "two"))
    assert main[0] == other[0] == 0, main[2] + other[2]
    assert "saved in" in main[1] and other[1] == ""
    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    before = load_file(tiny_model_dir / "model.safetensors")
    moved = max(float((one[name] - before[name]).abs().max()) for name in one)
    apart = max(float((one[name] - two[name]).abs().max()) for name in one)
    assert moved > 1e-3 and apart < moved / 100
    for mine, both in zip(metrics(tmp_path / "one"), metrics(tmp_path / "two"), strict=True):
        assert mine["outcomes"] == both["outcomes"]
        assert mine["grad_norm"] == pytest.approx(both["grad_norm"], rel=1e-3)
        assert mine["entropy"] == pytest.approx(both["entropy"], rel=1e-3)
    rollouts = [(tmp_path / name / "rollouts.jsonl").read_text() for name in ("one", "two")]
    assert len(rollouts[0].splitlines()) == len(rollouts[1].splitlines()) == 2 * 16


@pytest.mark.parametrize("lost", [0, 1])
def test_a_process_that_is_lost_ends_the_run_with_a_line_and_a_checkpoint(
    lost: int, tiny_model_dir: Path, tmp_path: Path
) -> None:
    given = (
        "rl",
        "--model",
        tiny_model_dir,
        "--iters",
        12,
        "--eval-every",
        0,
        "--checkpoint-every",
        1,
        *SETTINGS,
    )
    processes = start(tmp_path, *given, "--name", "r")
    began(processes, tmp_path / "r" / "metrics.jsonl", 3)
    processes[lost].send_signal(signal.SIGKILL)
    code, _, said = ended(processes)[1 - lost]
    assert code == 2
    assert "another process of this run has ended" in said.splitlines()[-1]
    assert "Traceback" not in said
    state = torch.load(tmp_path / "r" / "resume" / "state.pt", weights_only=True)
    assert 2 <= state["iteration"] < 12
    if lost == 0:
        return
    resumed = ended(start(tmp_path, "rl", "--resume", "--name", "r", "--reward", VARIED))
    assert [code for code, _, _ in resumed] == [0, 0], resumed[0][2] + resumed[1][2]
    assert [line["step"] for line in metrics(tmp_path / "r")] == list(range(1, 13))


def test_a_stop_that_one_process_hears_stops_all(tiny_model_dir: Path, tmp_path: Path) -> None:
    # So slowly that its samples keep differing: where they are all alike, the run ends by itself.
    slowly = (*SETTINGS, "--learning-rate", "1e-6")
    given = ("rl", "--model", tiny_model_dir, "--iters", 400, "--eval-every", 0, *slowly)
    processes = start(tmp_path, *given, "--name", "r")
    began(processes, tmp_path / "r" / "metrics.jsonl", 1)
    processes[1].send_signal(signal.SIGTERM)
    (main, other) = ended(processes)
    assert "go on with: trainer rl --resume --name r" in main[2], main[2]
    assert (main[0], other[0]) == (130, 0) and "Traceback" not in main[2] + other[2]
    state = torch.load(tmp_path / "r" / "resume" / "state.pt", weights_only=True)
    assert state["iteration"] == len(list(metrics(tmp_path / "r"))) < 400


def test_alone_nothing_is_exchanged() -> None:
    team = Team()
    parameter = torch.nn.Parameter(torch.ones(1))
    team.sum_gradients([parameter])
    assert parameter.grad is None
    assert team.share([1, 2, 3]) == team.joined([1, 2, 3]) == [1, 2, 3]
    assert team.led(lambda: 5) == team.decided(lambda: 5) == 5
    assert team.everyones("x") == ["x"]
