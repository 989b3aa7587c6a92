"""The options that say how rows are judged, for the commands that judge what was written elsewhere."""

from __future__ import annotations

import click

from trace_trainer.engine.audit.chunk import NOUNS
from trace_trainer.engine.commands.command import (
    Decorated,
    Name,
    decorated,
    option,
    refuse_given,
    workers_option,
)
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import Columns
from trace_trainer.verifiers.calls import AUTO, FORMATS


def judging_options(command: Decorated) -> Decorated:
    """Decorate a click command with `--kind`, `--call-format`, `--no-reference`, `--no-grounding` and `--workers`."""
    made = [
        option(
            "--no-reference",
            is_flag=True,
            group="Evaluation",
            help="Compare answers alone, where a line holds a gold trace as reference too.",
        ),
        option(
            "--kind",
            type=click.Choice(list(NOUNS)),
            default="trace",
            show_default=True,
            group="Data",
            help="What the inputs are: traces, or replies with tool calls.",
        ),
        option(
            "--call-format",
            type=Name(lambda: [AUTO, *FORMATS]),
            group="Data",
            help="How tool calls are written where a line has no format of its own.",
            show_default=f"{AUTO}",
        ),
        option(
            "--no-grounding",
            is_flag=True,
            group="Evaluation",
            help="Don't check that the numbers stand in the question.",
        ),
        workers_option("How many processes check."),
    ]
    return decorated(command, made)


def check_judging(kind: str, columns: Columns, no_reference: bool, of_traces: tuple[str, ...] = ()) -> None:
    """Raise UserError for options that say nothing of this kind, or that contradict each other.

    Args:
        of_traces: parameters of the command that only traces have, beside those here.
    """
    if kind == "call":
        refuse_given(
            (*of_traces, "no_reference", "no_grounding"),
            "is an option of --kind trace; calls have no questions, experts, grounding and references",
        )
    else:
        refuse_given(["call_format"], "is an option of --kind call; traces have none")
    if no_reference and "reference" in columns.named:
        raise UserError("a reference is named that --no-reference leaves out; give one of them")
