"""`trainer convert gsm8k`: files in, files out, and what is wrong with bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import datasets
from trace_trainer.engine.cli import trainer
from trace_trainer.engine.problems.files.word_problems import read_problems

GOOD = {
    "question": "A shop has 6 boxes of 14 pens. It sells 12 pens. How many pens are left?",
    "answer": "6 * 14 = <<6*14=84>>84\n84 - 12 = <<84-12=72>>72\n#### 72",
}
UNCERTAIN = {
    "question": "A bike costs $200 and is sold for 30% less. How much is it?",
    "answer": "200 * .7 = $<<200*.7=140>>140.\n#### 140",
}
REFUSED = {"question": "How many legs have 3 zims?", "answer": "3 * 13 = <<3*13=39>>39\n#### 39"}


def _write(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(trainer, ["convert", "gsm8k", *map(str, arguments)])


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_summary_counts_every_problem_and_reason(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, UNCERTAIN, REFUSED)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--format", "json")
    assert json.loads(result.stdout) == {
        "problems": 3,
        "converted": 2,
        "certain": 1,
        "refused": {"number_from_nowhere": 1},
    }


def test_the_result_is_a_problem_file_with_traces(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    _run(data, "--out", tmp_path / "out.jsonl")
    (problem,) = read_problems(tmp_path / "out.jsonl")
    (line,) = _lines(tmp_path / "out.jsonl")
    assert (problem.answer, problem.expert, line["certain"]) == ("72", line["expert"], True)
    assert problem.trace and problem.trace.startswith("expert: ")


def test_certain_leaves_the_others_to_the_refused_file(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, UNCERTAIN, REFUSED)
    _run(data, "--out", tmp_path / "out.jsonl", "--certain", "--refused", tmp_path / "no.jsonl")
    assert [line["certain"] for line in _lines(tmp_path / "out.jsonl")] == [True]
    assert [line["reason"] for line in _lines(tmp_path / "no.jsonl")] == ["derived", "number_from_nowhere"]


def test_variants_follow_their_problem(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--variants", 3, "--format", "json")
    lines = _lines(tmp_path / "out.jsonl")
    assert [line.get("variant_of") for line in lines] == [None, "a-1", "a-1", "a-1"]
    assert json.loads(result.stdout)["variants"] == 3


def test_check_counts_second_opinions(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--check", "--format", "json")
    assert json.loads(result.stdout)["wiring"] == {"agrees": 1}


def test_the_last_problems_can_be_held_out(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, UNCERTAIN)
    _run(data, "--out", tmp_path / "out.jsonl", "--hold-out", 1)
    assert [line["id"] for line in _lines(tmp_path / "out.jsonl")] == ["a-1"]


def test_a_folder_is_read_without_its_test_files_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    _write(folder / "train.jsonl", GOOD)
    _write(folder / "test.jsonl", GOOD)
    result = _run(folder, "--out", tmp_path / "out.jsonl", "--format", "json")
    assert json.loads(result.stdout)["problems"] == 1
    assert "left out test.jsonl" in result.stderr


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"question": "How', "unreadable_row"),
        ("[1, 2]", "unreadable_row"),
        ({"question": 5, "answer": "x"}, "unreadable_row"),
        ({"question": "What is 2 + 2?", "answer": "4"}, "no_worked_solution"),
        ({"question": "What is 2 + 2?", "answer": "It is four.\n#### 4"}, "no_equation"),
    ],
)
def test_a_row_that_is_no_solved_problem_is_counted(tmp_path: Path, row: Any, reason: str) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, row)
    result = _run(data, "--out", tmp_path / "out.jsonl", "--format", "json")
    assert json.loads(result.stdout)["refused"] == {reason: 1}


def test_a_file_of_another_format_is_an_error(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", "question,answer", "one,two")
    result = _run(data, "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, "no line is a problem" in result.stderr) == (2, True)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    result = _run(tmp_path / "nothing", "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, "does not exist" in result.stderr) == (2, True)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, datasets.Dataset]:
    """The hub's data sets by name; any other name is not found."""
    found: dict[str, datasets.Dataset] = {}

    def load(name: str, configuration: str, *, split: str) -> datasets.Dataset:
        if (configuration, split) != ("main", "train") or name not in found:
            raise ConnectionError(f"Couldn't reach {name!r} on the Hub\n(LocalEntryNotFoundError)")
        return found[name]

    monkeypatch.setattr("datasets.load_dataset", load)
    return found


def test_a_data_set_of_the_hub_is_read(hub: dict[str, datasets.Dataset], tmp_path: Path) -> None:
    hub["openai/gsm8k"] = datasets.Dataset.from_list([GOOD, REFUSED, GOOD])
    result = _run("openai/gsm8k", "--out", tmp_path / "out.jsonl", "--hold-out", 1)
    assert result.exit_code == 0, result.output
    (line,) = _lines(tmp_path / "out.jsonl")
    assert (line["id"], line["source"], line["answer"]) == ("train-1", "openai/gsm8k", "72")


def test_a_data_set_that_the_hub_does_not_give_is_an_error(
    hub: dict[str, datasets.Dataset], tmp_path: Path
) -> None:
    result = _run("openai/gsm9k", "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 2
    assert "openai/gsm9k is no file or folder here, and the hub does not give it: Couldn't" in result.stderr
    assert "LocalEntry" not in result.stderr


def test_a_data_set_of_another_form_is_an_error(hub: dict[str, datasets.Dataset], tmp_path: Path) -> None:
    hub["some/texts"] = datasets.Dataset.from_list([{"text": "Once upon a time"}])
    result = _run("some/texts", "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, "some/texts: no line is a problem" in result.stderr) == (2, True)


def test_a_folder_without_problems_is_an_error(tmp_path: Path) -> None:
    result = _run(tmp_path, "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, "holds no .jsonl" in result.stderr) == (2, True)


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    for path in (data, tmp_path):
        for more in (["--out", data], ["--out", tmp_path / "out.txt", "--refused", data]):
            result = _run(path, *more)
            assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
            assert "among what is read" in result.stderr
    assert _lines(data) == [GOOD]


def test_one_file_takes_one_output(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    result = _run(data, "--out", tmp_path / "b", "--refused", tmp_path / "b")
    assert (result.exit_code, "can't take two outputs" in result.stderr) == (2, True)
    assert not (tmp_path / "b").exists()


def test_half_a_character_makes_a_row_unreadable_and_no_more(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD, GOOD | {"question": "Tom \ud83d has 3 pens."})
    result = _run(data, "--out", tmp_path / "out.jsonl", "--variants", 1, "--format", "json")
    assert json.loads(result.stdout)["refused"] == {"unreadable_row": 1}
    assert "a-2 can't be read: half a character" in result.stderr


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([], [], "holds no problems"),
        ([GOOD], ["--hold-out", 1], "no more than are held out"),
        ([REFUSED], [], "none of the 1 problems could be converted (number from nowhere)"),
    ],
)
def test_a_conversion_of_nothing_is_an_error(
    tmp_path: Path, rows: list[Any], options: list[Any], said: str
) -> None:
    result = _run(_write(tmp_path / "a.jsonl", *rows), "--out", tmp_path / "out.jsonl", *options)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_variants_of_two_seeds_go_into_one_file(tmp_path: Path) -> None:
    data = _write(tmp_path / "a.jsonl", GOOD)
    for seed in (1, 2):
        _run(data, "--out", tmp_path / f"{seed}.out", "--variants", 2, "--seed", seed)
    both = [*_lines(tmp_path / "1.out")[1:], *_lines(tmp_path / "2.out")[1:]]
    assert len({line["id"] for line in both}) == len(both) == 4


def test_held_out_problems_are_written_apart_and_read_as_problems(tmp_path: Path) -> None:
    rows = [GOOD | {"question": f"{GOOD['question']} ({number})"} for number in range(5)]
    data = _write(tmp_path / "a.jsonl", *rows)
    held_out = tmp_path / "dev"
    result = _run(
        data, "--out", tmp_path / "out", "--hold-out", 2, "--held-out", held_out, "--format", "json"
    )
    assert json.loads(result.stdout)["problems"] == 3
    assert [line["question"] for line in _lines(held_out)] == [row["question"] for row in rows[3:]]
    assert [problem.answer for problem in read_problems(held_out)] == ["72", "72"]
    assert "give both" in _run(data, "--out", tmp_path / "out", "--held-out", held_out).stderr
