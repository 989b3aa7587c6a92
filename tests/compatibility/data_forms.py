"""The forms of rows that are tried: how each is made, what it is read as, and the outcome. The one list of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUESTION = "Ann has 16 eggs and eats 3. How many are left?"
TRACE = """expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: result}
- {op: query, var: result}
"""
OTHER_QUESTION = "A box holds 12 red balls, and 3 blue ones. How many balls is that?"
OTHER_TRACE = TRACE.replace("16", "12").replace("sub", "add")
PLAIN = [
    {"question": QUESTION, "answer": "13", "trace": TRACE},
    {"question": OTHER_QUESTION, "answer": "15", "trace": OTHER_TRACE},
]
WORKED = [
    {"question": QUESTION, "answer": "16 - 3 = <<16-3=13>>13\n#### 13"},
    {"question": OTHER_QUESTION, "answer": "12 + 3 = <<12+3=15>>15\n#### 15"},
]

Rows = list[dict[str, Any]]
Writer = Callable[[Path, Rows], str]


@dataclass(frozen=True)
class DataForm:
    """One form of rows.

    Attributes:
        name: what the table calls it.
        write: makes it in a folder, and says what to give as FILE.
        rows: what it holds.
        task: what its rows ask for.
        column: `--column` options that it needs.
        gold: whether every row has a gold reply to train on.
        audited: the outcomes of an audit; None where the rows hold nothing to audit.
        error: a part of the one line that refuses it; None where it is read.
    """

    name: str
    write: Writer
    rows: Rows
    task: str = "traces"
    column: tuple[str, ...] = ()
    gold: bool = True
    audited: dict[str, int] | None = None
    error: str | None = None


def lines(name: str) -> Writer:
    """JSON lines under a name."""
    return lambda folder, rows: _text(folder / name, "".join(json.dumps(row) + "\n" for row in rows))


def array(name: str, key: str | None = None) -> Writer:
    """A JSON array under a name, or an object that holds it."""
    return lambda folder, rows: _text(folder / name, json.dumps({key: rows} if key else rows, indent=1))


def separated(name: str, delimiter: str) -> Writer:
    """Separated values under a name."""

    def write(folder: Path, rows: Rows) -> str:
        import csv

        with open(folder / name, "w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return str(folder / name)

    return write


def compressed(inner: Writer) -> Writer:
    """Another form, compressed by gzip."""

    def write(folder: Path, rows: Rows) -> str:
        path = Path(inner(folder, rows))
        made = path.with_name(path.name + ".gz")
        made.write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
        return str(made)

    return write


def parquet(name: str, *others: str, give: str = "") -> Writer:
    """Parquet files under these names, all but the first with one row less; `give` is what is named of the folder."""

    def write(folder: Path, rows: Rows) -> str:
        from datasets import Dataset

        for index, file in enumerate((name, *others)):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            Dataset.from_list(rows[: len(rows) - bool(index)]).to_parquet(folder / file)
        return str(folder / (give or name))

    return write


def saved(*splits: str) -> Writer:
    """A data set as `save_to_disk` leaves it, or several splits, of which all but the first have one row less."""

    def write(folder: Path, rows: Rows) -> str:
        from datasets import Dataset, DatasetDict

        if not splits:
            Dataset.from_list(rows).save_to_disk(folder / "saved")
        else:
            made = {name: Dataset.from_list(rows[: len(rows) - bool(i)]) for i, name in enumerate(splits)}
            DatasetDict(made).save_to_disk(folder / "saved")
        return str(folder / "saved")

    return write


def hub(split: str = "") -> Writer:
    """A data set as the hub has it, in a folder, which the library takes in place of a name."""

    def write(folder: Path, rows: Rows) -> str:
        parquet("set/train-00000-of-00001.parquet", "set/test-00000-of-00001.parquet")(folder, rows)
        return f"hub:{folder / 'set'}{split}"

    return write


def raw(name: str, content: bytes) -> Writer:
    """A file of these bytes, whatever the rows."""

    def write(folder: Path, rows: Rows) -> str:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return str(folder / name)

    return write


def _text(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


_BOTH = {"correct": 2}


def plain(name: str, write: Writer) -> DataForm:
    """The two plain problems in a form of file."""
    return DataForm(name, write, PLAIN, audited=_BOTH)


def refused(name: str, write: Writer, error: str) -> DataForm:
    """A form that is refused in one line."""
    return DataForm(name, write, PLAIN, error=error)


FILES = [
    plain("JSON lines", lines("p.jsonl")),
    plain("JSON lines under another ending", lines("p.txt")),
    plain("JSON lines called .json", lines("p.json")),
    plain("JSON lines, .gz", compressed(lines("p.jsonl"))),
    plain("a JSON array", array("p.json")),
    plain("a JSON array under another ending", array("p.data")),
    plain("a JSON array, .gz", compressed(array("p.json"))),
    plain("a JSON object that holds the rows", array("p.json", key="data")),
    plain("CSV", separated("p.csv", ",")),
    plain("CSV, .gz", compressed(separated("p.csv", ","))),
    plain("TSV", separated("p.tsv", "\t")),
    plain("Parquet", parquet("p.parquet")),
    plain("Parquet under another ending", parquet("p.data")),
    plain("a data set saved by save_to_disk", saved()),
    plain("several splits saved by save_to_disk", saved("train", "test")),
    plain("the hub, its train split", hub()),
    plain("the hub, a split that is named", hub(":train")),
    refused(
        "an ending that says nothing, and no JSON",
        raw("p.txt", b"expert: arithmetic\n"),
        "is none of JSON lines",
    ),
    refused("Parquet that is cut", raw("p.parquet", b"PAR1 and nothing more"), "can't be read as Parquet"),
    refused(
        "gzip that is cut",
        raw("p.jsonl.gz", gzip.compress(b"{}")[:15]),
        "can't be read",
    ),
    refused(
        "CSV with a cell too many",
        raw("p.csv", b"question,answer\nQ?,1,2\n"),
        "more cells than",
    ),
    refused("a split that is not there", hub(":validation"), "can't be read"),
    refused("a file that is not there", lambda folder, rows: str(folder / "none.jsonl"), "does not exist"),
    refused("a folder without data", lambda folder, rows: str(folder), "holds no .jsonl"),
]
"""Forms of files, with the same rows."""
