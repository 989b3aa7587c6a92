"""Checkpoints of Transformers' trainers: whole ones are kept and found, others are passed over and removed.

The trainers themselves neither wait for the disk nor keep the old checkpoint until the new one is on it.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accelerate import PartialState
from safetensors import SafetensorError, safe_open
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from trace_trainer.engine.atomic import sync_folder, sync_tree
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.ranks import is_main

_STATE = "trainer_state.json"  # the trainers write it last
_ARCHIVES = ("optimizer.pt", "scheduler.pt")
_IN_PARTS = ("optimizer.bin", "optimizer_0", "global_step*")
"""What FSDP and DeepSpeed write in their place, one of these."""


@dataclass(frozen=True, slots=True)
class SavedStep:
    """A checkpoint to resume from: the trainer's folder, and the step that it was saved after."""

    path: Path
    step: int


def newest_checkpoint(folder: Path) -> SavedStep | None:
    """The newest whole checkpoint of a trainer; None where there is none, or only what a crash left half done.

    Raises UserError where a state is left whose weights are gone, and no older checkpoint.
    """
    saved = [SavedStep(path, int(path.name.removeprefix("checkpoint-"))) for path in _checkpoints(folder)]
    newest = max((one for one in saved if _lack(one.path) is None), key=lambda one: one.step, default=None)
    if newest is None:
        for one in saved:
            if _is_finished(one.path):
                raise UserError(f"{one.path} {_lack(one.path)}: put it back, or start again")
    return newest


@contextmanager
def whole_checkpoints(folder: Path) -> Iterator[None]:
    """Where the block ends with an error, as that of a full disk, what it left half saved is removed."""
    try:
        yield
    except BaseException:
        for path in _checkpoints(folder):
            if is_main() and not _is_finished(path):
                shutil.rmtree(path, ignore_errors=True)
        raise


@contextmanager
def resumed_from(checkpoint: SavedStep | None, trainer: Trainer) -> Iterator[None]:
    """In the block a trainer goes on from a checkpoint; where it can't, as its first step shows, that is one line."""
    try:
        yield
    except (UserError, OSError):
        raise
    except Exception as error:
        if checkpoint is None or trainer.state.global_step > checkpoint.step:
            raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UserError(f"can't go on from {checkpoint.path}: {reason}") from error


class DurableCheckpoints(TrainerCallback):
    """Removes older checkpoints once the new one is on the disk; for a trainer that keeps all itself.

    Every process writes a part of it. One that is lost before it has leaves that checkpoint torn, and the older ones in
    place.
    """

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        PartialState().wait_for_everyone()
        if not state.is_world_process_zero:
            return
        folder = Path(str(args.output_dir))
        newest = folder / f"checkpoint-{state.global_step}"
        sync_tree(newest)
        sync_folder(folder)
        for path in _checkpoints(folder):
            if path != newest:
                shutil.rmtree(path)


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdecimal()]


def _is_finished(path: Path) -> bool:
    """Whether the saving of a checkpoint came to its end."""
    try:
        state = json.loads((path / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(state, dict) and state.get("global_step") == int(path.name.removeprefix("checkpoint-"))


def _lack(path: Path) -> str | None:
    """What a checkpoint lacks to be whole, as the end of a sentence; None where it is."""
    if not _is_finished(path):
        return f"has no {_STATE} that can be read"
    weights = list(path.glob("*.safetensors"))
    if not weights:
        return "holds a state without weights"
    for file in weights:
        try:
            with safe_open(file, framework="np"):
                pass
        except (OSError, SafetensorError):
            return f"holds {file.name} only in part"
    in_parts = any(found for pattern in _IN_PARTS for found in path.glob(pattern))
    of_processes = [file.name for file in path.glob("rng_state_*.pth")]
    whole = [*(() if in_parts else _ARCHIVES), *(of_processes or ["rng_state.pth"])]
    torn = [name for name in whole if not zipfile.is_zipfile(path / name)]
    return f"has no {torn[0]}, or only a part of it" if torn else None
