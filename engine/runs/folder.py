"""Run folders: what a training run leaves behind, and how it is found again.

A run lives in `checkpoints/NAME_sft` (SFT) or `checkpoints/NAME` (RL) and holds the weights or the adapter, the
tokenizer with its chat template, `config.yaml`, `manifest.json`, `metrics.jsonl`, `rollouts.jsonl` (RL) and
`eval.json`. Every file is written whole or not at all, except the two logs, which grow by a line; each of their
lines has a `step`. While a run is not finished, what is needed to resume it lies in `resume/`.

`checkpoints` is the project's own folder, or that of the working directory where the package is installed elsewhere;
the environment variable TRAINER_CHECKPOINTS names another one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import itertools
import json
import math
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import yaml

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.packaged import PACKAGES
from trace_trainer.engine.places import PROJECT, SHIPPED_CHECKPOINTS, checkpoints_root
from trace_trainer.engine.tasks import DEFAULT_TASK

if TYPE_CHECKING:  # finding runs must not wait for torch
    from trace_trainer.engine.models.loading import LoadedModel

Kind = Literal["pretrain", "sft", "rl", "average"]
Status = Literal["running", "interrupted", "finished"]

MANIFEST = "manifest.json"
RECORDED = ("trace-trainer", "torch", "transformers", "trl", "peft", "accelerate", "tokenizers")


@dataclasses.dataclass
class Run:
    """One run folder. Made by `create` or `resume`.

    Attributes:
        path: the folder.
        manifest: what `manifest.json` holds.
    """

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def create(
        cls,
        kind: Kind,
        name: str | None,
        config: Any,
        *,
        parent: str,
        parent_path: str,
        overwrite: bool = False,
    ) -> Self:
        """Make the folder of a new run, with its config and its manifest.

        Args:
            kind: which command makes it.
            name: NAME; None derives one from `parent` that is not taken.
            config: the settings, a dataclass with a `seed`.
            parent: name of the model that the run starts from.
            parent_path: where that model lies, a folder or a hub id.
            overwrite: remove an earlier run of the same kind and name.

        Raises UserError where the folder is not empty, and where it may not be removed.
        """
        path = run_folder(kind, name if name is not None else _free_name(kind, parent))
        if path.is_dir() and any(path.iterdir()):
            _remove(path, kind, parent_path, overwrite)
        path.mkdir(parents=True, exist_ok=True)
        manifest = {
            "kind": kind,
            "name": path.name,
            "status": "running",
            "created": _now(),
            "finished": None,
            "seed": config.seed,
            "parent": {"name": parent, "path": parent_path},
            "data": {},
            "versions": _versions(),
            "commit": _commit(),
            "device": None,
        }
        run = cls(path, manifest)
        run._write_manifest()
        with atomic_write(path / "config.yaml") as stream:
            yaml.safe_dump(_plain(dataclasses.asdict(config)), stream, sort_keys=False)
        return run

    @classmethod
    def resume(cls, kind: Kind, name: str | None = None) -> Self:
        """The unfinished run of that name, or the newest one of that kind. Raises UserError where there is none."""
        if name is None:
            unfinished = [run for run in _runs(kind) if run.manifest["status"] != "finished"]
            if not unfinished:
                raise UserError(f"there is no unfinished {kind} run under {checkpoints_root()} to resume")
            path = max(unfinished, key=lambda run: run.manifest["created"]).path
        else:
            path = run_folder(kind, name)
        manifest = read_manifest(path)
        if manifest is None or manifest["kind"] != kind:
            raise UserError(f"{path} holds no {kind} run to resume")
        if manifest["status"] == "finished":
            raise UserError(
                f"the run in {path} is finished; start another with --name, or replace it with --overwrite"
            )
        return cls(path, manifest)

    @property
    def resume_folder(self) -> Path:
        """Where checkpoints with the optimiser's state go, until the run is finished."""
        return self.path / "resume"

    def config(self) -> dict[str, Any]:
        """The settings that the run was started with."""
        stored: dict[str, Any] = yaml.safe_load((self.path / "config.yaml").read_text(encoding="utf-8"))
        return stored

    def log_metrics(self, record: Mapping[str, Any]) -> None:
        """Add a line to `metrics.jsonl`; the record has a `step`."""
        _append(self.path / "metrics.jsonl", [record])

    def metrics(self) -> Iterator[dict[str, Any]]:
        """The lines of `metrics.jsonl` so far."""
        log = self.path / "metrics.jsonl"
        return read_lines(log) if log.exists() else iter(())

    def log_rollouts(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add a line each to `rollouts.jsonl`; every record has a `step`."""
        _append(self.path / "rollouts.jsonl", records)

    def rewind(self, step: int) -> None:
        """Drop what the logs say about steps after `step`: a resumed run will do those again."""
        for log in (self.path / "metrics.jsonl", self.path / "rollouts.jsonl"):
            if log.exists():
                kept = [record for record in read_lines(log) if record["step"] <= step]
                with atomic_write(log) as stream:
                    stream.writelines(_line(record) for record in kept)

    def record_data(self, role: str, source: str, lines: Iterable[str]) -> None:
        """Note in the manifest what the run was trained (`role` "train") or measured on ("eval"): lines of a file."""
        digest, rows = hashlib.sha256(), 0
        for line in lines:
            digest.update(line.encode())
            rows += 1
        self.manifest["data"][role] = {"source": source, "rows": rows, "sha256": digest.hexdigest()}
        self._write_manifest()

    def record_device(self, device: str) -> None:
        """Note in the manifest what the run computes on."""
        self.manifest["device"] = device
        self._write_manifest()

    def save_eval(self, figures: Mapping[str, Any]) -> None:
        """Write `eval.json`."""
        with atomic_write(self.path / "eval.json") as stream:
            json.dump(figures, stream, indent=2, ensure_ascii=False)
            stream.write("\n")

    def save_weights(self, loaded: LoadedModel) -> None:
        """Write the model, or the adapter where it is one, and the tokenizer into the folder.

        They are written beside their places and moved there, so that an interruption leaves the weights of before.
        """
        written = self.path / ".weights"
        shutil.rmtree(written, ignore_errors=True)
        loaded.save(written)
        (written / "README.md").unlink(missing_ok=True)  # PEFT's model card, which says nothing
        for file in written.iterdir():
            file.chmod(0o644)  # safetensors leaves its files to their owner alone
            os.replace(file, self.path / file.name)
        written.rmdir()

    def close(self, status: Status) -> None:
        """State how the run ended. A finished run loses what only resuming needs."""
        self.manifest["status"] = status
        self.manifest["finished"] = _now() if status == "finished" else None
        self._write_manifest()
        if status == "finished":
            shutil.rmtree(self.resume_folder, ignore_errors=True)

    def _write_manifest(self) -> None:
        with atomic_write(self.path / MANIFEST) as stream:
            json.dump(self.manifest, stream, indent=2, ensure_ascii=False)
            stream.write("\n")


def run_folder(kind: Kind, name: str) -> Path:
    """Where the run NAME of that kind lies: NAME_sft for SFT, NAME for others.

    Raises UserError for a bad name, and for that of a model that comes with the program, which the run would hide: an
    adapter so named would be its own base.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UserError(f"{name!r} is no name for a run: use letters, digits, dots, dashes and underscores")
    folder = _folder_name(kind, name)
    if _is_shipped(folder):
        raise UserError(f"{folder} is a model that comes with the program; choose another --name")
    return checkpoints_root() / folder


def newest_run(kind: Kind, task: str | None = None) -> Path | None:
    """The finished run of that kind that ended last, of any task or of the named one; None where there is none."""
    finished = [run for run in _runs(kind) if run.manifest["status"] == "finished"]
    if task is not None:
        finished = [run for run in finished if run.config().get("task", DEFAULT_TASK) == task]
    return max(finished, key=lambda run: run.manifest["finished"]).path if finished else None


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest holds; None where it has none."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"can't read {folder / MANIFEST}: {error}") from None
    return manifest


def read_lines(log: Path) -> Iterator[dict[str, Any]]:
    """The records of a log; a last line that was torn by a crash is left out."""
    # Not splitlines(): a completion may hold other characters that end a line, such as U+2028.
    for line in log.read_text(encoding="utf-8").split("\n")[:-1]:
        yield json.loads(line)


def _runs(kind: Kind) -> Iterator[Run]:
    root = checkpoints_root()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        manifest = read_manifest(folder) if folder.is_dir() else None
        if manifest is not None and manifest.get("kind") == kind:
            yield Run(folder, manifest)


def _free_name(kind: Kind, parent: str) -> str:
    """The parent's name without what marks it as a base or an SFT run, with a number where that is taken."""
    stem = re.sub(
        r"[^A-Za-z0-9._-]", "-", Path(parent).name.removesuffix("_sft").removesuffix("-base")
    ).lstrip("._-")
    stem = stem or "run"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not _is_taken(_folder_name(kind, name)))


def _folder_name(kind: Kind, name: str) -> str:
    return f"{name}_sft" if kind == "sft" else name


def _is_taken(folder: str) -> bool:
    path = checkpoints_root() / folder
    return _is_shipped(folder) or (path.is_dir() and any(path.iterdir()))


def _is_shipped(folder: str) -> bool:
    """Whether a model that comes with the program has that name: a packaged one, or weights that no run left."""
    path = SHIPPED_CHECKPOINTS / folder
    return folder in PACKAGES or (any(path.glob("*.safetensors")) and not (path / MANIFEST).exists())


def _remove(path: Path, kind: Kind, parent_path: str, overwrite: bool) -> None:
    manifest = read_manifest(path)
    if manifest is None or manifest.get("kind") != kind:
        raise UserError(f"{path} is not empty and holds no {kind} run; choose another --name")
    if not overwrite:
        offer = "" if manifest["status"] == "finished" else ", go on with it with --resume"
        raise UserError(
            f"{path} already holds a run; choose another --name{offer}, or replace it with --overwrite"
        )
    if Path(parent_path).resolve() == path.resolve():
        raise UserError(f"{path} is the model that this run starts from; choose another --name")
    shutil.rmtree(path)


def _append(log: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.writelines(_line(record) for record in records)


def _line(record: Mapping[str, Any]) -> str:
    """A record as a line of JSON, which has no word for a number that is not finite: null stands for it."""
    finite = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in record.items()}
    return json.dumps(finite, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """Tuples as lists, for YAML."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in RECORDED:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return versions


def _commit() -> str | None:
    """The project's git commit, marked where files differ from it; None outside a checkout."""
    if not (PROJECT / ".git").exists():
        return None
    try:
        git = ["git", "-C", str(PROJECT), "describe", "--always", "--abbrev=40", "--dirty"]
        done = subprocess.run(git, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
