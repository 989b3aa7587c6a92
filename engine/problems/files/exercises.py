"""Exercises: the plainest of problems, a question and the text that answers it. For tasks that need no more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trace_trainer.engine.problems.files.json_rows import (
    JsonRow,
    json_line,
    read_rows,
    say_ambiguities,
    unique_ids,
)
from trace_trainer.engine.rows.columns import ANSWER, QUESTION, REPLY, Columns, Named

EXERCISE_COLUMNS = Columns({"question": QUESTION, "reply": ("reply", *REPLY, *ANSWER)})
"""Where a row holds what, for exercises."""


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


def read_exercises(path: str | Path, limit: int | None = None, named: Named = None) -> list[Exercise]:
    """The exercises of a file in any form, at most `limit`, with the columns that the user named.

    Raises UserError naming file, line and field.
    """
    columns = EXERCISE_COLUMNS.with_named(named or {})
    rows = say_ambiguities(read_rows(path, "question and reply", limit), columns, columns.names)
    return list(unique_ids((row, exercise_of(row, columns)) for row in rows))


def exercise_of(row: JsonRow, columns: Columns = EXERCISE_COLUMNS) -> Exercise:
    """The exercise of one row. Raises UserError naming the field that is wrong."""
    row = row.renamed(columns, "question", "reply")
    reply = row.fields.get("reply")
    if isinstance(reply, int | float) and not isinstance(reply, bool):
        row = row.with_fields({"reply": str(reply)})
    return Exercise(
        question=row.text("question"),
        reply=row.optional_text("reply"),
        kind=row.optional_text("kind") or "all",
        id=row.identifier(),
        source=row.optional_text("source") or row.source,
    )


def exercise_line(exercise: Exercise) -> str:
    """An exercise as one line of JSON, with its newline."""
    return json_line(
        {name: getattr(exercise, name) for name in ("id", "question", "reply", "kind", "source")}
    )
