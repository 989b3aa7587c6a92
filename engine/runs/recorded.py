"""What a run was made of, as its manifest records it, and what of that has changed when the run is to go on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.names import ADAPTER_CONFIG, adapted_model, resolve
from trace_trainer.engine.runs.manifest import versions
from trace_trainer.engine.terminal.printable import tell

_MODEL_FILES = (
    "*.safetensors",
    "*.bin",
    "*.gguf",
    "config.json",
    ADAPTER_CONFIG,
    "tokenizer.json",
    "*.jinja",
)
_REMEDY = "put it back, or start another run"


def lines_fingerprint(source: str, lines: Iterable[str]) -> dict[str, Any]:
    """What is recorded of data: where they come from, how many rows there are, and a digest of all."""
    digest, rows = hashlib.sha256(), 0
    for line in lines:
        digest.update(line.encode(errors="surrogatepass"))
        rows += 1
    return {"source": source, "rows": rows, "sha256": digest.hexdigest()}


def model_fingerprint(path: str) -> dict[str, str]:
    """The digests of a model's files, by name, and for an adapter of those of its base, however many folders away.

    Empty where the model is no folder here: a hub id names its version itself, or none.
    """
    found: dict[str, str] = {}
    for folder in model_folders(path):
        for file in sorted({file for form in _MODEL_FILES for file in folder.glob(form) if file.is_file()}):
            with file.open("rb") as stream:
                found[f"{folder.name}/{file.name}"] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def model_folders(path: str) -> Iterator[Path]:
    """The folder of a model, for an adapter that of its base, too, and so on; none where it is no folder here."""
    folder = Path(path)
    seen: set[Path] = set()
    while folder.is_dir() and folder.resolve() not in seen:
        yield folder
        seen.add(folder.resolve())
        if not (folder / ADAPTER_CONFIG).is_file():
            return
        try:
            folder = Path(resolve(adapted_model(folder)))
        except UserError:
            return  # whoever loads it says what is wrong with it


def require_same_settings(run: str, recorded: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Raise UserError where the settings in a run's folder are not those that it was started with."""
    changed = [
        f"{key} is {present.get(key)!r}, was {recorded.get(key)!r}"
        for key in {**recorded, **present}
        if present.get(key) != recorded.get(key)
    ]
    if changed:
        raise UserError(
            f"the settings of {run} have changed since it was started ({'; '.join(changed)}): {_REMEDY}"
        )


def require_same_model(run: str, recorded: Mapping[str, Any]) -> None:
    """Raise UserError where the model that a run started from is another one now; `recorded` is the run's `parent`."""
    digests = recorded.get("sha256")
    present = model_fingerprint(str(recorded.get("path"))) if isinstance(digests, dict) else {}
    changed = sorted(
        name for name in {**present, **(digests or {})} if present.get(name) != (digests or {}).get(name)
    )
    if present and changed:
        raise UserError(
            f"{run} started from {recorded['name']}, which has changed since ({', '.join(changed)}): {_REMEDY}"
        )


def require_same_data(run: str, role: str, recorded: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Raise UserError where the data of that role ("train", "eval") are others than those that a run recorded."""
    if recorded["sha256"] != present["sha256"]:
        raise UserError(
            f"the data of {run} have changed since it was started: {role} has {present['rows']:,} rows of "
            f"{present['source']}, {present['sha256'][:12]}, and had {recorded['rows']:,} of {recorded['source']}, "
            f"{recorded['sha256'][:12]}: {_REMEDY}"
        )


def tell_of_other_versions(run: str, recorded: Mapping[str, Any]) -> None:
    """Say which libraries are of other versions than those that a run was started with: its bytes may differ then."""
    present = versions()
    changed = [
        f"{name} {present.get(name)}, was {version}"
        for name, version in recorded.items()
        if name in present and present[name] != version
    ]
    if changed:
        tell(
            f"{run} goes on with other versions ({'; '.join(changed)}), so it may end otherwise than it would have"
        )
