"""trainer compare: what it reads, prints and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer

RIGHT, WRONG = {"outcome": "correct"}, {"outcome": "wrong_answer", "violations": ["wrong_answer"]}


def _stored(path: Path, **solved: list[bool]) -> Path:
    lines = [
        json.dumps({"model": model, "id": str(i), "prompt": f"question {i}", **(RIGHT if right else WRONG)})
        for model, marks in solved.items()
        for i, right in enumerate(marks)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def _compare(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(trainer, ["compare", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_two_files_are_compared_and_the_baseline_can_be_chosen(tmp_path: Path) -> None:
    a = _stored(tmp_path / "a.jsonl", a=[True, False])
    b = _stored(tmp_path / "b.jsonl", b=[True, True])
    [found] = json.loads(_compare(a, b, "--format", "json"))["contrasts"]
    assert (found["system"], found["baseline"], found["difference"]) == ("b", "a", 0.5)
    [found] = json.loads(_compare(a, b, "--baseline", "b", "--format", "json"))["contrasts"]
    assert (found["system"], found["difference"]) == ("a", -0.5)


def test_a_run_alone_is_compared_with_what_it_started_from(checkpoints: Path) -> None:
    _stored(checkpoints / "trial" / "completions.jsonl", base=[False, False], trial=[True, False])
    assert "+50.0" in _compare("trial")
    _stored(checkpoints / "other" / "completions.jsonl", base=[False, False], other=[False, False])
    [found] = json.loads(_compare("trial", "other", "--format", "json"))["contrasts"]
    assert (found["system"], found["baseline"]) == ("other", "trial")


@pytest.mark.parametrize(("form", "head"), [("markdown", "| figure"), ("latex", "\\begin{tabular}")])
def test_the_table_can_go_into_a_paper(tmp_path: Path, form: str, head: str) -> None:
    file = _stored(tmp_path / "both.jsonl", a_1=[True], b=[False])
    out = tmp_path / "table"
    _compare(file, "--format", form, "--out", out)
    assert out.read_text().startswith(head)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "line 1: no JSON"),
        ('{"completion": "..."}', "line 1: no prompt and no outcome"),
        ("", "holds no completion"),
        ('{"model": "a", "prompt": "q", "outcome": "correct"}', "holds completions of a alone"),
    ],
)
def test_what_is_no_comparison_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "file.jsonl"
    file.write_text(text)
    said = _compare(file, code=2)
    assert message in said and said.count("\n") == 1


def test_an_unknown_run_is_told_with_the_nearest(checkpoints: Path) -> None:
    _stored(checkpoints / "trial" / "completions.jsonl", trial=[True])
    assert _compare("trail", code=2) == "Error: there is no run or file trail: did you mean trial?\n"
