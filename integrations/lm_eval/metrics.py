"""What the task's file names: its problems, and the figures of one completion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from trace_trainer.integrations.judge import Judge, judged
from trace_trainer.integrations.problems import Row, problem_rows


def problems(
    data: str = "", split: str = "test_numbers", count: int = 500, seed: int = 0, **_: Any
) -> dict[str, Dataset]:
    """The problems, as lm-eval wants them; the arguments are what `--metadata` holds, its own entries among them."""
    rows = [{**row, "trace": row["trace"] or ""} for row in problem_rows(data, split, count, seed)]
    return {"test": Dataset.from_list(rows)}


def process_results(doc: Row, results: Sequence[str]) -> dict[str, float]:
    """Whether the completion is right: by its answer, and by its function where the gold trace is known, else likewise.

    Raises UnjudgedError where a problem has gold that can't be compared with.
    """
    row = {**doc, "trace": doc["trace"] or None}
    found = {}
    for name, reference in (("accuracy", False), ("function_accuracy", True)):
        record = Judge(reference=reference).record(results[0], row)
        judged(record)
        found[name] = float(record["outcome"] == "correct")
    return found
