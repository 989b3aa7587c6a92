"""Exercises: the plainest of problems, a question and the text that answers it. For tasks that need no more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trace_trainer.engine.problems.files.json_rows import JsonRow, json_line, read_rows, unique_ids


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question and its gold reply.

    Attributes:
        question: the text that a model is shown.
        reply: what it should write; None where that is not known.
        kind: what it is counted as.
        id: unique in its file; a generator leaves it to the task.
        source: where it came from, a task's name or a file's.
    """

    question: str
    reply: str | None = None
    kind: str = "all"
    id: str = ""
    source: str | None = None


def read_exercises(path: str | Path, limit: int | None = None) -> list[Exercise]:
    """The exercises of a file of JSON lines, at most `limit`. Raises UserError naming file, line and field."""
    path = Path(path)
    rows = read_rows(path, "question and reply", limit)
    return list(unique_ids((row, exercise_of(row, path.stem, path.name)) for row in rows))


def exercise_of(row: JsonRow, stem: str, source: str) -> Exercise:
    """The exercise of one row. Raises UserError naming the field that is wrong."""
    return Exercise(
        question=row.text("question"),
        reply=row.optional_text("reply"),
        kind=row.optional_text("kind") or "all",
        id=row.identifier(stem),
        source=row.optional_text("source") or source,
    )


def exercise_line(exercise: Exercise) -> str:
    """An exercise as one line of JSON, with its newline."""
    return json_line(
        {name: getattr(exercise, name) for name in ("id", "question", "reply", "kind", "source")}
    )
