"""The place of a run that is about to be made: nobody else works there, and nothing that is needed is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.names import embedded_models
from trace_trainer.engine.runs.lock import hold
from trace_trainer.engine.runs.manifest import Kind, read_manifest
from trace_trainer.engine.runs.recorded import model_folders


def reserve(path: Path, kind: Kind, overwrite: bool, reads: Iterable[str | None] = ()) -> None:
    """Keep a folder for a run of this process, which reads these files and models.

    Raises UserError where a run can't be made there: another process works on one, or the folder holds something that
    may not be replaced, or that the run reads.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    hold(path)
    if not path.is_dir() or not any(path.iterdir()):
        return
    manifest = read_manifest(path)
    if manifest is None or manifest["kind"] != kind:
        raise UserError(f"{path} is not empty and holds no {kind} run; choose another --name")
    if not overwrite:
        offer = "" if manifest["status"] == "finished" else ", go on with it with --resume"
        raise UserError(
            f"{path} already holds a run; choose another --name{offer}, or replace it with --overwrite"
        )
    for name in filter(None, reads):
        if any(path.resolve() in (read, *read.parents) for read in _places(name)):
            raise UserError(
                f"{path} holds {name}, which this run starts from or reads; choose another --name"
            )


def _places(name: str) -> list[Path]:
    """Where the file or the model of that name lies, and what the model adapts."""
    place = embedded_models().get(name, Path(name))
    return [place.resolve(), *(folder.resolve() for folder in model_folders(str(place)))]
