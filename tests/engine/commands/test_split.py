"""`trainer split`: two files of whole rows, never over another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer

NAMES, THINGS = ("Ann", "Tom"), ("eggs", "pens", "cups", "hats")
ROWS = [
    {
        "id": n,
        "question": f"{name} has {n} {thing}. How many?",
        "answer": n,
        "extra": {"kept": n},
        "group": n % 3,
    }
    for n, (name, thing) in enumerate((name, thing) for thing in THINGS for name in NAMES)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Eight problems of four templates."""
    made = tmp_path / "p.jsonl"
    made.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return made


def _split(*arguments: object) -> Result:
    return CliRunner().invoke(trainer, ["split", *map(str, arguments)])


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_whole_rows_go_beside_the_file_each_once(path: Path) -> None:
    result = _split(path, "--held-out", "0.25", "--format", "json")
    assert result.exit_code == 0, result.output
    training, held_out = _rows(path.with_name("p.train.jsonl")), _rows(path.with_name("p.held-out.jsonl"))
    assert sorted([*training, *held_out], key=lambda row: str(row["id"])) == ROWS
    assert len({str(row["question"]).split()[3] for row in held_out}) == 1 and len(held_out) == 2
    found = json.loads(result.stdout)
    assert found["held_out"] == {"rows": 2, "groups": 1, "file": str(path.with_name("p.held-out.jsonl"))}


@pytest.mark.parametrize("by", ["group", "extra.kept", "question"])
def test_a_split_by_a_column_or_by_question(path: Path, by: str) -> None:
    result = _split(path, "--by", by, "--held-out", "0.4", "--format", "json")
    assert result.exit_code == 0, result.output
    assert sum(json.loads(result.stdout)[side]["rows"] for side in ("train", "held_out")) == 8
    if by == "group":
        sides = [
            {row["group"] for row in _rows(path.with_name(f"p.{side}.jsonl"))}
            for side in ("train", "held-out")
        ]
        assert not sides[0] & sides[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--by", "nothing"], "row 1 has no column nothing"),
        (["--held-out", "1"], "not in the range"),
        (["--train-file", "{path}"], "among what is read"),
        (["--column", "question=ask"], "no column ask"),
    ],
)
def test_what_cannot_be_split_is_an_error(path: Path, arguments: list[str], said: str) -> None:
    result = _split(path, *(argument.format(path=path) for argument in arguments))
    assert result.exit_code == 2 and said in result.output
    assert _rows(path) == ROWS


def test_a_file_that_is_there_is_not_written_over_unless_it_is_named(path: Path) -> None:
    _split(path)
    assert "is there already" in _split(path).stderr
    assert (
        _split(
            path, "--train-file", path.with_name("p.train.jsonl"), "--held-out-file", "/dev/null"
        ).exit_code
        == 0
    )
