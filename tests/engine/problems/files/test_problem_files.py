"""engine/problems/files/word_problems.py: three formats in, one out, and errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.word_problems import read_problems, write_problems
from trace_trainer.experts.problems.problem import Problem

FULL = Problem(
    "p1",
    "Ann has 3 eggs – how many is that doubled?",
    "6",
    "arithmetic",
    "expert: arithmetic\n",
    "arithmetic/double",
)


def _write(folder: Path, name: str, *rows: object) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _error(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_problems(path)
    return caught.value.message


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    # U+2028 counts as a line end for str.splitlines, not for a JSON line.
    problems = [FULL, Problem("p2", "Odd\u2028line?", "1/2", source="by hand", steps=3)]
    write_problems(tmp_path / "p.jsonl", problems)
    assert read_problems(tmp_path / "p.jsonl") == problems


@pytest.mark.parametrize("steps", [["first", "second"], "3", True, 0, -1, 2.5, {}])
def test_what_other_files_call_steps_is_passed_over(steps: object, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text(json.dumps({"question": "Q?", "answer": "1", "steps": steps}))
    assert read_problems(tmp_path / "p.jsonl")[0].steps is None


def test_fields_that_are_none_are_not_written(tmp_path: Path) -> None:
    write_problems(tmp_path / "p.jsonl", [Problem("p2", "Q?", "1")])
    assert json.loads((tmp_path / "p.jsonl").read_text()) == {"id": "p2", "question": "Q?", "answer": "1"}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("old")

    def broken() -> Iterator[Problem]:
        yield FULL
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_problems(path, broken())
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_row_needs_only_question_and_answer(tmp_path: Path) -> None:
    path = _write(tmp_path, "mine.jsonl", {"question": "Q?", "answer": 5})
    assert read_problems(path) == [Problem("mine-1", "Q?", "5", source="mine.jsonl")]


@pytest.mark.parametrize(
    ("answer", "text"),
    [("51", "51"), ("51.0", "51"), ("18.50", "18.50"), ("0.1", "0.1"), ("1e2", "100"), ('"3/4"', "3/4")],
)
def test_an_answer_keeps_its_exact_value(tmp_path: Path, answer: str, text: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(f'{{"question": "Q?", "answer": {answer}}}\n')
    assert read_problems(path)[0].answer == text


def test_gsm8k_gold_is_what_follows_the_mark(tmp_path: Path) -> None:
    solution = "48/2 = <<48/2=24>>24\n48+24 = <<48+24=72>>72\n#### 1,072"
    path = _write(tmp_path, "train.jsonl", {"question": "Q?", "answer": solution})
    assert read_problems(path) == [Problem("train-1", "Q?", "1,072", source="train.jsonl", steps=2)]


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        ("Dan had $ 4.", "Dan had $ 4. How much is left?"),
        ("Dan had $ 4", "Dan had $ 4. How much is left?"),
        ("Dan had $ 4. If he spends 3", "Dan had $ 4. If he spends 3, how much is left?"),
        ("Each costs $ 2.5. Dan had $ 4", "Each costs $ 2.5. Dan had $ 4. How much is left?"),
    ],
)
def test_svamp_body_and_question_make_sentences(tmp_path: Path, body: str, joined: str) -> None:
    row = {
        "ID": "chal-1",
        "Body": body,
        "Question": "How much is left?",
        "Answer": 1.0,
        "Type": "Subtraction",
    }
    path = tmp_path / "SVAMP.json"
    path.write_text(json.dumps([row], indent=4))
    assert read_problems(path) == [Problem("chal-1", joined, "1", source="SVAMP.json")]


def test_limit_stops_reading(tmp_path: Path) -> None:
    path = _write(
        tmp_path, "p.jsonl", {"question": "A?", "answer": 1}, {"question": "B?", "answer": 2}, "broken"
    )
    assert [problem.question for problem in read_problems(path, limit=2)] == ["A?", "B?"]


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\r\n\n{"question": "Q?", "answer": 1}\r\n\n')
    assert read_problems(path)[0].id == "p-3"


def test_a_repeated_id_is_refused_with_both_places(tmp_path: Path) -> None:
    row = {"id": "x", "question": "Q?", "answer": 1}
    path = _write(tmp_path, "p.jsonl", row, {"id": "y", "question": "Q?", "answer": 1}, row)
    assert _error(path) == f"{path}:3: id 'x' occurs twice, first at {path}:1"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"question": "Q?"}, "field answer is missing (there are question)"),
        ({"answer": 1}, "field question is missing (there are answer)"),
        ({"question": " ", "answer": 1}, "field question is"),
        ({"question": "Q?", "answer": None}, "field answer is empty"),
        ({"question": "Q?", "answer": True}, "field answer is true"),
        ({"question": "Q?", "answer": [1, 2]}, "field answer is [1, 2]"),
        ({"question": "Q?", "answer": "6 eggs ####"}, "field answer has nothing after ####"),
        ({"question": "Q?", "answer": 1, "trace": {}}, "field trace is {}"),
        ({"question": "Q?", "answer": 1, "id": ["x"]}, "field id is"),
        (["Q?"], "expected an object"),
    ],
)
def test_errors_name_line_and_field(tmp_path: Path, row: object, complaint: str) -> None:
    path = _write(tmp_path, "p.jsonl", {"question": "Fine?", "answer": 1}, row)
    message = _error(path)
    assert message.startswith(f"{path}:2: ") and complaint in message and "\n" not in message


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"question": "Q?", "answer": 1}\n{"question"\n')
    assert _error(path).startswith(f"{path}:2: not JSON")


@pytest.mark.parametrize("number", ["9" * 5000, "NaN", "Infinity", "1e999999999"])
def test_absurd_numbers_are_an_error_not_a_crash(tmp_path: Path, number: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(f'{{"question": "Q?", "answer": {number}}}\n')
    assert _error(path).startswith(f"{path}:1: ")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'{"question": "caf\xe9?", "answer": 1}\n')
    assert "not UTF-8" in _error(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in _error(tmp_path / "none.jsonl")


def test_gsm8k_is_read_whole(shared_data: Path) -> None:
    problems = read_problems(shared_data / "gsm8k" / "train.jsonl")
    assert len(problems) == 7473 and problems[0].answer == "72"
    assert not any("#" in problem.answer for problem in problems)


def test_svamp_is_read_whole(shared_data: Path) -> None:
    problems = read_problems(shared_data / "svamp" / "SVAMP.json")
    assert len(problems) == 1000 and problems[0].answer == "51"
    assert problems[0].question == (
        "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack, "
        "how much do you have to pay to buy each pack?"
    )
