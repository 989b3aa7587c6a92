"""Hosted models and files of other systems, judged as local models are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.stand_ins import Said, completion, refusal, standing_in

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.external import evaluate_external
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.hosted import evaluate_hosted
from trace_trainer.engine.inference.hosted.client import HostedModel, Limits
from trace_trainer.engine.inference.hosted.endpoint import Endpoint
from trace_trainer.engine.inference.hosted.messages import api_messages
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import generate

TASK = TraceTask()
PROBLEMS = list(generate("validation", 6))
TRACES = {problem.question: problem.trace for problem in PROBLEMS}


def evaluated(answer: Any, task: Any = TASK, problems: Any = PROBLEMS, **options: Any) -> Evaluation:
    with standing_in(answer) as server:
        limits = Limits(concurrency=2, attempts=2, first_wait=0.001)
        model = HostedModel(Endpoint(server.url), "one", limits=limits)
        return evaluate_hosted(model, task, problems, progress=False, **options)


def right(body: dict[str, Any], number: int) -> Said:
    return completion(TRACES[body["messages"][-1]["content"]])


def test_gold_traces_from_a_server_are_correct() -> None:
    found = evaluated(right)
    assert (found.accuracy, found.failed, found.mean_completion_tokens) == (1.0, 0, 3.0)


def test_a_failed_request_is_an_error_and_counted_apart() -> None:
    def third_fails(body: dict[str, Any], number: int) -> Said:
        failing = body["messages"][-1]["content"] == PROBLEMS[2].question
        return refusal(500) if failing else right(body, number)

    found = evaluated(third_fails)
    assert found.accuracy == 1.0 and found.outcomes == {"correct": 5, "error": 1}
    assert found.violations == {"no_completion": 1}
    assert (found.failed, found.to_json()["failed"]) == (1, 1)
    rows = list(found.rows())
    assert rows[2]["completion"] is None and "500" in rows[2]["error"] and rows[2]["reward"] is None


def test_failures_of_calls_are_errors_too() -> None:
    task = task_for("functions")
    problems = list(task.generate("validation", 3))

    def second_fails(body: dict[str, Any], number: int) -> Said:
        return (
            refusal(500) if body["messages"] == api_messages(task.prompt(problems[1])) else completion("No.")
        )

    found = evaluated(second_fails, task, problems)
    assert found.outcomes["error"] == 1 and found.metrics["type_match"].n == 2


def test_a_server_that_gives_no_reply_at_all_is_an_error_of_the_users() -> None:
    with pytest.raises(UserError, match="withheld"):
        evaluated(lambda body, number: completion("", finish_reason="content_filter"))


@pytest.mark.parametrize("format", ["hermes", "llama3", "functiongemma", "structured"])
def test_calls_of_a_server_are_judged_in_any_wire_format(format: str) -> None:
    task = task_for("functions", format)
    problems = [p for p in task.generate("validation", 30) if p.reply and p.reply.get("tool_calls")][:6]
    replies = {
        json.dumps(api_messages(task.prompt(problem)), sort_keys=True): problem.reply for problem in problems
    }

    def gold(body: dict[str, Any], number: int) -> Said:
        assert body["tools"]
        reply = replies[json.dumps(body["messages"], sort_keys=True)]
        assert reply is not None
        functions = [dict(call["function"]) for call in reply["tool_calls"]]
        for function in functions:
            function["arguments"] = json.dumps(function["arguments"])
        calls = [{"id": "c", "type": "function", "function": function} for function in functions]
        return completion(None, tool_calls=calls)

    assert evaluated(gold, task, problems).accuracy == 1.0


@pytest.mark.parametrize("arguments", ["{not json", '["a list"]', '"text"'])
def test_arguments_that_no_call_has_are_the_models_fault(arguments: str) -> None:
    task = task_for("functions")
    problems = list(task.generate("validation", 1))
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    found = evaluated(lambda body, number: completion(None, tool_calls=[call]), task, problems)
    assert found.outcomes == {"unparsed": 1}


def rows_in(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("by", ["id", "prompt", "place"])
def test_completions_are_found_by_id_by_question_or_by_place(by: str, tmp_path: Path) -> None:
    rows = [
        {"completion": p.trace, **{"id": {"id": p.id}, "prompt": {"prompt": p.question}, "place": {}}[by]}
        for p in (PROBLEMS if by == "place" else reversed(PROBLEMS))
    ]
    assert evaluate_external("other", rows_in(tmp_path / "c.jsonl", rows), TASK, PROBLEMS).accuracy == 1.0


def test_what_an_evaluation_wrote_is_read_back_to_the_same_verdicts(tmp_path: Path) -> None:
    def mixed(body: dict[str, Any], number: int) -> Said:
        return (
            refusal(500) if body["messages"][-1]["content"] == PROBLEMS[1].question else right(body, number)
        )

    found = evaluated(mixed)
    file = rows_in(tmp_path / "c.jsonl", [{"model": name, **row} for name in "ab" for row in found.rows()])
    again = evaluate_external("b", file, TASK, PROBLEMS)
    assert (again.outcomes, again.failed, again.mean_completion_tokens) == (found.outcomes, 1, 3.0)
    with pytest.raises(UserError, match=r"completions of a, b: name one of them, as --external a="):
        evaluate_external("c", file, TASK, PROBLEMS)


def test_a_row_may_hold_a_message_with_calls(tmp_path: Path) -> None:
    task = task_for("functions")
    problems = [p for p in task.generate("validation", 20) if p.reply and p.reply.get("tool_calls")][:3]
    rows = [{"id": problem.id, "message": problem.reply} for problem in problems]
    assert evaluate_external("other", rows_in(tmp_path / "c.jsonl", rows), task, problems).accuracy == 1.0


def test_the_output_of_a_batch_is_read(tmp_path: Path) -> None:
    bodies = [right({"messages": [{"content": problem.question}]}, 0).body for problem in PROBLEMS]
    rows = [
        {
            "id": f"batch_{n}",
            "custom_id": problem.id,
            "response": {"status_code": 200, "body": body},
            "error": None,
        }
        for n, (problem, body) in enumerate(zip(PROBLEMS, bodies, strict=True))
    ]
    rows[1] |= {"response": None, "error": {"code": "expired", "message": "not in time"}}
    rows[2] |= {"response": {"status_code": 500, "body": {"error": {"message": "broken"}}}}
    found = evaluate_external("other", rows_in(tmp_path / "c.jsonl", rows), TASK, PROBLEMS)
    assert (found.accuracy, found.failed, found.mean_completion_tokens) == (1.0, 2, 3.0)
    failures = [completion.failure for completion in found.completions if completion.failure]
    assert failures[0] == "not in time" and "broken" in failures[1]


def test_several_completions_of_each_problem_are_its_samples(tmp_path: Path) -> None:
    rows = [{"id": p.id, "completion": text} for p in PROBLEMS for text in (p.trace, "no trace")]
    file = rows_in(tmp_path / "c.jsonl", rows)
    found = evaluate_external("other", file, TASK, PROBLEMS, samples=2)
    assert (found.accuracy, found.pass_at_k[2]) == (0.5, 1.0)
    with pytest.raises(UserError, match="has 2 completions by its id, not 1; see --samples"):
        evaluate_external("other", file, TASK, PROBLEMS)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "holds no completion"),
        ([{"completion": "x"}], "holds 1 completions of 6 problems, and no ids"),
        ([{"id": "elsewhere", "completion": "x"}], "has no completions by its id"),
        (
            [{"id": p.id, "prompt": "another", "completion": "x"} for p in PROBLEMS],
            "is that of another problem",
        ),
        ([{"id": p.id, "reply": "x"} for p in PROBLEMS], "there is no completion \\(there are id, reply\\)"),
        (
            [{"id": p.id, "completion": 5} for p in PROBLEMS],
            "field completion is 5; it must be text, or null",
        ),
    ],
    ids=["empty", "few", "other-ids", "other-prompts", "other-field", "number"],
)
def test_files_that_are_not_of_these_problems_are_refused(
    rows: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=said):
        evaluate_external("other", rows_in(tmp_path / "c.jsonl", rows), TASK, PROBLEMS)
