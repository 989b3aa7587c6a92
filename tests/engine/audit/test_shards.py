"""`trainer audit` over shards: as many processes as are wanted say what one says of all rows in one file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow
import pytest
from helpers.audit_runs import COMPOSITION, GOOD, NO_QUERY, UNGROUNDED, audit, row, summary, write
from pyarrow import parquet

from trace_trainer.engine.audit import run, shards

ROWS = [
    json.dumps(row(trace, source=source))
    for trace in (GOOD, UNGROUNDED, NO_QUERY, COMPOSITION, "nothing")
    for source in ("a", "b", "c")
]
LINES = [*ROWS, "not json", "[]"] * 3


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SMALLEST_SHARD", 200)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lines dealt into eight shards, in order; one of them is compressed, and one is empty."""
    place = tmp_path / "shards"
    place.mkdir()
    for number in range(7):
        part = "".join(f"{line}\n" for line in LINES[number * 8 : number * 8 + 8])
        (place / f"{number}.jsonl").write_text(part)
    (place / "3.jsonl.gz").write_bytes(gzip.compress((place / "3.jsonl").read_bytes()))
    (place / "3.jsonl").unlink()
    (place / "7.jsonl").write_text("")
    return place


def test_shards_merge_to_the_summary_of_all_rows_in_one_file(tmp_path: Path, folder: Path) -> None:
    whole = summary(write(tmp_path / "whole.jsonl", *LINES), "--by", "source")
    assert whole["unreadable_lines"] == 6 and len(whole["outcomes"]) > 2
    for workers in ("1", "2", "4"):
        assert summary(str(folder), "--by", "source", "--workers", workers) == whole


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_two_processes_write_of_shards_what_one_writes(tmp_path: Path, folder: Path, form: str) -> None:
    def written(workers: str) -> list[bytes]:
        files = [tmp_path / f"{workers}-{name}" for name in ("out", "passed", "failed")]
        options = [word for file in files for word in (f"--{file.name.partition('-')[2]}", str(file))]
        result = audit(str(folder), "--workers", workers, "--format", form, *options)
        assert result.exit_code == 1 and "shards/2.jsonl:1: unreadable" in result.stderr
        return [file.read_bytes() for file in files]

    assert written("2") == written("1")


def test_shards_of_parquet_are_decoded_by_the_workers(tmp_path: Path) -> None:
    rows = list(map(json.loads, ROWS))
    for number in range(4):
        parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / f"{number}.parquet")
    assert summary(str(tmp_path), "--workers", "2") == summary(str(tmp_path))


def test_an_audit_of_shards_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "shards"
    place.mkdir()
    for number in range(5):
        write(place / f"{number}.jsonl", *[row(id=f"{number}-{line}") for line in range(600)])
    asked = (str(place), "--format", "jsonl", "--out")
    audit(*asked, str(tmp_path / "whole"))
    taken = run.audit_chunk
    seen = 0

    def stopping(*arguments: object, **options: object) -> object:
        nonlocal seen
        seen += 1
        if seen == 5:  # within the second shard, of three chunks
            raise KeyboardInterrupt
        return taken(*arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(run, "audit_chunk", stopping)
        assert audit(*asked, str(tmp_path / "parts")).exit_code == 130
    assert audit(*asked, str(tmp_path / "parts"), "--workers", "2", "--resume").exit_code == 0
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_shard_that_can_not_be_read_to_its_end_is_named(folder: Path) -> None:
    cut = folder / "3.jsonl.gz"
    cut.write_bytes(cut.read_bytes()[:-20])
    result = audit(str(folder), "--workers", "2")
    assert result.exit_code == 2 and f"{cut} can't be read" in result.stderr
