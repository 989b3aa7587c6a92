"""When older checkpoints go."""

from __future__ import annotations

from pathlib import Path

import pytest
from accelerate import PartialState
from transformers import TrainerControl, TrainerState, TrainingArguments

from trace_trainer.engine.runs.checkpoints import DurableCheckpoints


def test_an_older_checkpoint_stays_until_every_process_has_written_its_part_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = tmp_path / "checkpoint-1", tmp_path / "checkpoint-2"
    for folder in (older, newer):
        folder.mkdir()
    there: list[bool] = []
    monkeypatch.setattr(PartialState, "wait_for_everyone", lambda _: there.append(older.exists()))
    arguments = TrainingArguments(output_dir=str(tmp_path), report_to=[])
    DurableCheckpoints().on_save(arguments, TrainerState(global_step=2), TrainerControl())
    assert there == [True]
    assert not older.exists() and newer.exists()
