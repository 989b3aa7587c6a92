"""The reward functions in TRL's own trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from datasets import Dataset
from trace_trainer.experts.problems import generate
from trace_trainer.integrations.trl import call_reward, reward_function, trace_reward

PROBLEMS = list(generate("validation", 6))
GOLD = [problem.trace or "" for problem in PROBLEMS]


def prompt(question: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}]


def test_a_step_of_grpo_is_rewarded_by_the_verifier(tiny_model_dir: Path, tmp_path: Path) -> None:
    rows = [
        {"prompt": prompt(one.question), "answer": one.answer, "expert": one.expert, "trace": one.trace}
        for one in PROBLEMS
    ]
    seen: list[list[float | None]] = []

    def watched(**given: Any) -> list[float | None]:
        seen.append(trace_reward(**given))
        return seen[-1]

    watched.__name__ = trace_reward.__name__
    trainer = GRPOTrainer(
        AutoModelForCausalLM.from_pretrained(tiny_model_dir),
        reward_funcs=watched,
        args=GRPOConfig(
            output_dir=str(tmp_path), max_steps=1, per_device_train_batch_size=4, num_generations=2,
            max_completion_length=200, temperature=0.5, use_cpu=True, bf16=False, report_to="none",
            save_strategy="no", logging_steps=1, disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(tiny_model_dir),
    )  # fmt: skip
    trainer.train()
    (rewards,) = seen
    logged = next(line for line in trainer.state.log_history if "rewards/trace_gated/mean" in line)
    assert len(rewards) == 4 and None not in rewards
    assert logged["rewards/trace_gated/mean"] == pytest.approx(sum(rewards) / 4)


def test_the_question_comes_from_the_prompt_and_the_rest_from_the_columns() -> None:
    prompts = [prompt(one.question) for one in PROBLEMS]
    messages = [[{"role": "assistant", "content": text}] for text in GOLD]
    answers = [one.answer for one in PROBLEMS]
    assert trace_reward(prompts=prompts, completions=messages, answer=answers) == [1.0] * 6
    # A trace about another question writes numbers that are not in this one.
    shifted = [*GOLD[1:], GOLD[0]]
    rewards = trace_reward(prompts=prompts, completions=shifted, answer=answers)
    assert None not in rewards and all(value < 1 for value in rewards if value is not None)


def test_gold_among_the_columns_is_never_taken_for_the_completion() -> None:
    rewards = trace_reward(
        prompts=[one.question for one in PROBLEMS],
        completions=["no trace"] * 6,
        answer=[one.answer for one in PROBLEMS],
        trace=GOLD,
        response=GOLD,
    )
    assert rewards == [0.0] * 6


def test_what_can_not_be_judged_is_none() -> None:
    question = [PROBLEMS[0].question]
    assert trace_reward(question, [GOLD[0]], answer=["many"]) == [None]
    assert trace_reward(question, [GOLD[0]]) == [None]
    assert trace_reward(question, [GOLD[0]], answer=[PROBLEMS[0].answer], expert=[["a list"]]) == [None]


def test_calls_and_other_policies_have_functions_of_their_own() -> None:
    said = '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>'
    expected = [[{"name": "f", "arguments": {"x": 1}}], [{"name": "g", "arguments": {}}]]
    assert call_reward(["?", "?"], [said, said], expected=expected)[0] == 1.0
    binary = reward_function("call", "binary")
    assert binary.__name__ == "call_binary" and binary(["?"], [said], expected=expected[1:]) == [0.0]
    with pytest.raises(ValueError, match="no reward policy"):
        reward_function(policy="generous")
    with pytest.raises(ValueError, match="there are trace, call"):
        reward_function("poem")
