"""What `trainer eval` writes: the figures as a table or as JSON, and the completions as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from trace_trainer.engine.evaluation.difference import differences
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.scoreboard import print_scoreboard, violation_examples
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable_json


def print_evaluations(
    evaluations: Sequence[Evaluation], constants: Sequence[Evaluation], form: str, stream: TextIO
) -> None:
    """The figures of one model, or of several with the differences from the first, beside those of constant replies."""
    if form == "json":
        figures: list[dict[str, Any]] = [evaluation.to_json() for evaluation in evaluations]
        result: dict[str, Any] = {
            "models": figures,
            "differences": [difference.to_json() for difference in differences(evaluations)],
        }
        if len(figures) == 1:
            result = figures[0]
        if constants:
            result["baselines"] = {constant.model: constant.to_json() for constant in constants}
        stream.write(f"{printable_json(result, indent=2)}\n")
        return
    console = console_on(stream)
    print_scoreboard(console, evaluations, constants)
    console.print()
    for line in violation_examples(evaluations[-1]):
        console.print(line)


def completion_lines(evaluation: Evaluation) -> Iterator[str]:
    """The completions as lines of JSON, each with the model's name."""
    for row in evaluation.named_rows():
        yield json.dumps(row, ensure_ascii=False) + "\n"
