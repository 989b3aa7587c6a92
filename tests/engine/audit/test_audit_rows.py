"""`trainer audit` on rows of others: what is not known is said, rows are sorted out whole, groups are counted apart."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.audit_runs import GOOD, NO_QUERY, QUESTION, UNGROUNDED, audit, records, row, summary, write

from trace_trainer.engine.places import PROJECT

WORKED = "16 - 3 = <<16-3=13>>13\n#### 13"


def test_traces_without_a_question_are_counted_and_the_columns_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl",
        {"task": QUESTION, "trace": UNGROUNDED},
        row(),
        {"task": QUESTION, "trace": GOOD},
    )
    found = summary(path)
    assert (found["without_question"], found["columns"]) == (2, ["task", "trace"])
    text = " ".join(audit(path).stdout.split())
    assert (
        "2 of 3 traces come without a question: their numbers were not checked" in text
        and "task, trace" in text
    )
    named = summary(path, "--column", "question=task")
    assert named["violations"]["ungrounded_number"] == 1 and "without_question" not in named
    assert "without_question" not in summary(path, "--no-grounding")


def test_without_gold_there_is_no_share_of_correct_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", {"trace": GOOD}, {"trace": NO_QUERY})
    text = audit(path, "--format", "markdown").stdout
    assert "| arithmetic | 2 | - | - |" in text and "Mean reward" not in text
    assert summary(path)["mean_reward"] is None


def test_the_mean_reward_is_of_traces_with_gold_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(), {"trace": NO_QUERY}, {"trace": "nothing"})
    assert summary(path)["mean_reward"] == 1.0


def test_null_is_told_from_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(), {"response": None, "id": 1}, {"id": 2})
    said = audit(path).stderr
    assert f"{path}:2: unreadable: field response is null" in said
    assert f"{path}:3: unreadable: no field trace or completion" in said


@pytest.mark.parametrize("answer", [WORKED, r"So it is $\boxed{13}$."])
def test_the_gold_of_a_worked_solution_is_read(answer: str) -> None:
    assert summary("-", stdin=json.dumps(row(answer=answer)))["outcomes"] == {"correct": 1}


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
def test_rows_are_sorted_out_whole_and_failing_ones_have_reasons(tmp_path: Path, ending: str) -> None:
    rows = [row(id="a", extra=[1]), row(NO_QUERY, id="b", extra=[2])]
    path = write(tmp_path / "t.jsonl", *rows)
    passed, failed = (str(tmp_path / f"{name}.{ending}") for name in ("passed", "failed"))
    assert audit(path, "--passed", passed, "--failed", failed).exit_code == 1
    assert _read(passed) == [rows[0]]
    (left,) = _read(failed)
    reasons = left.pop("audit")
    assert left == rows[1] and reasons["line"] == 2  # type: ignore[index]
    assert [violation["code"] for violation in reasons["violations"]] == ["missing_query"]  # type: ignore[index]


def _read(path: str) -> list[dict[str, object]]:
    if path.endswith(".parquet"):
        from pyarrow import parquet

        return [dict(found) for found in parquet.read_table(path).to_pylist()]
    content = Path(path).read_bytes()
    text = gzip.decompress(content) if path.endswith(".gz") else content
    return [json.loads(line) for line in text.splitlines()]


def test_an_unreadable_line_fails_with_its_text(tmp_path: Path) -> None:
    path, failed = write(tmp_path / "t.jsonl", row(), "not json"), tmp_path / "failed.jsonl"
    audit(path, "--failed", str(failed))
    (left,) = _read(str(failed))
    assert left["text"] == "not json"


def test_values_of_a_column_are_counted_apart(tmp_path: Path) -> None:
    rows = [row(meta={"source": "x"}), row(NO_QUERY, meta={"source": "x"}), row(meta={"source": 2}), row()]
    path = write(tmp_path / "t.jsonl", *rows)
    found = summary(path, "--by", "meta.source")["by"]
    assert found == {
        "x": {"traces": 2, "passed": 1, "with_gold": 2, "correct": 1},
        "2": {"traces": 1, "passed": 1, "with_gold": 1, "correct": 1},
        "none": {"traces": 1, "passed": 1, "with_gold": 1, "correct": 1},
    }
    assert (
        "| x | 2 | 1 | 50.0% | 1 | 50.0% |"
        in audit(path, "--by", "meta.source", "--format", "markdown").stdout
    )
    assert "no row has a column nowhere" in audit(path, "--by", "nowhere").stderr


def test_records_keep_ids(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(id="a"), row(custom_id=7), row(), row("hello", id=0))
    assert [found.get("id") for found in records(path)] == ["a", 7, None, 0]


def test_what_could_be_meant_otherwise_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *[row(prompt="Answer this: 1")] * 3)
    assert audit(path).stderr.count("question is read from question, not from prompt") == 1
    assert audit(path, "--column", "question=question").stderr == ""


def test_an_empty_input_passes_no_gate(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl")
    gate = audit(path, "--fail-under", "0.9")
    assert gate.exit_code == 2 and "nothing was checked" in gate.stderr


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row())
    for option in ("--passed", "--failed", "--out"):
        assert "among what is read" in audit(path, option, path).stderr
    assert json.loads(Path(path).read_text()) == row()


def test_half_a_character_stops_nothing_on_standard_output(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row('expert: "\ud800"', id="\ud83d"), row())
    command = [sys.executable, "-m", "trace_trainer.engine.cli", "audit", path, "--format", "jsonl"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["unparsed", "correct"]


def test_lines_are_audited_without_the_libraries_of_tables(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row())
    code = (
        "import sys; from trace_trainer.engine.cli import trainer; "
        f"trainer(['audit', {path!r}, '--quiet'], standalone_mode=False); "
        "print({'datasets', 'pyarrow', 'numpy', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "set()", done.stdout + done.stderr


def test_a_form_that_needs_a_library_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "t.parquet")
    assert audit(write(tmp_path / "t.jsonl", row()), "--passed", path).exit_code == 0
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for arguments in ((path,), (str(tmp_path / "t.jsonl"), "--passed", path)):
        result = audit(*arguments)
        assert result.exit_code == 2 and "pip install 'trace-trainer[train]'" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("gold", [["13"], [13], ["#### 13"]])
def test_a_gold_in_a_list_of_one_is_that_gold(tmp_path: Path, gold: object) -> None:
    assert summary(write(tmp_path / "t.jsonl", row(answer=gold)))["outcomes"] == {"correct": 1}
