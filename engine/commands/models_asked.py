"""Which model is asked, for what and how, where the user does not say: by `trainer eval` and `trainer solve` alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import newest_run
from trace_trainer.engine.runs.manifest import CONFIG, read_settings
from trace_trainer.engine.settings.declaring import with_present_names
from trace_trainer.engine.settings.recipes import load_recipe, recipe_names
from trace_trainer.engine.settings.stages import DEFAULT_MODEL
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK, TASKS, Task, task_for
from trace_trainer.engine.tasks.context import in_context, read_context
from trace_trainer.engine.terminal.printable import tell

_GIVE = "these models were trained with different ones of {{}}: give --{}"


def default_model(task: str | None = None) -> str:
    """Where no model is named: the newest RL run, else the newest SFT run, else the base; of a task if one is named.

    That it is the base, which was never trained for anything, is said on standard error.
    """
    newest = newest_run("rl", task) or newest_run("sft", task)
    if newest:
        return str(newest)
    base = load_recipe(task).sft.model if task in recipe_names() else DEFAULT_MODEL
    what = f"run of the task {task}" if task else "run"
    tell(
        f"there is no finished {what}, so this is {base}, an untrained base, which has never seen one right reply: "
        f"run trainer sft first, or name a model with --model"
    )
    return base


def asked_task(
    models: Sequence[str],
    name: str | None = None,
    format: str | None = None,
    card: bool | None = None,
    context: str | None = None,
) -> Task[Any]:
    """The task that models are evaluated on: what is given, else what they were trained for.

    All of them are asked alike, those too that were trained without the card or the context of another.

    Args:
        context: a file, or NO_CONTEXT.

    Raises UserError where they were trained for different ones.
    """
    settings = [found for found in map(run_settings, models) if found]
    if name is None:
        name = common(
            [found.get("task", DEFAULT_TASK) for found in settings], DEFAULT_TASK, _GIVE.format("task")
        )
    if format is None:
        own = [found["call_format"] for found in settings if found.get("task") == name]
        format = common(own, DEFAULT_FORMAT, _GIVE.format("call-format"))
    if card is None:
        declared = TASKS.get(name)
        has_card = declared is not None and declared.has_card
        card = has_card and any(found.get("card") for found in settings)
    if context is not None:
        text = read_context(context)
    else:
        texts = [found["context"] for found in settings if found.get("context")]
        text = common(texts, None, _GIVE.format("context"))
    return in_context(task_for(name, format, card), text)


def run_settings(name: str) -> dict[str, Any]:
    """The settings with which the run of that name or folder was made; empty where it is no run.

    Raises UserError where they can't be read.
    """
    folder = local_folder(name)
    settings = read_settings(folder) if (folder / CONFIG).is_file() else {}
    return with_present_names(TuningConfig, settings)


def local_folder(name: str) -> Path:
    """The folder of the model of that name, or the name as a folder, whether or not it exists."""
    from trace_trainer.engine.models.names import embedded_models

    return embedded_models().get(name, Path(name))


def common(values: Sequence[Any], default: Any, refusal: str) -> Any:
    """The value that all have, or the default where there is none.

    Raises UserError where they differ, saying `refusal` with the values in the place of its {}.
    """
    found = set(values)
    if len(found) > 1:
        raise UserError(refusal.format(", ".join(sorted(map(str, found)))))
    return found.pop() if found else default
