"""The names of runs, and the folders that they mean."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.packaged import PACKAGES
from trace_trainer.engine.places import SHIPPED_CHECKPOINTS, checkpoints_root
from trace_trainer.engine.runs.manifest import MANIFEST, Kind

LONGEST_NAME = 100
"""Characters of a run's name, at most: more files than one are called after it."""
_STEM = LONGEST_NAME - 10  # room for a number


def run_folder(kind: Kind, name: str) -> Path:
    """Where the run NAME of that kind lies: NAME_sft for SFT, NAME for others.

    Raises UserError for a bad name, and for that of a model that comes with the program, which the run would hide: an
    adapter so named would be its own base.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or len(name) > LONGEST_NAME:
        shown = repr(name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}...")
        raise UserError(
            f"{shown} is no name for a run: use letters, digits, dots, dashes and underscores, {LONGEST_NAME} at most"
        )
    folder = _folder_name(kind, name)
    if _is_shipped(folder):
        raise UserError(f"{folder} is a model that comes with the program; choose another --name")
    return checkpoints_root() / folder


def free_names(kind: Kind, parent: str) -> Iterator[str]:
    """The parent's name without what marks it as a base or an SFT run, and that with numbers, less what is taken."""
    stem = re.sub(
        r"[^A-Za-z0-9._-]", "-", Path(parent).name.removesuffix("_sft").removesuffix("-base")
    ).lstrip("._-")
    stem = stem[:_STEM] or "run"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return (name for name in names if not _is_taken(_folder_name(kind, name)))


def _folder_name(kind: Kind, name: str) -> str:
    return f"{name}_sft" if kind == "sft" else name


def _is_taken(folder: str) -> bool:
    path = checkpoints_root() / folder
    return _is_shipped(folder) or (path.is_dir() and any(path.iterdir()))


def _is_shipped(folder: str) -> bool:
    """Whether a model that comes with the program has that name: a packaged one, or weights that no run left."""
    path = SHIPPED_CHECKPOINTS / folder
    return folder in PACKAGES or (any(path.glob("*.safetensors")) and not (path / MANIFEST).exists())
