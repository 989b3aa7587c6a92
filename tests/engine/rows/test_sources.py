"""Sources: the form is told by the content, and of folders and splits what is not read is said."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.reading import rows_of
from trace_trainer.engine.rows.sources import Form, sources_of

ROW = {"question": "Q?", "answer": "1"}
LINE = json.dumps(ROW).encode()


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full"])
def test_a_device_without_end_is_no_file(device: str) -> None:
    with pytest.raises(UserError, match=f"{device} is a device, which has no end"):
        sources_of(device)


def test_the_empty_device_is_an_empty_file() -> None:
    (source,) = sources_of("/dev/null")
    assert list(rows_of(source)) == []


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.jsonl", LINE, Form.LINES),
        ("a", b"\xef\xbb\xbf\n\n" + LINE, Form.LINES),
        ("a.jsonl", b"", Form.LINES),
        ("a.jsonl", b'{"broken', Form.LINES),
        ("a.jsonl", b'["no object"]\n' + LINE, Form.LINES),
        ("a.json", b"[" + LINE + b"]", Form.ARRAY),
        ("a.json", b"[\n" + LINE + b"\n]", Form.ARRAY),
        ("a.json", b'{\n"rows": []}', Form.ARRAY),
        ("a.json", LINE + b"\n" + LINE, Form.LINES),
        ("a.jsonl", gzip.compress(LINE, mtime=0), Form.LINES),
        ("a.csv", LINE, Form.CSV),
        ("a.TSV", LINE, Form.TSV),
    ],
)
def test_the_form_is_told_by_content(tmp_path: Path, name: str, content: bytes, form: Form) -> None:
    (tmp_path / name).write_bytes(content)
    (source,) = sources_of(str(tmp_path / name))
    assert source.form is form


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ([ROW, ROW], [ROW, ROW]),
        ({"version": 1, "data": [ROW]}, [ROW]),
        (
            {"messages": [{"role": "user", "content": "Q"}]},
            [{"messages": [{"role": "user", "content": "Q"}]}],
        ),
        (ROW, [ROW]),
    ],
)
def test_a_document_is_its_rows_or_one(tmp_path: Path, document: object, rows: list[object]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document, indent=1))
    (source,) = sources_of(str(tmp_path / "a.json"))
    assert [row for _, row in rows_of(source)] == rows


def test_of_a_folder_the_held_out_files_are_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("train.jsonl", "test.jsonl", "deep/more.csv", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(LINE)
    found = [Path(source.path).name for source in sources_of(str(tmp_path))]
    assert found == ["more.csv", "train.jsonl"] and "left out test.jsonl" in capsys.readouterr().err
    assert len(sources_of(str(tmp_path), whole=True)) == 3


def test_of_several_configurations_the_main_one_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("main/train.jsonl", "socratic/train.jsonl"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(LINE)
    assert [source.path for source in sources_of(str(tmp_path))] == [str(tmp_path / "main/train.jsonl")]
    assert "main is read, not socratic" in capsys.readouterr().err


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"open({str(pipe)!r}, 'wb').write({LINE!r})"
    with subprocess.Popen([sys.executable, "-c", code]):
        (source,) = sources_of(str(pipe))
        assert [json.loads(row) for _, row in rows_of(source) if isinstance(row, bytes)] == [ROW]


def test_cells_stay_text_and_empty_ones_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('question,answer,note\n"two\nlines",007,\n')
    (source,) = sources_of(str(tmp_path / "a.csv"))
    assert list(rows_of(source)) == [(1, {"question": "two\nlines", "answer": "007", "note": None})]
