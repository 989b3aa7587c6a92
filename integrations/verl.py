"""The score function of verl's reward managers.

    reward.custom_reward_function.path=pkg://trace_trainer.integrations.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.policy=ladder

A row's `reward_model.ground_truth` is the gold answer, or for calls what was expected; its `extra_info` holds the other
columns: question, expert, reference; tools, machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from trace_trainer.integrations.judge import Judge, judged

_GOLD = {"trace": "answer", "call": "expected"}


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    kind: str = "trace",
    policy: str = "gated",
    unjudged: float | None = None,
    **settings: Any,
) -> dict[str, float]:
    """The score of a solution, with `acc`, whether it is correct, and `unjudged`, whether no score could be given.

    Args:
        data_source, extra_info: as verl has them; of the latter the columns of the row are read.
        ground_truth: the gold answer; of calls what was expected, as JSON, too.
        kind, policy, settings: those of Judge. `reward_router_address` and the like, which verl adds, are left alone.
        unjudged: the score of what earns none. verl takes numbers only, so without it that is an error: a fault of the
            data or the verifier would be learned from as if it were the model's.

    Raises UnjudgedError, and what Judge raises.
    """
    known = {name: value for name, value in settings.items() if not name.startswith("reward_")}
    judge = _judge(kind, policy, json.dumps(known, sort_keys=True))
    record = judge.record(solution_str, {**(extra_info or {}), _GOLD[kind]: ground_truth})
    is_unjudged = record["reward"] is None
    score = unjudged if is_unjudged and unjudged is not None else judged(record)
    return {"score": score, "acc": float(record["outcome"] == "correct"), "unjudged": float(is_unjudged)}


@lru_cache(maxsize=64)
def _judge(kind: str, policy: str, settings: str) -> Judge:
    return Judge(kind, policy, **json.loads(settings))
