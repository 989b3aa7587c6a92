"""Each architecture is examined, trained, saved and asked again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from compatibility.architectures import ARCHITECTURES, Architecture

from trace_trainer.engine.doctor.dry_run import dry_run
from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.samples import judged_sample
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import generate

PROBLEMS = sorted(generate("train", 30, seed=1), key=lambda problem: len(problem.trace or ""))[:4]
SMALL = {"max_new_tokens": 8, "eval_count": 2, "learning_rate": 1e-2}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("architectures")


def _folder(architecture: Architecture, tiny: Path, built: Path) -> Path:
    folder = built / architecture.model_type
    return folder if folder.is_dir() else architecture.build(tiny, folder)


each_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.model_type)


@each_architecture
def test_it_learns_and_is_sampled_from(
    architecture: Architecture, tiny_model_dir: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trace_trainer.engine.doctor.dry_run.MEMORISING_SECONDS", 0)
    folder = _folder(architecture, tiny_model_dir, built)
    config = SFTConfig(model=str(folder), **SMALL)
    run = PreparedRun(
        load_trainable(str(folder), config), config, "few", PROBLEMS, HeldOut(config, "few", PROBLEMS)
    )
    assert "greedy decoding works" in dry_run(run)
    figures = evaluate_model(
        run.loaded, task_for("traces", "hermes"), PROBLEMS, max_new_tokens=4, progress=False
    )
    assert figures.n == len(PROBLEMS)


@each_architecture
def test_it_is_updated_and_saved_as_it_is(
    architecture: Architecture, tiny_model_dir: Path, built: Path, checkpoints: Path
) -> None:
    folder = _folder(architecture, tiny_model_dir, built)
    config = RLConfig(group_size=2, prompts_per_iteration=2, minibatches=1, signal_per_step=0, **SMALL)
    loaded = load_trainable(str(folder), config)
    run = Run.create("rl", "tried", config, parent=loaded.name, parent_path=loaded.path)
    loop = NativeLoop(config, loaded, run)
    groups = loop.sample(PROBLEMS[:2])
    samples = [
        [judged_sample(loop.task, problem, rollout, "", config.reward) for rollout in group]
        for problem, group in zip(PROBLEMS, groups, strict=False)
    ]
    for number, sample in enumerate(sample for group in samples for sample in group):
        sample.advantage = 1.0 if number % 2 else -1.0
    before = [parameter.detach().clone() for parameter in loaded.model.parameters()]
    assert loop.update(samples).grad_norms
    assert not all(map(torch.equal, before, loaded.model.parameters()))
    run.save_weights(loaded)
    again = load_model(run.path).model.state_dict()
    assert all(again[name].equal(value) for name, value in loaded.model.state_dict().items())
