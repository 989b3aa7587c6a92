"""engine/commands/solve.py: an answer is printed only behind a trace that verifies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference.completions import Sampled

QUESTION = "Tom has 3 apples and buys 4 more. How many apples has he now?"
ADDS = """expert: arithmetic
trace:
- {op: init, var: apples, value: 3}
- {op: init, var: bought, value: 4}
- {op: compute, compute_op: add, args: [apples, bought], var: result}
- {op: query, var: result}
"""
MULTIPLIES = ADDS.replace("add", "mul")
UNGROUNDED = ADDS.replace("value: 4", "value: 40")


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the model will write, one text a sample; everything but the model is real."""
    texts: list[str] = []

    def complete(
        loaded: object, questions: Sequence[str], *, samples: int = 1, **settings: object
    ) -> list[list[Sampled]]:
        return [[Sampled(text, 20, ended=True) for text in texts[:samples]] for _ in questions]

    class Loaded:
        name = "scripted"

    monkeypatch.setattr("trace_trainer.engine.evaluation.asking.complete", complete)
    monkeypatch.setattr("trace_trainer.engine.models.loading.load_model", lambda name, **how: Loaded())
    return texts


def _solve(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(trainer, ["solve", *arguments], input=stdin)


def test_a_verified_trace_is_shown_with_the_value_of_each_step(answer: list[str]) -> None:
    answer.append(ADDS)
    result = _solve(QUESTION)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines() if "{op:" in line]
    assert [row[-1] for row in rows] == ["3", "4", "7", "7"]
    assert "answer 7" in result.stdout


def test_an_invalid_trace_gives_its_violations_a_hint_and_no_answer(answer: list[str]) -> None:
    answer.append(UNGROUNDED)
    result = _solve(QUESTION)
    assert result.exit_code == 1
    assert "ungrounded_number line 4" in result.stdout
    assert "--samples 8" in result.stdout
    assert "answer 43" not in result.stdout


def test_the_answer_of_several_samples_is_the_one_most_verified_traces_compute(answer: list[str]) -> None:
    answer.extend([UNGROUNDED, MULTIPLIES, UNGROUNDED, ADDS, ADDS, UNGROUNDED])
    result = _solve(QUESTION, "--samples", "6", "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["answer"], found["votes"], found["trace"]) == ("7", {"7": 2, "12": 1}, ADDS)


def test_json_holds_every_step_and_the_outcome(answer: list[str]) -> None:
    answer.append(ADDS)
    found = json.loads(_solve(QUESTION, "--format", "json").stdout)
    assert (found["question"], found["model"], found["outcome"], found["expert"]) == (
        QUESTION, "scripted", "valid", "arithmetic"
    )  # fmt: skip
    assert found["steps"][2] == {
        "subtrace": 0,
        "step": 2,
        "text": "{op: compute, compute_op: add, args: [apples, bought], var: result}",
        "value": "7",
    }


def test_json_of_a_failure_has_no_answer_but_the_violations(answer: list[str]) -> None:
    answer.append("seven")
    result = _solve(QUESTION, "--format", "json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["answer"], found["outcome"], found["votes"]) == (1, None, "unparsed", {})
    assert found["violations"]


def test_another_expert_than_the_one_asked_for_is_no_answer(answer: list[str]) -> None:
    answer.append(ADDS)
    assert _solve(QUESTION, "--expert", "percentage").exit_code == 1
    assert _solve(QUESTION, "--expert", "arithmetic").exit_code == 0


def test_the_parts_of_a_composition_are_told_apart(answer: list[str]) -> None:
    first = "- expert: arithmetic\n  trace:\n" + "".join(f"  {line}\n" for line in ADDS.splitlines()[2:])
    second = (
        "- expert: arithmetic\n  trace:\n  - {op: init, var: sum, source: prev.result}\n"
        "  - {op: compute, compute_op: mul, args: [sum, 2], var: result}\n  - {op: query, var: result}\n"
    )
    answer.append(first + second)
    result = _solve(QUESTION + " How much is twice that?")
    assert "answer 14" in result.stdout
    assert "sub-trace 0" in result.stdout and "sub-trace 1" in result.stdout


@pytest.mark.parametrize("argument", ["-", ""])
def test_the_question_is_read_from_standard_input(answer: list[str], argument: str) -> None:
    answer.append(ADDS)
    result = _solve(argument, stdin=QUESTION + "\n")
    assert (result.exit_code, "answer 7" in result.stdout) == (0, True)


def test_no_question_at_all_is_bad_usage() -> None:
    result = _solve("-", stdin=" \n")
    assert (result.exit_code, "there is no question" in result.output) == (2, True)


def test_what_a_model_writes_cannot_steer_the_terminal(answer: list[str]) -> None:
    answer.append("\x1b[2J [bold]x[/bold]")
    shown = _solve(QUESTION).stdout
    assert "\x1b" not in shown
    assert r"\x1b[2J [bold]x[/bold]" in shown


def test_a_trace_cut_at_the_limit_is_met_with_a_larger_one(tiny_model_dir: Path) -> None:
    result = CliRunner().invoke(
        trainer, ["solve", QUESTION, "--model", str(tiny_model_dir), "--max-new-tokens", "1"]
    )
    assert result.exit_code == 1
    assert "--max-new-tokens 2" in result.stdout


def test_it_says_what_verified_means(answer: list[str]) -> None:
    answer.append(ADDS)
    shown = " ".join(_solve(QUESTION).stdout.split())
    assert "verified: every number stands in the question and every step ran; whether" in shown
    assert "not used" not in shown


def test_numbers_of_the_question_that_are_not_used_are_named(answer: list[str]) -> None:
    answer.append(ADDS)
    question = QUESTION + " The shop has 9 stands."
    assert "not used: the question's '9'" in _solve(question).stdout
    lints = json.loads(_solve(question, "--format", "json").stdout)["lints"]
    assert [lint["code"] for lint in lints] == ["unused_question_number"]


def test_a_trace_of_any_of_several_experts_is_an_answer(answer: list[str]) -> None:
    answer.append(ADDS)
    assert _solve(QUESTION, "--expert", "percentage,arithmetic").exit_code == 0
    assert _solve(QUESTION, "--expert", "percentage", "--expert", "comparison").exit_code == 1


@pytest.mark.parametrize(("task", "base"), [((), "tiny-base"), (("--task", "installer"), "tiny-calls-base")])
def test_an_untrained_base_is_named(
    answer: list[str], checkpoints: Path, monkeypatch: pytest.MonkeyPatch, task: tuple[str, ...], base: str
) -> None:
    answer.append(ADDS)
    monkeypatch.setattr("trace_trainer.engine.commands.solve._hold_conversation", lambda *_: True)
    stderr = _solve(QUESTION, *task).stderr
    assert f"so this is {base}, an untrained base" in stderr
    assert stderr.count("\n") == 1
