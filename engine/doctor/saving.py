"""Whether the model can be saved: tried before the run, not after it."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.doctor.failures import Failed
from trace_trainer.engine.places import checkpoints_root

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun

_COPIES = 2
"""Of what is trained, at least: the weights that are kept while new ones are written."""


def saving(run: PreparedRun[Any]) -> str:
    """The model can be written as the run will write it, and there is room for it."""
    from trace_trainer.engine.models.saving import try_saving

    loaded = run.loaded
    parameters = list(loaded.model.parameters())
    if loaded.is_adapter:
        parameters = [p for p in parameters if p.requires_grad]
    size = _COPIES * sum(p.numel() * p.element_size() for p in parameters)
    place = _existing(checkpoints_root())
    free = shutil.disk_usage(place).free
    if free < size:
        raise Failed(
            f"saving takes {size / 1e9:.1f} GB, and {place} has {free / 1e9:.1f} GB left",
            "make room, or name another folder in TRAINER_CHECKPOINTS",
        )
    with TemporaryDirectory() as folder:
        try:
            try_saving(loaded.model, loaded.tokenizer, Path(folder))
        except Exception as error:  # the model's own way of writing itself
            reason = " ".join(str(error).split())
            raise Failed(
                f"the model can't be saved: {reason}", "mend the file of its folder that this names"
            ) from error
    return f"the model can be written; {size / 1e9:.2g} GB of {free / 1e9:,.0f} GB are needed"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
