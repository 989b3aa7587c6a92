"""Several files: each problem once, or shares that follow from the seed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.mixture import Mixture, read_mixture
from trace_trainer.engine.training.rl.problems import rl_problems
from trace_trainer.engine.training.sft.problems import sft_problems


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A file of ten problems and one of thirty."""
    for name, count in (("a", 10), ("b", 30)):
        rows = [{"id": str(n), "question": f"{name} {n}?", "answer": n} for n in range(count)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")


def _mixture(files: tuple[str, ...], mix: str | None, seed: int = 0) -> Mixture:
    return read_mixture(SFTConfig(data=files, mix=mix, seed=seed))


def _questions(mixture: Mixture, number: int = 0) -> list[str]:
    return [problem.question for problem in mixture.round(number)]


def test_without_shares_every_problem_is_taken_once_in_order(files: tuple[str, str]) -> None:
    mixture = _mixture(files, None)
    assert _questions(mixture) == [f"a {n}?" for n in range(10)] + [f"b {n}?" for n in range(30)]
    assert mixture.source == f"{files[0]} and {files[1]}"


def test_shares_are_kept_and_a_small_file_comes_round_again(files: tuple[str, str]) -> None:
    mixture = _mixture(files, "3:1")
    drawn = Counter(_questions(mixture))
    of_a = {question: count for question, count in drawn.items() if question.startswith("a")}
    assert drawn.total() == 40 and sum(of_a.values()) == 30 and set(of_a.values()) == {3}
    assert set(drawn.values()) == {1, 3}
    assert mixture.source.endswith("mixed 3:1")


def test_draws_follow_from_the_seed_and_differ_between_rounds(files: tuple[str, str]) -> None:
    assert _questions(_mixture(files, "1:1")) == _questions(_mixture(files, "1:1"))
    assert _questions(_mixture(files, "1:1")) != _questions(_mixture(files, "1:1", seed=1))
    assert _questions(_mixture(files, "1:1")) != _questions(_mixture(files, "1:1"), 1)


def test_an_id_of_two_files_stays_unique(files: tuple[str, str]) -> None:
    ids = [problem.id for problem in _mixture(files, None).round()]
    assert len(set(ids)) == 40 and ids[0] == "0" and ids[10] == "b:0"


def test_the_record_names_every_file_with_hash_and_share(files: tuple[str, str]) -> None:
    first, second = _mixture(files, "3:1").record(task_for("traces"))
    assert (first["rows"], second["rows"], first["share"], second["share"]) == (10, 30, 3.0, 1.0)
    assert first["sha256"] != second["sha256"] and len(first["sha256"]) == 64


def test_shares_need_files() -> None:
    with pytest.raises(UserError, match="there is none"):
        sft_problems(SFTConfig(mix="1:1"))
    with pytest.raises(UserError, match="there is none"):
        rl_problems(RLConfig(mix="1:1"))


@pytest.mark.parametrize(
    ("mix", "said"), [("3", "1 shares for 2"), ("3:x", "no list of shares"), ("1:0", "above 0")]
)
def test_shares_that_do_not_fit_are_refused(files: tuple[str, str], mix: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_mixture(RLConfig(data=files, mix=mix))
