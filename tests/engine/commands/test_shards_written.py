"""`trainer generate` and `convert`: several processes write what one does, and shards hold what one file would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from helpers.plugins import EXAMPLES, without_traces

from trace_trainer.engine.cli import trainer

GENERATED = [
    ("generate", "--count", 70),
    ("generate", "--task", "functions", "--count", 70),
    ("generate", "--plugin", EXAMPLES / "task.py", "--task", "backwards", "--count", 5),
]


def run(*words: object) -> Result:
    return CliRunner().invoke(trainer, [str(word) for word in words])


@pytest.fixture
def solved(tmp_path: Path) -> Path:
    """A folder of two shards of solved problems, of which some can't be converted or read."""
    solutions = ["He has 2+3=<<2+3=5>>5 pets.\n#### 5", "no solution", "He sees 2*3=<<2*3=6>>6.\n#### 6"]
    place = tmp_path / "solved"
    place.mkdir()
    for shard in ("a", "b"):
        rows = [
            json.dumps({"question": f"Tom has 2 cats and 3 dogs. Nr {n}{shard}?", "answer": solutions[n % 3]})
            for n in range(12)
        ]
        (place / f"{shard}.jsonl").write_text("\n".join([*rows, "not json"]) + "\n")
    return place


def dealt(folder: Path) -> list[str]:
    """The lines of all shards in the order in which they were dealt out."""
    shards = [path.read_text().splitlines() for path in sorted(folder.iterdir())]
    return [shards[index % len(shards)][index // len(shards)] for index in range(sum(map(len, shards)))]


@pytest.mark.parametrize("asked", GENERATED)
def test_shards_hold_the_generated_rows_of_one_file(tmp_path: Path, asked: tuple[object, ...]) -> None:
    one, several = tmp_path / "one.jsonl", tmp_path / "new" / "several"
    with without_traces():
        assert run(*asked, "--out", one).exit_code == 0
        result = run(*asked, "--out", several, "--shards", 3, "--workers", 2)
    assert result.exit_code == 0, result.output
    assert min(path.name for path in several.iterdir()) == "shard-00000-of-00003.jsonl"
    assert dealt(several) == one.read_text().splitlines()


def test_shards_hold_the_converted_rows_of_one_file(tmp_path: Path, solved: Path) -> None:
    def convert(name: str, *more: object) -> Result:
        refused = ("--refused", tmp_path / f"{name}.refused", "--variants", 2)
        return run("convert", "gsm8k", solved, "--out", tmp_path / name, *refused, *more)

    one, several = convert("one"), convert("several", "--shards", 4, "--workers", 2)
    assert one.exit_code == several.exit_code == 0 and one.output == several.output
    assert dealt(tmp_path / "several") == (tmp_path / "one").read_text().splitlines()
    assert (tmp_path / "several.refused").read_bytes() == (tmp_path / "one.refused").read_bytes()


def test_a_conversion_into_shards_goes_on(
    tmp_path: Path, solved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("convert", "gsm8k", solved, "--shards", 2, "--out")
    run(*asked, tmp_path / "whole")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(
            "trace_trainer.engine.commands.conversion_written.tell", stop
        )  # of the line that can't be read
        assert run(*asked, tmp_path / "parts").exit_code == 130
    assert [path.suffix for path in (tmp_path / "parts").iterdir()] == [".partial"]
    assert run(*asked, tmp_path / "parts", "--resume", "--workers", 2).exit_code == 0
    assert dealt(tmp_path / "parts") == dealt(tmp_path / "whole")


def test_a_folder_with_other_rows_takes_no_shards(tmp_path: Path) -> None:
    asked = ("generate", "--count", 4, "--out", tmp_path / "out", "--shards")
    assert [run(*asked, 2).exit_code for _ in range(2)] == [0, 0]  # the same again replaces it
    result = run(*asked, 3)
    assert (
        result.exit_code == 2 and "out holds shard-00000-of-00002.jsonl, which would be read" in result.stderr
    )


def test_shards_need_a_folder() -> None:
    result = run("generate", "--count", 4, "--shards", 2)
    assert result.exit_code == 2 and "give --out FOLDER" in result.stderr


def test_shards_replace_nothing_that_is_read(solved: Path) -> None:
    read = solved / "shard-00000-of-00001.jsonl"
    (solved / "a.jsonl").rename(read)
    (solved / "b.jsonl").unlink()
    result = run("convert", "gsm8k", read, "--shards", 1, "--out", solved)
    assert result.exit_code == 2 and "solved holds what is read" in result.stderr
