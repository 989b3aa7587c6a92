"""What `trainer audit` reads: fields, lines, documents, folders; and what it does not."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from helpers.audit_runs import (
    COMPOSITION,
    GOOD,
    NO_QUERY,
    QUESTION,
    UNGROUNDED,
    audit,
    records,
    row,
    summary,
    write,
)

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import find_sources
from trace_trainer.engine.audit.run import run_audit
from trace_trainer.engine.audit.tally import MAX_NAMED_UNREADABLE
from trace_trainer.engine.rows.sources import MAX_BYTES


def test_unreadable_lines_are_named_on_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    good = json.dumps(row()).encode()
    lines = [
        b'"text"',
        b'{"trace": 1}',
        b'{"id": 1}',
        b'{"trace": "\xff"}',
        b"[" * 100_000,
        good[:-3],
        b'{"trace": %s}' % (b"9" * 5000),
    ]
    path.write_bytes(b"\n".join([good, *lines, good]))
    result = audit(str(path), "--format", "json")
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{path}:{n}" for n in range(2, 9)
    ]
    found = json.loads(result.stdout)
    assert found["unreadable_lines"] == 7 and found["outcomes"] == {"correct": 2}


def test_a_flood_of_unreadable_lines_is_named_in_part_and_counted_in_full(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *["not json"] * 1000, row())
    result = audit(path, "--format", "json")
    named = [line for line in result.stderr.splitlines() if line.startswith(path)]
    assert len(named) == MAX_NAMED_UNREADABLE and f"{1000 - MAX_NAMED_UNREADABLE} more" in result.stderr
    assert json.loads(result.stdout)["unreadable_lines"] == 1000


@pytest.mark.parametrize("field", ["trace", "completion", "response", "output", "text"])
def test_the_first_field_present_holds_the_trace(field: str) -> None:
    line = json.dumps({field: GOOD, "gold": "13", "prompt": QUESTION})
    assert summary("-", stdin=line)["outcomes"] == {"correct": 1}


def test_a_null_field_counts_as_absent() -> None:
    line = json.dumps({"trace": None, "completion": GOOD, "answer": None, "gold": 13, "expert": None})
    assert summary("-", stdin=line)["outcomes"] == {"correct": 1}


def test_fields_can_be_named(tmp_path: Path) -> None:
    line = {"trace": "hello", "mine": GOOD, "ask": QUESTION, "right": 13, "who": "percentage"}
    path = write(tmp_path / "t.jsonl", line)
    options = ["--trace-field", "mine", "--question-field", "ask", "--answer-field", "right"]
    assert summary(path, *options)["outcomes"] == {"correct": 1}
    assert summary(path, *options, "--expert-field", "who")["outcomes"] == {"wrong_expert": 1}


def test_a_named_field_must_be_present(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(ask=QUESTION), row())
    result = audit(path, "--question-field", "ask")
    assert result.exit_code == 1 and f"{path}:2: unreadable: no field ask" in result.stderr


def test_a_question_that_is_no_text_is_not_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", {"trace": UNGROUNDED, "prompt": [QUESTION]}, row())
    result = audit(path)
    assert "field prompt is a list, not text" in result.stderr and result.exit_code == 1


def test_a_yaml_file_holds_one_trace(tmp_path: Path) -> None:
    single = write(tmp_path / "single.yaml", GOOD)
    composition = write(tmp_path / "composition.yml", COMPOSITION)
    assert [r["expert"] for r in records(single, composition)] == ["arithmetic", "composition"]


def test_a_yaml_file_holds_several_documents(tmp_path: Path) -> None:
    text = f"# traces\n---\n{GOOD}---  # the second\n{COMPOSITION}...\n---\n{NO_QUERY}"
    path = write(tmp_path / "t.yaml", text)
    lines = [3, 3 + 7, 3 + 7 + 11 + 1]
    assert [(r["line"], r["expert"], r["outcome"]) for r in records(path)] == [
        (lines[0], "arithmetic", "valid"),
        (lines[1], "composition", "valid"),
        (lines[2], "arithmetic", "invalid_trace"),
    ]


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("", ["unparsed"]),
        ("# nothing\n", ["unparsed"]),
        (f"---\n{GOOD}---\n", ["valid"]),
        (f"---\n---\n{GOOD}", ["unparsed", "valid"]),
        (f"--- {{expert: wizard, trace: [{{op: query, var: x}}]}}\n---\n{GOOD}", ["invalid_trace", "valid"]),
        (f"{GOOD}\n...\n", ["valid"]),
        (f"```yaml\n{GOOD}```\n", ["valid"]),
        (GOOD.replace("\n", "\r\n"), ["valid"]),
        ("\ufeff" + GOOD, ["valid"]),
    ],
)
def test_documents_of_a_yaml_file(tmp_path: Path, text: str, outcomes: list[str]) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(text.encode())
    assert [r["outcome"] for r in records(str(path))] == outcomes


def test_folders_are_searched_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.yaml", "b/y.jsonl", "a.yml", "notes.txt"):
        write(tmp_path / name, row() if name.endswith("jsonl") else GOOD)
    found = [Path(r["source"]).relative_to(tmp_path).as_posix() for r in records(str(tmp_path))]
    assert found == ["a.yml", "b/y.jsonl", "z.yaml"]


def test_files_of_a_folder_are_found_once_each(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row())
    assert [source.path for source in find_sources([str(tmp_path)])] == [path]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert summary("-", stdin=b"\xef\xbb\xbf" + json.dumps(row()).encode())["outcomes"] == {"correct": 1}


def test_line_separators_inside_a_trace_do_not_cut_it() -> None:
    line = json.dumps(row(GOOD.replace("trace:\n", "trace:  # \u2028\x0b\n")), ensure_ascii=False)
    assert summary("-", stdin=line)["traces"] == 1


def test_a_huge_line_is_unreadable_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    with open(path, "w") as stream:
        stream.write('{"trace": "' + "x" * (2 * MAX_BYTES) + '"}\n' + json.dumps(row()) + "\n")
    assert [(r["line"], r["outcome"]) for r in records(str(path))] == [(1, "error"), (2, "correct")]


@pytest.mark.parametrize("suffix", ["jsonl", "yaml"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, suffix: str) -> None:
    piece = json.dumps(row("x" * 4000)) + "\n" if suffix == "jsonl" else "---\n" + "x" * 4000 + "\n"
    path = tmp_path / f"t.{suffix}"
    path.write_text(piece * 4000)  # 16 MB
    tracemalloc.start()
    tally = run_audit(find_sources([str(path)]), AuditSettings())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tally.traces == 4000 and peak < 8 * 2**20
