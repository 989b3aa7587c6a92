"""`trainer audit --stress`: what is counted as paid, by which reward, and what is said of files that don't fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.audit_runs import GOOD, audit, row, summary, write
from helpers.plugins import without_traces

from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.experts.problems import generate

FALSE, ANY = "false formula", "any of these"
FEW = ("--stress", "--per-problem", "5")
SOLUTION = {
    "question": "Ann has 16 eggs and eats 3, then 4. She sells the rest at $2 each. What does she earn?",
    "answer": "She has 16 - 7 = <<16-7=9>>9 left and earns <<9*2=18>>18.\n#### 18",
}


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("stress") / "problems.jsonl"
    write_problems(path, generate("validation", 25, seed=2, wording="plain"))
    return str(path)


def paid(found: dict[str, Any], kind: str, judged: str) -> int:
    count: int = found["kinds"][kind][judged]["problems"]["paid"]
    return count


def test_false_formulas_are_paid_by_answers_and_not_by_references(problems: str) -> None:
    found = summary(problems, *FEW)
    assert found["problems"] == found["with_gold"] == 25 and found["policy"] == "gated"
    assert paid(found, FALSE, "answer") > 5
    assert paid(found, ANY, "reference") <= 2
    share = found["kinds"][FALSE]["answer"]["traces"]
    assert share["share"] == share["paid"] / share["tried"]
    assert share["interval"][0] < share["share"] <= share["interval"][1]


def test_the_same_seed_gives_the_same_and_another_one_other_traces(problems: str) -> None:
    one, again, other = (audit(problems, *FEW, "--seed", seed).stdout for seed in ("3", "3", "4"))
    assert one == again != other


def test_what_is_paid_is_kept_and_audits_as_correct(problems: str, tmp_path: Path) -> None:
    kept = tmp_path / "paid.jsonl"
    found = summary(problems, *FEW, "--paid-traces", str(kept))
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    by_answer = [line for line in lines if "answer" in line["paid_by"]]
    assert (
        len([line for line in by_answer if line["kind"] == FALSE])
        == (found["kinds"][FALSE]["answer"]["traces"]["paid"])
    )
    path = write(tmp_path / "again.jsonl", *by_answer)
    assert summary(path, "--no-reference")["outcomes"] == {"correct": len(by_answer)}


def test_a_reward_of_ones_own_that_pays_anything_pays_all_of_it(problems: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("def kind(verdict):\n    return 1.0\n")
    with without_traces():
        found = summary(problems, *FEW, "--reward", f"{mine}:kind")
    for figures in found["kinds"]["another number"].values():
        assert figures["traces"]["share"] == 1


def test_what_counts_as_paid_can_be_set(problems: str) -> None:
    kind = "another number"
    assert paid(summary(problems, *FEW, "--paid-from", "0.2"), kind, "answer") > 20
    assert paid(summary(problems, *FEW, "--paid-from", "1.5"), FALSE, "answer") == 0


def test_the_worked_solutions_of_gsm8k_are_read_and_the_shortest_formula_is_taken_for_right(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "gsm8k.jsonl", SOLUTION)
    found = summary(path, *FEW, "--per-problem", "50")
    assert found["with_gold"] == 0 and set(found["kinds"][FALSE]) == {"answer"}
    assert paid(found, FALSE, "answer") == 1  # 16 + 2, and others besides
    assert "shortest formula" in audit(path, *FEW).stdout


def test_what_is_no_problem_is_left_out_and_named(tmp_path: Path) -> None:
    broken = GOOD.replace("sub", "add")
    path = write(tmp_path / "p.jsonl", row(), row(broken), row(answer="many"), row(reference="seven"), "no")
    result = audit(path, *FEW, "--format", "json")
    assert json.loads(result.stdout)["left_out"] == 4
    said = [line.partition(": left out: ")[2] for line in result.stderr.splitlines()]
    assert said[0] == "bad reference: the reference computes 19, the gold answer is 13"
    assert said[1].startswith("the gold answer is no number")
    assert said[2].startswith("bad reference: the reference can't be read") and said[3].startswith("not JSON")


def test_so_many_problems_are_drawn_from_anywhere_in_the_file(problems: str) -> None:
    assert summary(problems, *FEW, "--count", "7")["problems"] == 7
    first = write(Path(problems).with_name("first.jsonl"), *Path(problems).read_text().splitlines()[:7])
    assert audit(problems, *FEW, "--count", "7").stdout != audit(first, *FEW).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--count", "3"), "--count is an option of --stress"),
        (("--stress", "--workers", "2"), "--workers says nothing about --stress"),
        (("--stress", "--format", "jsonl"), "--paid-traces"),
        (("--stress", "--kind", "call"), "what is expected of a reply"),
        (("--stress", "--answer-field", "sum"), "needs a question and an answer"),
    ],
)
def test_options_that_do_not_fit_are_one_line(problems: str, options: tuple[str, ...], said: str) -> None:
    result = audit(problems, *options)
    assert result.exit_code == 2 and said in result.stderr.splitlines()[-1]
