"""Several processes of `trainer rl --backend trl`: all sample, the verifier judges all, one writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.processes import VARIED, ended, start

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.trl_settings import Division, divided, require_trl

CONFIG = RLConfig(backend="trl", objective="grpo", prompts_per_iteration=4, group_size=4, minibatches=2)
SETTINGS = (
    "--backend", "trl", "--objective", "grpo", "--iters", "2", "--prompts-per-iteration", "3", "--group-size", "4",
    "--minibatches", "2", "--eval-count", "2", "--max-new-tokens", "8", "--collapse", "0", "--learning-rate", "1e-2",
    *(word for check in ("lengths", "dry-run", "reward", "gold") for word in ("--skip-doctor", check)),
)  # fmt: skip


def test_problems_of_an_iteration_are_shared_and_logged_once_in_their_order(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    """Each process samples six completions, so the group of the second problem lies on both."""
    given = ("rl", "--model", tiny_model_dir, "--reward", VARIED, *SETTINGS, "--name", "r")
    (main, other) = ended(start(tmp_path, *given))
    assert main[0] == other[0] == 0, main[2] + other[2]
    assert "saved in" in main[1] and other[1] == ""
    rollouts = [json.loads(line) for line in (tmp_path / "r" / "rollouts.jsonl").read_text().splitlines()]
    assert [record["id"] for record in rollouts] == [f"train-500000-{i}" for i in range(6) for _ in range(4)]
    assert len({record["completion"] for record in rollouts[:12]}) > 6
    metrics = [json.loads(line) for line in (tmp_path / "r" / "metrics.jsonl").read_text().splitlines()]
    iterations = [line for line in metrics if "eval" not in line]
    assert [line["step"] for line in iterations] == [1, 2]
    assert all(sum(line["outcomes"].values()) == 12 for line in iterations)
    assert max(line["grad_norm"] for line in iterations) > 0


def test_a_minibatch_is_divided_among_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert divided(CONFIG, longest=20) == Division(4, 2)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert divided(CONFIG, longest=20) == Division(4, 1)


def test_a_minibatch_that_cannot_be_divided_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(UserError, match="--minibatches 2 and 3 processes"):
        require_trl(CONFIG)


def test_what_is_bounded_is_what_one_process_samples_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UserError, match="samples the 8 completions"):
        require_trl(replace(CONFIG, sample_batch=7))
