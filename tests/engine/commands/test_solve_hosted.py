"""trainer solve with a model behind an address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from helpers.stand_ins import Said, completion, refusal, standing_in

from trace_trainer.engine.cli import trainer
from trace_trainer.experts.problems import generate

PROBLEM = next(iter(generate("validation", 1)))
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}


def solve(*arguments: Any) -> Result:
    return CliRunner().invoke(trainer, ["solve", *map(str, arguments)])


def test_a_trace_from_a_server_is_executed() -> None:
    with standing_in(lambda body, number: completion(PROBLEM.trace)) as server:
        result = solve("--model", server.url, "--api-model", "other", "--format", "json", PROBLEM.question)
        (body,) = server.bodies
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["outcome"] == "valid" and found["model"].startswith("other at 127.0.0.1")
    assert body["model"] == "other" and body["messages"][-1]["content"] == PROBLEM.question
    assert "needs --card" in result.stderr and "1 requests" in result.stderr


def test_samples_that_fail_have_no_vote() -> None:
    def second_fails(body: dict[str, Any], number: int) -> Said:
        return refusal(422) if number == 1 else completion(PROBLEM.trace)

    with standing_in(second_fails) as server:
        result = solve("--model", server.url, "--samples", 3, "--format", "json", PROBLEM.question)
    assert json.loads(result.stdout)["samples"] == 2


def test_a_conversation_with_a_server_goes_on_with_what_it_called(tmp_path: Path) -> None:
    def calls(body: dict[str, Any], number: int) -> Said:
        call = {
            "id": "1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
        }
        return completion(None, tool_calls=[call]) if number == 0 else completion("It is warm.")

    (tmp_path / "tools.json").write_text(json.dumps([TOOL]))
    with standing_in(calls) as server:
        result = solve(
            "--model", server.url, "--task", "functions", "--tools", tmp_path / "tools.json", "--turn", "And?",
            "--format", "json", "How is the weather in Rome?",
        )  # fmt: skip
        second = server.bodies[1]
    assert result.exit_code == 0, result.output
    first, last = json.loads(result.stdout)["turns"]
    assert (
        first["calls"] == [{"name": "weather", "arguments": {"city": "Rome"}}]
        and last["reply"] == "It is warm."
    )
    assert second["tools"][0]["function"]["name"] == "weather"
    called = next(message for message in second["messages"] if message["role"] == "assistant")
    assert called["tool_calls"][0]["function"]["name"] == "weather"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--guided",), "can't be constrained"),
        (("--task", "functions", "--turn", "x"), "--tools FILE"),
        (("--samples", 2, "--temperature", 0), "would all be the same"),
    ],
)
def test_what_a_server_cant_be_asked_is_said_before_it_is(arguments: tuple[Any, ...], said: str) -> None:
    with standing_in(lambda body, number: completion("x")) as server:
        result = solve("--model", server.url, *arguments, "Why?")
        assert (result.exit_code, server.bodies) == (2, [])
    assert said in result.stderr and "Traceback" not in result.output


def test_a_server_that_fails_is_one_line() -> None:
    with standing_in(lambda body, number: refusal(422, "too long")) as server:
        result = solve("--model", server.url, "Why?")
    assert result.exit_code == 2 and "refuses one: 422" in result.stderr


def test_a_name_on_a_server_is_for_an_address(tiny_model_dir: Path) -> None:
    result = solve("--model", tiny_model_dir, "--api-model", "x", "Why?")
    assert result.exit_code == 2 and "that is an address" in result.stderr
