"""Berkeley's function-calling rows, whose answers lie in a file of the same name beside them, in `possible_answer/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import JsonRow, read_rows
from trace_trainer.engine.rows.columns import EXPECTED
from trace_trainer.engine.rows.sources import ANSWERS

_NO_CALL = "irrelevance"
"""In the name of a file whose rows are to be answered by no call."""


def with_answers(rows: Iterable[JsonRow]) -> Iterator[JsonRow]:
    """The rows as they come, those in Berkeley's form with their answers.

    Raises UserError where such a row has none.
    """
    answers: dict[str, dict[object, object]] = {}  # by file
    for row in rows:
        if not {"question", "function"} <= row.fields.keys() or any(
            row.fields.get(name) for name in EXPECTED
        ):
            yield row
            continue
        if _NO_CALL in row.source or _NO_CALL in str(row.fields.get("id")):
            yield row.with_fields({"ground_truth": []})
            continue
        if row.path not in answers:
            answers[row.path] = _answers(Path(row.path))
        identifier = row.fields.get("id")
        if identifier not in answers[row.path]:
            raise UserError(
                f"{row.place}: no ground_truth, and none for {identifier} in {_place(Path(row.path))}"
            )
        yield row.with_fields({"ground_truth": answers[row.path][identifier]})


def _place(path: Path) -> Path:
    return path.parent / ANSWERS / path.name


def _answers(path: Path) -> dict[object, object]:
    """The answers by id; none where there is no such file."""
    place = _place(path)
    if not place.is_file():
        return {}
    return {row.fields.get("id"): row.fields.get("ground_truth") for row in read_rows(place, "ground_truth")}
