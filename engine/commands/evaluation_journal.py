"""What `trainer eval` keeps beside its output, so that it can go on: the batches that it sampled, model by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from trace_trainer.engine.commands.models_asked import local_folder
from trace_trainer.engine.runs.journal import Journal, journal
from trace_trainer.engine.runs.manifest import versions
from trace_trainer.engine.runs.recorded import lines_fingerprint, model_fingerprint
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.context import context_of


def evaluation_journal(
    out: Path | None,
    models: Sequence[str],
    task: Task[Any],
    how: Mapping[str, Any],
    settings: Mapping[str, Any],
    problems: Sequence[Any],
    resume: bool,
) -> AbstractContextManager[Journal]:
    """The journal of an evaluation of these models on these problems.

    Args:
        how: the models are loaded, as `load_model` takes it.
        settings: those of sampling and judging.
    """
    read = {f"model {name}": model_fingerprint(str(local_folder(name))) for name in models} if out else {}
    asked = {
        "task": task.name,
        "call format": getattr(task, "format", None),
        "card": getattr(task, "card", None),
        "context": context_of(task),
    }
    held = lines_fingerprint("", map(task.line, problems))["sha256"]
    return journal(out, {**read, **asked, **how, **settings, "problems": held, **versions()}, resume=resume)
