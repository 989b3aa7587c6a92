"""Columns: usual names in their order, names that the user gives, points that lead into objects."""

from __future__ import annotations

from typing import Any

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import Columns, MissingColumnError, read_columns

COLUMNS = Columns({"question": ("question", "query", "problem"), "answer": ("answer",)})


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"problem": "P", "query": "Q"}, ("query", "Q")),
        ({"question": None, "problem": "P"}, ("problem", "P")),
        ({"question": None}, ("question", None)),
        ({"text": "T"}, (None, None)),
        ({"question": ""}, ("question", "")),
    ],
)
def test_the_first_column_that_holds_something_counts(row: dict[str, Any], found: tuple[Any, Any]) -> None:
    assert COLUMNS.find(row, "question") == found


@pytest.mark.parametrize(
    ("name", "value"),
    [("meta.q", "Q"), ("a.b", "whole"), ("turns.0.text", "first"), ("turns.-1.text", "last")],
)
def test_points_lead_into_objects_and_lists(name: str, value: str) -> None:
    row = {
        "meta": {"q": "Q"},
        "a.b": "whole",
        "a": {"b": "within"},
        "turns": [{"text": "first"}, {"text": "last"}],
    }
    assert COLUMNS.with_named({"question": name}).find(row, "question") == (name, value)


def test_a_column_that_is_named_must_be_there_though_it_may_hold_nothing() -> None:
    named = COLUMNS.with_named({"question": "mine"})
    assert named.find({"mine": None, "question": "Q"}, "question") == ("mine", None)
    with pytest.raises(MissingColumnError, match="mine"):
        named.find({"question": "Q"}, "question")


def test_two_columns_that_could_be_meant_are_named_unless_they_agree_or_one_is_named() -> None:
    row = {"question": "Q", "problem": "P"}
    (said,) = COLUMNS.ambiguities(row, COLUMNS.names)
    assert said == "question is read from question, not from problem; --column question=problem reads that"
    assert COLUMNS.ambiguities(row | {"problem": "Q"}, COLUMNS.names) == []
    assert COLUMNS.ambiguities(row | {"problem": None}, COLUMNS.names) == []
    assert COLUMNS.with_named({"question": "problem"}).ambiguities(row, COLUMNS.names) == []


@pytest.mark.parametrize("given", ["question", "question=", "=x"])
def test_what_names_no_column_is_refused(given: str) -> None:
    with pytest.raises(UserError, match="FIELD=COLUMN"):
        read_columns([given])


def test_a_field_is_named_once_and_must_exist() -> None:
    assert read_columns(["question=a=b"]) == {"question": "a=b"}
    with pytest.raises(UserError, match="twice"):
        read_columns(["question=a", "question=b"])
    with pytest.raises(UserError, match="did you mean question"):
        COLUMNS.with_named({"quesion": "a"})
