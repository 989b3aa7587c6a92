"""Our problems as a data set of reasoning-gym, and its data sets as problem files of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

reasoning_gym = pytest.importorskip("reasoning_gym")

from trace_trainer.engine.errors import UserError  # noqa: E402
from trace_trainer.engine.problems.files.word_problems import read_problems  # noqa: E402
from trace_trainer.engine.tasks.free_answers import FreeAnswers  # noqa: E402
from trace_trainer.integrations.judge import UnjudgedError  # noqa: E402
from trace_trainer.integrations.reasoning_gym import command, problems_of  # noqa: E402


def test_a_data_set_keeps_the_protocol() -> None:
    dataset = reasoning_gym.create_dataset("traces", split="test_numbers", size=5, seed=7)
    entries = list(dataset)
    assert len(dataset) == len(entries) == 5
    assert all({"question", "answer", "metadata"} == entry.keys() for entry in entries)
    again = reasoning_gym.create_dataset("traces", split="test_numbers", size=5, seed=7)
    assert list(again) == entries != list(reasoning_gym.create_dataset("traces", size=5, seed=8))


def test_numbers_are_scored_by_value_and_traces_by_the_verifier() -> None:
    dataset = reasoning_gym.create_dataset("traces", size=5, seed=7)
    for entry in dataset:
        assert dataset.score_answer(entry["answer"], entry) == 1.0
        assert dataset.score_answer(entry["metadata"]["trace"], entry) == 1.0
        assert dataset.score_answer("999983", entry) == 0.0
        assert dataset.score_answer(f"{entry['answer']} apples, says {entry['answer']}", entry) == 0.0
        assert dataset.score_answer(None, entry) == 0.0
    broken = {**dataset[0], "answer": "many"}
    with pytest.raises(UnjudgedError):
        dataset.score_answer(dataset[0]["metadata"]["trace"], broken)


def test_it_can_be_part_of_a_composite() -> None:
    from reasoning_gym.composite import DatasetSpec

    specs = [
        DatasetSpec(name="traces", weight=1, config={"split": "train"}),
        DatasetSpec(name="chain_sum", weight=1, config={}),
    ]
    dataset = reasoning_gym.create_dataset("composite", size=12, seed=1, datasets=specs)
    assert {entry["metadata"]["source_dataset"] for entry in dataset} == {"traces", "chain_sum"}
    assert all(dataset.score_answer(entry["answer"], entry) == 1.0 for entry in dataset)


def test_its_problems_are_read_as_ours(tmp_path: Path) -> None:
    file = tmp_path / "problems.jsonl"
    result = CliRunner().invoke(command, ["gsm_symbolic", "--size", "8", "--out", str(file)])
    assert result.exit_code == 0 and result.output.startswith("8 of 8 problems"), result.output
    problems = read_problems(file)
    assert problems == list(problems_of("gsm_symbolic", 8))
    assert all(FreeAnswers().judge(one, f"It is {one.answer}").outcome == "correct" for one in problems)


def test_what_can_not_be_had_is_one_line(tmp_path: Path) -> None:
    out = str(tmp_path / "x.jsonl")
    for name, said in (("chain_sums", "did you mean chain_sum"), ("letter_jumble", "is a number")):
        result = CliRunner().invoke(command, [name, "--size", "2", "--out", out])
        assert (result.exit_code, len(result.output.splitlines())) == (1, 1) and said in result.output
    with pytest.raises(UserError, match="can't make chain_sum"):
        list(problems_of("chain_sum", 2, min_terms=0))
    assert not (tmp_path / "x.jsonl").exists()
