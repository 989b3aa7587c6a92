"""The score function as verl's reward manager calls it, and alone."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest

from trace_trainer.experts.problems import generate
from trace_trainer.integrations.judge import UnjudgedError
from trace_trainer.integrations.verl import compute_score

(PROBLEM,) = generate("validation", 1)
ABOUT = {"question": PROBLEM.question, "expert": PROBLEM.expert, "num_turns": None}


def score(text: str, gold: Any = PROBLEM.answer, **more: Any) -> dict[str, float]:
    return compute_score("traces", text, gold, dict(ABOUT), **more)


def test_a_solution_is_scored_by_the_policy() -> None:
    assert PROBLEM.trace is not None
    assert score(PROBLEM.trace) == {"score": 1.0, "acc": 1.0, "unjudged": 0.0}
    assert score("no trace") == {"score": 0.0, "acc": 0.0, "unjudged": 0.0}
    half = score(PROBLEM.trace, "999983", policy="ladder", reward_router_address="127.0.0.1:1")
    assert 0 < half["score"] < 1 and half["acc"] == 0


def test_what_can_not_be_judged_is_an_error_unless_a_score_is_given_for_it() -> None:
    with pytest.raises(UnjudgedError, match="bad_gold"):
        score(PROBLEM.trace or "", "many")
    assert score(PROBLEM.trace or "", "many", unjudged=0.25) == {"score": 0.25, "acc": 0.0, "unjudged": 1.0}


def test_calls_are_scored_by_what_was_expected_as_json_too() -> None:
    said = '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>'
    expected = [{"name": "f", "arguments": {"x": 1}}]
    for gold in (expected, json.dumps(expected)):
        assert compute_score("calls", said, gold, None, kind="call")["score"] == 1.0


def test_the_reward_manager_gets_the_score() -> None:
    manager = pytest.importorskip("verl.experimental.reward_loop.reward_manager.naive").NaiveRewardManager
    torch, verl, numpy = (pytest.importorskip(name) for name in ("torch", "verl", "numpy"))

    class Letters:
        """A tokenizer whose ids are code points."""

        def decode(self, ids: Any, skip_special_tokens: bool = True) -> str:
            return "".join(map(chr, ids.tolist()))

    def one(value: Any) -> Any:
        found = numpy.empty(1, dtype=object)
        found[0] = value
        return found

    ids = torch.tensor([[ord(letter) for letter in PROBLEM.trace or ""] + [0, 0]])
    mask = (ids != 0).long()
    data = verl.DataProto.from_dict(
        tensors={"responses": ids, "attention_mask": mask},
        non_tensors={
            "data_source": one("traces"),
            "reward_model": one({"ground_truth": PROBLEM.answer, "style": "rule"}),
            "extra_info": one(dict(ABOUT)),
        },
    )

    async def run() -> dict[str, Any]:
        made = manager.__new__(manager)  # its own preparation starts what is needed for a model as a judge
        made.loop, made.tokenizer, made.compute_score = asyncio.get_running_loop(), Letters(), compute_score
        made.is_async_reward_score, made.reward_router_address = False, None
        found: dict[str, Any] = await made.run_single(data)
        return found

    found = asyncio.run(run())
    assert math.isclose(found["reward_score"], 1.0) and found["reward_extra_info"]["acc"] == 1.0
