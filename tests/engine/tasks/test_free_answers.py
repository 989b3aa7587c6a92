"""Answers in free text, extracted and compared as lm-evaluation-harness does for GSM8K."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluate_model, evaluation_of
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.models.chat import PLAIN_TEMPLATE, prompt_text, turn_end_id
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.free_answers import check_shots, free_answers, read_shots
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import Problem

TASK = free_answers(TraceTask(card=True))


def shares(text: str, gold: str = "18") -> tuple[bool | float, ...]:
    """Flexible, strict and by value."""
    return tuple(TASK.shares(TASK.judge(Problem("1", "How much?", gold), text)).values())


# What `RegexFilter` and `exact_match_hf_evaluate` of lm-eval 0.4.13 say of flexible and strict.
@pytest.mark.parametrize(
    ("text", "flexible", "strict"),
    [
        ("16 - 3 = 13, times 2 is 18", True, False),
        ("She makes $18.\n#### 18", True, True),
        ("#### 18\nThat is 18 eggs for 2 days", False, True),
        ("#### 17 no, #### 18", True, False),
        ("#### -18", False, False),
        ("The answer is 18.", True, False),
        ("The answer is $18.", True, False),
        ("The answer is 18.00", False, False),
        ("####18", True, False),
        ("eighteen", False, False),
        ("18 eggs, as said...", False, False),
        ("", False, False),
    ],
)
def test_extraction_is_that_of_the_harness(text: str, flexible: bool, strict: bool) -> None:
    assert shares(text)[:2] == (flexible, strict)


def test_thousands_and_money_are_compared_without_their_marks() -> None:
    assert shares("It is $1,080.\n#### 1,080", "1080") == (True, True, True)
    assert shares("#### 1080", "1,080") == (True, True, True)


def test_the_same_value_in_other_digits_is_told_apart() -> None:
    assert shares("It costs 18.00") == (False, False, True)


def test_a_reply_without_a_number_is_unparsed_and_a_gold_that_is_none_an_error() -> None:
    assert TASK.judge(Problem("1", "How much?", "18"), "much").outcome == "unparsed"
    assert TASK.judge(Problem("1", "How much?", "much"), "18").outcome == "error"


def test_what_follows_another_question_does_not_count() -> None:
    problem = Problem("1", "How much?", "18")
    ran_on = Sampled(" 18\n\nQuestion: How many?\nAnswer: 5", 20, False)
    found = evaluation_of("base", TASK, [problem], [[ran_on]], "data", "gated")
    assert (found.accuracy, found.truncated, found.completions[0].text) == (1.0, 0, " 18\n\n")


def test_shots_stand_before_the_question_with_their_answers_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    rows = [{"question": "A?", "answer": "1+1=2\n#### 2"}, {"question": "B?", "answer": 3}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    task = free_answers(TraceTask(), read_shots(file, 2))
    asked = task.prompt(Problem("1", "C?", "4")).messages
    assert asked == [
        {
            "role": "user",
            "content": "Question: A?\nAnswer: 1+1=2\n#### 2\n\nQuestion: B?\nAnswer: 3\n\nQuestion: C?\nAnswer:",
        }
    ]
    with pytest.raises(UserError, match="holds 2 problems, not the 3 of --shots"):
        read_shots(file, 3)
    with pytest.raises(UserError, match="problem 1 is one of the shots"):
        check_shots(task.shots, [Problem("1", "B?", "3")])


def test_a_model_without_a_template_goes_on_with_the_text_itself(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    loaded.tokenizer.chat_template = PLAIN_TEMPLATE
    TASK.fit(loaded.tokenizer, "base")
    shown = prompt_text(loaded.tokenizer, TASK.prompt(Problem("1", "How much?", "18")))
    assert shown.endswith("Question: How much?\nAnswer:") and "Trace" not in shown
    assert turn_end_id(loaded.tokenizer) == loaded.tokenizer.eos_token_id


def test_a_model_with_a_template_is_asked_through_it(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    own = loaded.tokenizer.chat_template
    found = evaluate_model(loaded, TASK, [Problem("1", "How much?", "18")], max_new_tokens=3)
    assert loaded.tokenizer.chat_template == own and found.n == 1


def test_tasks_without_numbers_as_answers_have_no_free_ones() -> None:
    with pytest.raises(UserError, match="the task functions are none"):
        free_answers(task_for("functions"))
