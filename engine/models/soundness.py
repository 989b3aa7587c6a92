"""What can be wrong with the files and the weights of a model, each in one line that names it.

The libraries fill weights that a checkpoint lacks with random values, leave out what they have no place for, and say so
in a table among their warnings. Here each of these is an error: what is evaluated or trained is what was saved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import torch

from trace_trainer.engine.errors import UserError

_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
_POINTER_BYTES = 1024
_FILES = ("*.safetensors", "*.bin", "*.json", "*.model", "*.gguf", "*.jinja", "*.txt")
_NAMED = 3
_LAYER = re.compile(r"\.\d+\.")


def check_files(place: Path) -> None:
    """Raise UserError where a model's file, or one in its folder, is only what Git LFS keeps in its place."""
    files = (
        [place] if place.is_file() else [file for pattern in _FILES for file in sorted(place.glob(pattern))]
    )
    for file in files:
        if file.stat().st_size <= _POINTER_BYTES and file.read_bytes().startswith(_LFS_POINTER):
            raise UserError(
                f"{file} is a pointer of Git LFS, not the file itself: run git lfs pull where it was cloned"
            )


def check_loading(name: str, info: dict[str, Any]) -> list[str]:
    """Raise UserError where the weights in a model's files are not those that its configuration asks for.

    Args:
        name: of the model, for the message.
        info: what Transformers says of the loading (`output_loading_info`).

    Returns the weights that the model has no place for and can do without, such as the head of another task.
    """
    if mismatched := sorted(info["mismatched_keys"]):
        key, saved, wanted = mismatched[0]
        raise UserError(
            f"{name}: {key} has the shape {_shape(saved)} in its files, and {_shape(wanted)} by its config.json"
            f"{_more(len(mismatched) - 1)}; take the config.json that belongs to the weights"
        )
    if missing := info["missing_keys"]:
        raise UserError(
            f"{name}: weights are missing from its files: {listed(missing)}; they would be random. "
            "Save the model whole, or take the config.json that belongs to the weights"
        )
    if errors := info["error_msgs"]:
        raise UserError(unloadable(name, ValueError("; ".join(map(str, errors)))))
    unexpected = sorted(info["unexpected_keys"])
    if layers := [key for key in unexpected if _LAYER.search(key)]:
        raise UserError(
            f"{name}: its files hold weights that a model of its config.json has no place for: {listed(layers)}; "
            "take the config.json that belongs to the weights"
        )
    return unexpected


def check_adapter(name: str, missing: Collection[str], unexpected: Collection[str], base: str) -> None:
    """Raise UserError where the weights of an adapter are not those that it needs on this base.

    Args:
        name: of the adapter, for the message.
        missing, unexpected: names of its weights that its files lack, and that it has no place for, by PEFT.
        base: of the model that it is put on.
    """
    for keys, wrong in ((missing, "lack"), (unexpected, "hold weights without a place in the model:")):
        if keys:
            raise UserError(
                f"the adapter {name} does not fit {base}: its files {wrong} {listed(keys)}; name the model that it was "
                "trained on with --base"
            )


def check_finite(name: str, model: torch.nn.Module) -> None:
    """Raise UserError where a weight is infinite or no number at all."""
    for key, weight in model.named_parameters():
        if not weight.is_floating_point() or weight.device.type == "meta" or not weight.numel():
            continue
        low, high = torch.aminmax(weight.detach())  # NaN in either where there is one
        if not (low.isfinite() and high.isfinite()):
            found = "NaN" if bool(low.isnan()) else "an infinite value"
            raise UserError(
                f"{name}: the weight {key} holds {found}, so whatever the model writes would be noise; take an earlier "
                "checkpoint, or train again at a lower --learning-rate"
            )


def unloadable(name: str, error: Exception, place: Path | None = None) -> str:
    """A line that says why a model can't be loaded, without what only a programmer can act on.

    Args:
        place: its folder, where it has one here.
    """
    text = str(error)
    if "trust_remote_code" in text or "custom code" in text or (place is not None and _has_code(place)):
        return (
            f"{name} brings Python code of its own, which is never run here; take a model whose architecture is part "
            "of Transformers, or one converted to it"
        )
    if isinstance(error, KeyError):
        return f"can't load {name}: one of its JSON files lacks {text}, so it is cut, or of another program"
    if "weights_only" in text:  # PyTorch advises to run what the file holds
        return f"can't load {name}: a weight file is none of PyTorch's, or not of weights alone; save it as safetensors"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reason = (
        " ".join(lines[:2]) if lines and lines[0].endswith(":") else next(iter(lines), type(error).__name__)
    )
    return f"can't load {name}: {reason}"


def _has_code(place: Path) -> bool:
    """Whether a folder's configuration names Python code for the model's architecture."""
    try:
        config = json.loads((place / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and bool(config.get("auto_map"))


def listed(keys: Iterable[str]) -> str:
    """Some of the names, and how many more there are."""
    names = sorted(key.removeprefix("base_model.model.").replace(".default", "") for key in keys)
    return ", ".join(names[:_NAMED]) + _more(len(names) - _NAMED)


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _shape(size: Iterable[int]) -> str:
    return f"[{', '.join(map(str, size))}]"
