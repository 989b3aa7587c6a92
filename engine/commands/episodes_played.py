"""`trainer eval --episodes`: whole installations played with each model, and what came of them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.episodes_table import print_episodes
from trace_trainer.engine.commands.evaluation_journal import evaluation_journal
from trace_trainer.engine.commands.hosted_named import Hosting, models_named
from trace_trainer.engine.evaluation.episodes import evaluate_episodes
from trace_trainer.engine.inference.hosted.endpoint import is_address
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.tasks import Task


def play_episodes(
    models: Sequence[str],
    task: Task[Any],
    how: Mapping[str, Any],
    hosting: Hosting,
    form: str,
    out: Path | None,
    options: Mapping[str, Any],
    resume: bool,
) -> None:
    """Play with each model, by the options of `evaluate_episodes`, and print the figures."""
    with (
        evaluation_journal(out, models, task, how, options, (), resume) as kept,
        atomic_write(out) if out else contextlib.nullcontext(sys.stdout) as stream,
    ):
        for name in models[1:]:  # one that means nothing is said before the first is played with
            if not is_address(name):
                resolve(name)
        played = [
            evaluate_episodes(model, task, kept=kept, **options)
            for model in models_named(models, how, hosting)
        ]
        print_episodes(played, form, stream)
