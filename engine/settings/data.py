"""The settings that say what is learned, and what the columns of its data hold."""

from __future__ import annotations

from dataclasses import dataclass

from trace_trainer.engine.settings.declaring import setting
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK, TASKS
from trace_trainer.experts import expert_names
from trace_trainer.verifiers.calls import FORMATS


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What SFT and RL are to learn, and from which columns."""

    task: str = setting(DEFAULT_TASK, "What is learned.", choices=TASKS, group="Data")
    call_format: str = setting(
        DEFAULT_FORMAT,
        "How tool calls are written; traces have none.",
        choices=FORMATS,
        group="Data",
        formerly="format",
    )
    experts: tuple[str, ...] | None = setting(
        None,
        "Experts whose generated problems are taken, for traces; none takes those of the embedded model's figures.",
        choices=expert_names,
        group="Data",
        option="--expert",
    )
    column: tuple[str, ...] | None = setting(
        None,
        "Column of the data that holds a field, such as question=problem or trace=meta.trace; none takes the usual "
        "names of each field.",
        group="Data",
        metavar="FIELD=COLUMN",
    )
