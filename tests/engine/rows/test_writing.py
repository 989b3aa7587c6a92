"""Rows are written as the ending says, and half a character stops nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.reading import rows_of
from trace_trainer.engine.rows.sources import sources_of
from trace_trainer.engine.rows.writing import row_writer
from trace_trainer.engine.terminal.printable import printable_json

ROWS = [{"id": 1, "text": "ä"}, {"id": 2, "text": "b", "more": ["x"]}]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_rows_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    with row_writer(tmp_path / name) as write:
        for row in ROWS:
            write(printable_json(row))
    content = (tmp_path / name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    assert [json.loads(line) for line in text.splitlines()] == ROWS


def test_parquet_has_every_column_of_every_row(tmp_path: Path) -> None:
    with row_writer(tmp_path / "a.parquet") as write:
        for row in ROWS:
            write(printable_json(row))
    (source,) = sources_of(str(tmp_path / "a.parquet"))
    assert [row for _, row in rows_of(source)] == [ROWS[0] | {"more": None}, ROWS[1]]


def test_a_column_of_several_types_is_refused_for_parquet(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match=r"Parquet can't hold .*jsonl"),
        row_writer(tmp_path / "a.parquet") as write,
    ):
        write('{"a": 1}')
        write('{"a": "x"}')
    assert not (tmp_path / "a.parquet").exists()


def test_half_a_character_is_escaped_and_whole_ones_are_not() -> None:
    assert printable_json({"a": "\ud83d"}) == '{"a": "\\ud83d"}'
    assert printable_json({"a": "ä🙂"}) == '{"a": "ä🙂"}'


def test_half_a_character_is_written_to_parquet_as_a_mark_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with row_writer(tmp_path / "a.parquet") as write:
        write(json.dumps({"texts": ["a\ud83d"], "more": {"b": "\ud83d\ude00"}}))
    (source,) = sources_of(str(tmp_path / "a.parquet"))
    assert [row for _, row in rows_of(source)] == [{"texts": ["a\ufffd"], "more": {"b": "\U0001f600"}}]
    assert "1 of 1 rows hold half a character" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.csv", "a.TSV"])
def test_rows_are_not_written_as_what_they_would_not_be_read_as(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="written as JSON lines"), row_writer(tmp_path / name):
        pass
