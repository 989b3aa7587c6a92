"""Run folders: what a training run leaves behind, and how it is found again.

A run lives in `checkpoints/NAME_sft` (SFT) or `checkpoints/NAME` (RL) and holds the weights or the adapter, the
tokenizer with its chat template, `config.yaml`, `manifest.json`, `metrics.jsonl`, `rollouts.jsonl` (RL), `eval.json`
and the held-out completions behind it, `completions.jsonl`. Every file is written whole or not at all, except the two
logs, which grow by a line; each of their lines has a `step`. While a run is not finished, what is needed to resume it
lies in `resume/`.

`checkpoints` is the project's own folder, or that of the working directory where the package is installed elsewhere;
the environment variable TRAINER_CHECKPOINTS names another one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import checkpoints_root
from trace_trainer.engine.plugins import loaded_plugins, require_plugins
from trace_trainer.engine.runs.logs import append, log_line, read_lines
from trace_trainer.engine.runs.manifest import MANIFEST, Kind, Status, commit, now, read_manifest, versions
from trace_trainer.engine.runs.naming import free_name, run_folder
from trace_trainer.engine.tasks import DEFAULT_TASK

if TYPE_CHECKING:  # finding runs must not wait for torch
    from trace_trainer.engine.models.loading import LoadedModel

COMPLETIONS = "completions.jsonl"


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
        recipe: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make the folder of a new run, with its config and its manifest.

        Args:
            kind: which command makes it.
            name: NAME; None derives one from `parent` that is not taken.
            config: the settings, a dataclass with a `seed`.
            parent: name of the model that the run starts from.
            parent_path: where that model lies, a folder or a hub id.
            overwrite: remove an earlier run of the same kind and name.
            recipe: what the settings came from, so that the next stage can go on with it.

        Raises UserError where the folder is not empty, and where it may not be removed.
        """
        path = run_folder(kind, name if name is not None else free_name(kind, parent))
        require_place(path, kind, overwrite)
        if path.is_dir() and any(path.iterdir()):
            _remove(path, parent_path)
        path.mkdir(parents=True, exist_ok=True)
        manifest = {
            "kind": kind,
            "name": path.name,
            "status": "running",
            "created": now(),
            "finished": None,
            "seed": config.seed,
            "parent": {"name": parent, "path": parent_path},
            "data": {},
            "versions": versions(),
            "commit": commit(),
            "device": None,
            "plugins": [plugin._asdict() for plugin in loaded_plugins()],
            "recipe": recipe,
        }
        run = cls(path, manifest)
        run._write_manifest()
        with atomic_write(path / "config.yaml") as stream:
            yaml.safe_dump(_plain(dataclasses.asdict(config)), stream, sort_keys=False)
        return run

    @classmethod
    def resume(cls, kind: Kind, name: str | None = None) -> Self:
        """The unfinished run of that name, or the newest one of that kind.

        Raises UserError where there is none, and where the plugins that it was made with are not loaded.
        """
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
        require_plugins(manifest.get("plugins", ()), f"the run {path.name}")
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
        append(self.path / "metrics.jsonl", [record])

    def metrics(self) -> Iterator[dict[str, Any]]:
        """The lines of `metrics.jsonl` so far."""
        log = self.path / "metrics.jsonl"
        return read_lines(log) if log.exists() else iter(())

    def log_rollouts(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add a line each to `rollouts.jsonl`; every record has a `step`."""
        append(self.path / "rollouts.jsonl", records)

    def rewind(self, step: int) -> None:
        """Drop what the logs say about steps after `step`: a resumed run will do those again."""
        for log in (self.path / "metrics.jsonl", self.path / "rollouts.jsonl"):
            if log.exists():
                kept = [record for record in read_lines(log) if record["step"] <= step]
                with atomic_write(log) as stream:
                    stream.writelines(log_line(record) for record in kept)

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

    def save_completions(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write `completions.jsonl`, a judged completion a line."""
        with atomic_write(self.path / COMPLETIONS) as stream:
            stream.writelines(map(log_line, rows))

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
        self.manifest["finished"] = now() if status == "finished" else None
        self._write_manifest()
        if status == "finished":
            shutil.rmtree(self.resume_folder, ignore_errors=True)

    def _write_manifest(self) -> None:
        with atomic_write(self.path / MANIFEST) as stream:
            json.dump(self.manifest, stream, indent=2, ensure_ascii=False)
            stream.write("\n")


def newest_run(kind: Kind, task: str | None = None) -> Path | None:
    """The finished run of that kind that ended last, of any task or of the named one; None where there is none."""
    finished = [run for run in _runs(kind) if run.manifest["status"] == "finished"]
    if task is not None:
        finished = [run for run in finished if run.config().get("task", DEFAULT_TASK) == task]
    return max(finished, key=lambda run: run.manifest["finished"]).path if finished else None


def _runs(kind: Kind) -> Iterator[Run]:
    root = checkpoints_root()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        manifest = read_manifest(folder) if folder.is_dir() else None
        if manifest is not None and manifest.get("kind") == kind:
            yield Run(folder, manifest)


def require_place(path: Path, kind: Kind, overwrite: bool) -> None:
    """Raise UserError where a run can't be made in that folder: it holds something that may not be replaced."""
    if not path.is_dir() or not any(path.iterdir()):
        return
    manifest = read_manifest(path)
    if manifest is None or manifest.get("kind") != kind:
        raise UserError(f"{path} is not empty and holds no {kind} run; choose another --name")
    if not overwrite:
        offer = "" if manifest["status"] == "finished" else ", go on with it with --resume"
        raise UserError(
            f"{path} already holds a run; choose another --name{offer}, or replace it with --overwrite"
        )


def _remove(path: Path, parent_path: str) -> None:
    if Path(parent_path).resolve() == path.resolve():
        raise UserError(f"{path} is the model that this run starts from; choose another --name")
    shutil.rmtree(path)


def _plain(value: Any) -> Any:
    """Tuples as lists, for YAML."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()}
