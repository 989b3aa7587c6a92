"""A run goes on only with what it was started with: settings, model, data, and a checkpoint that is whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import Trainer, TrainingArguments

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.checkpoints import (
    SavedStep,
    newest_checkpoint,
    resumed_from,
    whole_checkpoints,
)
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.manifest import read_manifest
from trace_trainer.engine.settings.stages import SFTConfig


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """An adapter and its base, of a few bytes each."""
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    for folder in (base, adapter):
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"weights")
    (base / "config.json").write_text("{}")
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))
    return adapter


@pytest.fixture
def run(checkpoints: Path, parent: Path) -> Run:
    made = Run.create("sft", "shop", SFTConfig(), parent="adapter", parent_path=str(parent))
    made.record_data("train", "a.jsonl", ["one\n", "two\n"])
    made.close("interrupted")
    return made


def test_it_resumes_where_nothing_has_changed(run: Run) -> None:
    Run.resume("sft", "shop").require_data("train", "elsewhere/a.jsonl", ["one\n", "two\n"])


def test_settings_that_have_changed_are_named(run: Run) -> None:
    config = run.path / "config.yaml"
    config.write_text(config.read_text().replace("seed: 0", "seed: 5"))
    with pytest.raises(UserError, match=r"settings of the run shop_sft have changed .*\(seed is 5, was 0\)"):
        Run.resume("sft", "shop")


@pytest.mark.parametrize("changed", ["adapter/model.safetensors", "base/model.safetensors"])
def test_a_parent_that_has_changed_is_named(run: Run, tmp_path: Path, changed: str) -> None:
    (tmp_path / changed).write_bytes(b"others")
    with pytest.raises(UserError, match=rf"started from adapter, which has changed since \({changed}\)"):
        Run.resume("sft", "shop")


def test_data_that_have_changed_are_named(run: Run) -> None:
    resumed = Run.resume("sft", "shop")
    with pytest.raises(UserError, match=r"train has 1 rows of a\.jsonl, .* and had 2 of a\.jsonl"):
        resumed.require_data("train", "a.jsonl", ["one\n"])


def test_other_versions_are_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = read_manifest(run.path)
    assert manifest is not None
    manifest["versions"]["torch"] = "1.0"
    (run.path / "manifest.json").write_text(json.dumps(manifest))
    Run.resume("sft", "shop")
    assert "the run shop_sft goes on with other versions (torch " in capsys.readouterr().err


def checkpoint(folder: Path, step: int) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    save_file({"a": torch.zeros(100)}, path / "model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        torch.save({"a": torch.zeros(100)}, path / name)
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    return path


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "model.safetensors").unlink(),
        lambda path: cut(path / "model.safetensors"),
        lambda path: cut(path / "optimizer.pt"),
        lambda path: (path / "scheduler.pt").unlink(),
        lambda path: (path / "trainer_state.json").write_text("{"),
        lambda path: (path / "trainer_state.json").write_text('{"global_step": "20"}'),
        lambda path: cut(path / "rng_state.pth"),
    ],
)
def test_the_newest_whole_checkpoint_is_taken(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    older = checkpoint(tmp_path, 10)
    damage(checkpoint(tmp_path, 20))
    (tmp_path / "checkpoint-best").mkdir()
    found = newest_checkpoint(tmp_path)
    assert found is not None and (found.path, found.step) == (older, 10)


def test_a_state_without_weights_is_refused(tmp_path: Path) -> None:
    (checkpoint(tmp_path, 10) / "model.safetensors").unlink()
    with pytest.raises(UserError, match="checkpoint-10 holds a state without weights"):
        newest_checkpoint(tmp_path)


def test_what_was_half_saved_when_the_disk_was_full_goes_and_the_last_checkpoint_stays(
    tmp_path: Path,
) -> None:
    older, half = checkpoint(tmp_path, 10), checkpoint(tmp_path, 20)
    (half / "trainer_state.json").unlink()
    with pytest.raises(OSError, match="28"), whole_checkpoints(tmp_path):
        raise OSError(28, "28")
    assert older.exists() and not half.exists()


def test_a_checkpoint_that_the_trainer_can_not_load_is_one_line(tmp_path: Path) -> None:
    arguments = TrainingArguments(str(tmp_path), report_to=[], use_cpu=True)
    trainer, saved = Trainer(torch.nn.Linear(1, 1), arguments), SavedStep(tmp_path / "checkpoint-10", 10)
    with (
        pytest.raises(UserError, match=r"^can't go on from .*checkpoint-10: torn$"),
        resumed_from(saved, trainer),
    ):
        raise ValueError("torn\nand more")
    trainer.state.global_step = 11
    with pytest.raises(ValueError, match="later"), resumed_from(saved, trainer):
        raise ValueError("later")
