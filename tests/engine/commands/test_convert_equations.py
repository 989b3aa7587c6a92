"""`trainer convert equations`: files in, files out, and what is wrong with bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.problems.files.word_problems import read_problems
from trace_trainer.verifiers import verify_trace

GOOD = {
    "source": "first",
    "question": "Rachel has number0 figs . She eats number1 . How many are left ?",
    "numbers": [9, 4],
    "equation": "- number0 number1",
    "answer": "5.0",
}
UNCERTAIN = {**GOOD, "numbers": [4, 4], "answer": "0.0"}
REFUSED = {**GOOD, "source": "second", "answer": "6"}
XML = """<Corpus><ProblemSet><Problem ID="p-1"><Body>Rachel has 9 figs.</Body><Question>She eats 4. How many are left?
</Question><Solution-Type>Subtraction</Solution-Type><Answer>5 (figs)</Answer><Formula>9-4=5</Formula></Problem>
</ProblemSet></Corpus>"""


def _write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(trainer, ["convert", "equations", *map(str, arguments)])


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_summary_counts_every_problem_and_reason(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, UNCERTAIN, REFUSED)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--format", "json")
    assert json.loads(result.stdout) == {
        "problems": 3,
        "converted": 2,
        "certain": 1,
        "refused": {"rounded_on_the_way": 1},
    }


def test_the_result_is_a_problem_file_with_references(tmp_path: Path) -> None:
    _run(_write(tmp_path / "a.jsonl", GOOD), "--out", tmp_path / "out.jsonl")
    (problem,) = read_problems(tmp_path / "out.jsonl")
    assert problem.trace is not None
    verdict = verify_trace(
        problem.trace, problem.question, problem.answer, problem.expert, reference=problem.trace
    )
    assert (verdict.outcome, problem.question) == (
        "correct",
        "Rachel has 9 figs. She eats 4. How many are left?",
    )


def test_variants_follow_their_problem(tmp_path: Path) -> None:
    _run(_write(tmp_path / "a.jsonl", GOOD, UNCERTAIN), "--out", tmp_path / "out.jsonl", "--variants", 3)
    lines = _lines(tmp_path / "out.jsonl")
    assert [line.get("variant_of") for line in lines] == [None, "a-1", "a-1", "a-1", None]
    assert len({line["question"] for line in lines}) == 5


def test_certain_leaves_the_others_to_the_refused_file(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, UNCERTAIN)
    _run(data, "--out", tmp_path / "out.jsonl", "--certain", "--refused", tmp_path / "no.jsonl")
    assert [line["certain"] for line in _lines(tmp_path / "out.jsonl")] == [True]
    assert [line["reason"] for line in _lines(tmp_path / "no.jsonl")] == ["ambiguous"]


def test_problems_that_are_held_out_have_their_text_restored(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, GOOD)
    _run(data, "--out", tmp_path / "out.jsonl", "--hold-out", 1, "--held-out", tmp_path / "dev.jsonl")
    assert [line["id"] for line in _lines(tmp_path / "out.jsonl")] == ["a-1"]
    (problem,) = read_problems(tmp_path / "dev.jsonl")
    assert problem.question == "Rachel has 9 figs. She eats 4. How many are left?"


def test_several_processes_write_what_one_does(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", *[GOOD, UNCERTAIN, REFUSED, [1, 2]] * 9)
    for name, workers in (("one", 1), ("two", 2)):
        files = ("--out", tmp_path / name, "--refused", tmp_path / f"{name}.refused")
        assert _run(data, *files, "--variants", 2, "--workers", workers).exit_code == 0
    for suffix in ("", ".refused"):
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_only_rows_of_a_source_are_taken(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, REFUSED)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--source", "first", "--format", "json")
    assert json.loads(result.stdout)["problems"] == 1


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = _run(_write(tmp_path / "a.jsonl", GOOD), "--out", tmp_path / "out.jsonl", "--source", "third")
    assert result.exit_code == 2 and "--source third" in result.stderr and "first" in result.stderr


def test_asdivs_xml_is_told_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "any.name").write_text(XML)
    result = _run(tmp_path / "any.name", "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 0, result.stderr
    (line,) = _lines(tmp_path / "out.jsonl")
    assert (line["id"], line["source"], line["answer"], line["certain"]) == ("p-1", "asdiv", "5", True)


def test_a_form_that_a_file_has_not_is_an_error(tmp_path: Path) -> None:
    result = _run(_write(tmp_path / "a.jsonl", GOOD), "--out", tmp_path / "out.jsonl", "--form", "asdiv")
    assert result.exit_code == 2 and "no XML" in result.stderr


@pytest.mark.parametrize(
    "row",
    [
        {"question": "What is 2 + 2?", "answer": "4"},
        {**GOOD, "numbers": [9]},
        {**GOOD, "numbers": "nine four"},
        {**GOOD, "question": 5},
        [1, 2],
    ],
)
def test_a_row_that_is_no_problem_is_counted(tmp_path: Path, row: Any) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, row)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--format", "json")
    assert json.loads(result.stdout)["refused"] == {"unreadable_row": 1}


def test_a_file_without_formulas_is_an_error(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", {"question": "What is 2 + 2?", "answer": "4"})
    result = _run(data, "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, "no line is a problem" in result.stderr) == (2, True)


def test_comma_separated_values_with_svamps_columns_are_read(tmp_path: Path) -> None:
    row = "Rachel has number0 figs and number1 nuts . How many ?,9 4,+ number0 number1,13.0"
    (tmp_path / "a.csv").write_text(f"Question,Numbers,Equation,Answer\n{row}\n")
    _run(tmp_path / "a.csv", "--out", tmp_path / "out.jsonl")
    assert [line["answer"] for line in _lines(tmp_path / "out.jsonl")] == ["13"]
