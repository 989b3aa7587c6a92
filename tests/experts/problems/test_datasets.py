"""The ready problem files: what their card says of them is true, and every row verifies."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.problems.files.word_problems import read_problems
from trace_trainer.experts.problems import SPLITS, Problem
from trace_trainer.experts.problems.buckets import normalise
from trace_trainer.experts.problems.generator import load_schemas
from trace_trainer.verifiers import verify_trace

FOLDER = PROJECT / "datasets"
CARD = (FOLDER / "README.md").read_text(encoding="utf-8")
FILES = [f"{split}.jsonl" for split in SPLITS]


@pytest.fixture(scope="module")
def problems() -> dict[str, list[Problem]]:
    return {name: read_problems(FOLDER / name) for name in FILES}


def commands() -> dict[str, list[str]]:
    """The card's commands, without `trainer`, by the file that each makes."""
    lines = re.findall(r"^trainer (generate .*)$", CARD, flags=re.MULTILINE)
    return {Path(words[-1]).name: words for words in map(shlex.split, lines)}


def test_there_is_a_file_for_every_split_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*FILES, "README.md"}


@pytest.mark.parametrize("name", FILES)
def test_checksums_are_those_of_the_card(name: str) -> None:
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    assert f"{digest}  {name}\n" in CARD


@pytest.mark.parametrize("name", FILES)
def test_the_cards_command_makes_the_same_bytes(name: str, tmp_path: Path) -> None:
    made = tmp_path / name
    result = CliRunner().invoke(trainer, [*commands()[name][:-1], str(made)])
    assert result.exit_code == 0, result.output
    assert made.read_bytes() == (FOLDER / name).read_bytes()


def test_every_row_verifies(problems: dict[str, list[Problem]]) -> None:
    wrong = [
        problem.id
        for rows in problems.values()
        for problem in rows
        if verify_trace(problem.trace or "", problem.question, problem.answer, problem.expert).outcome
        != "correct"
    ]
    assert not wrong


def test_no_question_stands_twice_in_a_file_or_in_two_files(problems: dict[str, list[Problem]]) -> None:
    questions = Counter(normalise(p.question) for rows in problems.values() for p in rows)
    assert not [question for question, count in questions.items() if count > 1]


def test_only_test_schemas_holds_schemas_that_are_held_out(problems: dict[str, list[Problem]]) -> None:
    schemas = load_schemas()
    for name, rows in problems.items():
        held_out = {schemas[problem.source or ""].held_out for problem in rows}
        assert held_out == {name == "test_schemas.jsonl"}


def test_the_cards_counts_are_those_of_the_files(problems: dict[str, list[Problem]]) -> None:
    for name, rows in problems.items():
        schemas = len({problem.source for problem in rows})
        assert f"| `{name}` | {len(rows):,} | {schemas} |" in CARD
    counts = [Counter(problem.expert for problem in problems[name]) for name in FILES]
    for expert in counts[0]:
        assert f"| {expert} | {' | '.join(str(count[expert]) for count in counts)} |" in CARD
    assert f"{sum(map(len, problems.values())):,} grade-school word problems" in CARD


def test_the_cards_header_names_the_licence_and_every_split() -> None:
    header = yaml.safe_load(CARD.split("---\n")[1])
    assert header["license"] == "apache-2.0"
    files = {entry["split"]: entry["path"] for entry in header["configs"][0]["data_files"]}
    assert files == dict(zip(SPLITS, FILES, strict=True))


def test_the_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000
