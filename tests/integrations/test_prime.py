"""Our problems as a taskset of Prime Intellect's `verifiers`, loaded and scored by it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

vf = pytest.importorskip("verifiers.v1")

from trace_trainer.integrations.prime import TraceTaskset, TraceTasksetConfig  # noqa: E402


def replied(task: Any, text: str) -> Any:
    """The record of a rollout in which the model said this."""
    said = vf.AssistantMessage(content=text)
    return vf.Trace(
        task=vf.TraceTask(type=type(task).__name__, data=task.data),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
        nodes=[vf.MessageNode(message=said, sampled=True)],
    )


def scored(task: Any, text: str) -> Any:
    trace = replied(task, text)
    asyncio.run(task.score(trace))
    return trace


@pytest.fixture(scope="module")
def tasks() -> list[Any]:
    return list(TraceTaskset(TraceTasksetConfig(count=5, seed=3)))


def test_every_task_has_gold_that_verifies(tasks: list[Any]) -> None:
    assert [asyncio.run(task.validate(None)) for task in tasks] == [True] * 5
    assert [task.data.idx for task in tasks] == [0, 1, 2, 3, 4]
    assert all(task.data.prompt == task.data.question and task.data.system_prompt for task in tasks)


def test_a_reply_is_rewarded_by_the_verifier(tasks: list[Any]) -> None:
    right, wrong = scored(tasks[0], tasks[0].data.trace), scored(tasks[0], "no trace")
    assert (right.reward, right.metrics["correct"]) == (1.0, 1.0)
    assert (wrong.reward, wrong.metrics["correct"], wrong.rewards["verified"].score) == (0.0, 0.0, 0.0)


def test_what_can_not_be_judged_is_an_error_of_the_task_and_no_zero(tasks: list[Any]) -> None:
    broken = tasks[0].with_data(answer="many")
    trace = replied(broken, broken.data.trace)
    with pytest.raises(vf.TaskError, match="bad_gold"):
        asyncio.run(broken.score(trace))
    assert trace.rewards == {"verified": None}


def test_an_environment_finds_it_by_the_module_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"question": "Ann has 16 eggs and eats 3. How many are left?", "answer": "13"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "trace_tasks.py").write_text(
        "from trace_trainer.integrations.prime import TraceTaskset\n__all__ = ['TraceTaskset']\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    taskset = {"id": "trace_tasks", "data": str(tmp_path / "rows.jsonl"), "card": False}
    harness = {"harness": {"id": "null"}}
    env = vf.SingleAgentEnv(vf.SingleAgentEnvConfig.model_validate({"taskset": taskset, "agent": harness}))
    (task,) = env.taskset
    assert (task.data.prompt, task.data.answer, task.data.system_prompt) == (
        row["question"],
        row["answer"],
        None,
    )
    del sys.modules["trace_tasks"]
