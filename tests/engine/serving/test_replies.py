"""What was written as a client gets it."""

from __future__ import annotations

import pytest

from trace_trainer.engine.evaluation.asking import sampled_of
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.inference.hosted.messages import read_reply
from trace_trainer.engine.serving.answerer import Answer
from trace_trainer.engine.serving.replies import reply_body
from trace_trainer.engine.tasks import task_for
from trace_trainer.verifiers.calls import FORMATS


@pytest.mark.parametrize("format", FORMATS)
def test_replies_with_calls_survive_the_way_to_a_client_and_back(format: str) -> None:
    task = task_for("functions", format)
    for problem in task.generate("validation", 20):
        text = task.gold_text(problem)
        body = reply_body(Answer([Sampled(text, 5, True)], 9), "mine", task)
        back = sampled_of(task, problem, read_reply(body))
        assert task.judge(problem, back.text).outcome == "correct"
        reason = "tool_calls" if body["choices"][0]["message"].get("tool_calls") else "stop"
        assert body["choices"][0]["finish_reason"] == reason


def test_what_was_cut_is_no_finished_call() -> None:
    task = task_for("functions")
    body = reply_body(Answer([Sampled('<tool_call>{"name": "f", "arg', 5, False)], 9), "mine", task)
    (choice,) = body["choices"]
    assert (choice["finish_reason"], choice["message"]["content"][:11]) == ("length", "<tool_call>")
    assert body["usage"] == {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
