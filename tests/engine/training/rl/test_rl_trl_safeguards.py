"""What holds the native loop back holds TRL's trainers back, too: looks, falls, few signals, no reward at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from trace_trainer.engine.commands.examined_training import train_rl
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl import trl_hooks
from trace_trainer.engine.training.rl.collapse import NothingEarnedError
from trace_trainer.engine.training.rl.keeping import Keeper, Look
from trace_trainer.engine.training.rl.trl_hooks import VerifierReward


@pytest.fixture
def config(tiny_model_dir: Path, checkpoints: Path) -> RLConfig:
    """Four iterations of two steps on four groups of four."""
    return RLConfig(
        model=str(tiny_model_dir),
        backend="trl",
        iterations=4,
        prompts_per_iteration=4,
        group_size=4,
        minibatches=2,
        max_new_tokens=8,
        eval_count=2,
        learning_rate=1e-3,
        collapse=0,
    )


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rewards that differ within groups, which a random model's traces never do."""

    def pay(
        self: VerifierReward, *, completion_ids: list[list[int]], index: list[int], **_: Any
    ) -> list[float]:
        judged = [self._judge(self.problems[n], ids) for n, ids in zip(index, completion_ids, strict=True)]
        for sample, ids in zip(judged, completion_ids, strict=True):
            sample.reward = sum(ids) % 7 / 7
        self.samples = [judged[start : start + 4] for start in range(0, len(judged), 4)]
        return [sample.reward or 0.0 for sample in judged]

    monkeypatch.setattr(VerifierReward, "__call__", pay)


def trained(config: RLConfig) -> Run:
    return train_rl(config, "own", skip=["reward", "lengths"])[0]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name: value.detach() for name, value in load_model(folder).model.named_parameters()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one | other)


def test_a_run_that_earns_nothing_ends_after_three_iterations_and_leaves_a_model(
    config: RLConfig, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NothingEarnedError, match="no sample was right in 3 iterations in a row"):
        trained(config)
    assert "none of the 16 samples of the first iteration was right" in capsys.readouterr().err
    assert load_model(checkpoints / "own").name == "own"


@pytest.mark.usefixtures("paid")
def test_a_fall_that_lasts_ends_the_run_with_the_best_weights(
    config: RLConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = {0: 50, 1: 80, 2: 30, 3: 30}
    monkeypatch.setattr(
        Keeper, "_look", lambda _, at: Look(at, (True,) * solved[at] + (False,) * (100 - solved[at]))
    )
    run = trained(replace(config, eval_every=1))
    steps = [("eval" in record, record["step"]) for record in run.metrics()]
    assert steps == [(True, 0), *((looked, at) for at in (1, 2, 3) for looked in (False, True))]
    assert run.manifest["status"] == "finished"
    assert run.manifest["kept"]["iteration"] == 1


@pytest.mark.usefixtures("paid")
def test_steps_are_as_much_shorter_as_their_samples_are_too_few(
    config: RLConfig, tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(config, iterations=1, keep="last")
    monkeypatch.setattr(trl_hooks, "fed_share", lambda *_: 0.0)
    assert same(weights(trained(config).path), weights(tiny_model_dir))
