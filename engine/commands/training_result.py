"""What `trainer sft` and `trainer rl` print at their end."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.engine.evaluation.answering import constants_beside
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.scoreboard import print_scoreboard
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.terminal.console import console_on


def print_result(run: Run, evaluations: Sequence[Evaluation], *notes: str) -> None:
    """What a training led to: the scoreboard, the notes, and where the run is."""
    console = console_on()
    print_scoreboard(console, evaluations, constants_beside(evaluations[0]))
    for note in (*notes, f"saved in {run.path}"):
        console.print(note, highlight=False, soft_wrap=True)
