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
import functools
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

from trace_trainer.engine.atomic import atomic_write, move_in
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import checkpoints_root
from trace_trainer.engine.plugins import loaded_plugins, require_plugins
from trace_trainer.engine.runs.lock import hold, is_held, let_go
from trace_trainer.engine.runs.logs import append, log_line, read_lines
from trace_trainer.engine.runs.manifest import (
    CONFIG,
    MANIFEST,
    Kind,
    Status,
    commit,
    now,
    read_manifest,
    read_settings,
    versions,
)
from trace_trainer.engine.runs.naming import free_names, run_folder
from trace_trainer.engine.runs.place import reserve
from trace_trainer.engine.runs.recorded import (
    lines_fingerprint,
    model_fingerprint,
    require_same_data,
    require_same_model,
    require_same_settings,
    tell_of_other_versions,
)
from trace_trainer.engine.tasks import DEFAULT_TASK
from trace_trainer.engine.terminal.printable import tell

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
        path = run_folder(kind, name) if name is not None else _free_folder(kind, parent)
        reserve(path, kind, overwrite, [parent_path])
        if path.is_dir() and any(path.iterdir()):
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        settings = _plain(dataclasses.asdict(config))
        digests = model_fingerprint(parent_path)
        manifest = {
            "kind": kind,
            "name": path.name,
            "status": "running",
            "created": now(),
            "finished": None,
            "seed": config.seed,
            "parent": {"name": parent, "path": parent_path, **({"sha256": digests} if digests else {})},
            "settings": settings,
            "data": {},
            "versions": versions(),
            "commit": commit(),
            "device": None,
            "plugins": [plugin._asdict() for plugin in loaded_plugins()],
            "recipe": recipe,
        }
        run = cls(path, manifest)
        run._write_manifest()
        with atomic_write(path / CONFIG) as stream:
            yaml.safe_dump(settings, stream, sort_keys=False)
        return run

    @classmethod
    def resume(cls, kind: Kind, name: str | None = None) -> Self:
        """The unfinished run of that name, or the newest one of that kind.

        Raises UserError where there is none, where another process works on it, where its settings or the model that it
        started from have changed since, and where the plugins that it was made with are not loaded.
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
        hold(path)
        if manifest["status"] == "finished":
            raise UserError(
                f"the run in {path} is finished; start another with --name, or replace it with --overwrite"
            )
        called = f"the run {path.name}"
        require_plugins(manifest["plugins"], called)
        run = cls(path, manifest)
        require_same_settings(called, manifest.get("settings") or run.config(), run.config())
        require_same_model(called, manifest["parent"])
        tell_of_other_versions(called, manifest["versions"])
        return run

    @property
    def resume_folder(self) -> Path:
        """Where checkpoints with the optimiser's state go, until the run is finished."""
        return self.path / "resume"

    def config(self) -> dict[str, Any]:
        """The settings that the run was started with. Raises UserError where they can't be read."""
        return read_settings(self.path)

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
        self.manifest["data"][role] = lines_fingerprint(source, lines)
        self._write_manifest()

    def require_data(self, role: str, source: str, lines: Iterable[str]) -> None:
        """Raise UserError where the data of that role are not those that were recorded when the run was started."""
        if role in self.manifest["data"]:
            present = lines_fingerprint(source, lines)
            require_same_data(f"the run {self.path.name}", role, self.manifest["data"][role], present)

    def record_files(self, role: str, files: Sequence[Mapping[str, Any]]) -> None:
        """Note in the manifest which files recorded data came from, each with its hash and its share."""
        self.manifest["data"][role]["files"] = list(files)
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

    def save_weights(self, loaded: LoadedModel, weights: Mapping[str, Any] | None = None) -> None:
        """Write the model, or the adapter where it is one, and the tokenizer into the folder.

        Args:
            weights: as for `LoadedModel.save`.

        They are written beside their places and moved there once they are on the disk, so that an interruption leaves
        the weights of before.
        """
        move_in(functools.partial(loaded.save, weights=weights), self.path)

    def close(self, status: Status) -> None:
        """State how the run ended, and let others at it. A finished run loses what only resuming needs."""
        self.manifest["status"] = status
        self.manifest["finished"] = now() if status == "finished" else None
        self._write_manifest()
        if status == "finished":
            shutil.rmtree(self.resume_folder, ignore_errors=True)
        let_go(self.path)

    def _write_manifest(self) -> None:
        with atomic_write(self.path / MANIFEST) as stream:
            json.dump(self.manifest, stream, indent=2, ensure_ascii=False)
            stream.write("\n")


def newest_run(kind: Kind, task: str | None = None) -> Path | None:
    """The finished run of that kind that ended last, of any task or of the named one; None where there is none."""
    finished = [run for run in _runs(kind) if run.manifest["status"] == "finished"]
    if task is not None:
        finished = [run for run in finished if _task_of(run) == task]
    return max(finished, key=lambda run: run.manifest["finished"]).path if finished else None


def _runs(kind: Kind) -> Iterator[Run]:
    """The runs of that kind; a folder that can't be read is passed over with a warning."""
    root = checkpoints_root()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        try:
            manifest = read_manifest(folder) if folder.is_dir() else None
        except UserError as error:
            _warn(folder, error.message)
            continue
        if manifest is not None and manifest["kind"] == kind:
            yield Run(folder, manifest)


def _task_of(run: Run) -> str | None:
    """The task of a run; None, with a warning, where its settings can't be read."""
    try:
        return str(run.config().get("task", DEFAULT_TASK))
    except UserError as error:
        _warn(run.path, error.message)
        return None


@functools.cache
def _warn(folder: Path, reason: str) -> None:
    tell(f"{folder} is passed over: {reason}")


def _free_folder(kind: Kind, parent: str) -> Path:
    """The folder of the first free name that follows from the parent's, and on which nobody else works."""
    folders = (run_folder(kind, name) for name in free_names(kind, parent))
    return next(folder for folder in folders if not is_held(folder))


def _plain(value: Any) -> Any:
    """Tuples as lists, for YAML."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()}
