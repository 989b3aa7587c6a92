"""Sampling: each model type against Transformers' own generation and against a plain forward pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from trace_trainer.engine.inference.kv_cache import SHARED_PROMPTS
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.samplers.native import NATIVE
from trace_trainer.engine.inference.sampling import sample

VOCABULARY, PAD = 40, 0
PROMPTS = [[5, 9, 3], [7], [11, 4, 21, 8, 2, 6, 30, 12], [13, 5, 17, 1, 1], [22, 33]]
"""Of different lengths, the longest beyond the sliding windows below."""
NEW = 12

_SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 64,
    "pad_token_id": PAD,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_OWN: dict[str, dict[str, Any]] = {
    "gemma3_text": {
        "head_dim": 8,
        "sliding_window": 4,
        "layer_types": ["sliding_attention", "full_attention"],
        "query_pre_attn_scalar": 8,
    },
    "qwen3": {"head_dim": 8},
    "qwen2": {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
    "mistral": {"sliding_window": 4},
    "smollm3": {"no_rope_layers": [1, 0]},
}
_OTHER = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64, "vocab_size": VOCABULARY}


def tiny(model_type: str, seed: int = 0, **changed: Any) -> PreTrainedModel:
    """A model of that type with random weights, large enough for its choices to differ."""
    own = {**_SHAPE, **_OWN.get(model_type, {})} if model_type in NATIVE else _OTHER
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **{**own, **changed}))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name and "ln_" not in name:
                parameter.normal_(std=0.5)
    return model.eval()


TYPES = [*sorted(NATIVE), "gpt2"]
"""The native ones, and one that runs through `generate`."""


@pytest.fixture(scope="module", params=TYPES)
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    return tiny(request.param)


@torch.no_grad()
def logprobs_of(model: PreTrainedModel, rollout: Rollout, temperature: float = 1.0) -> torch.Tensor:
    """The completion's log-probabilities from one forward pass over the unpadded sequence."""
    ids = torch.tensor([rollout.prompt_ids + rollout.completion_ids])
    logits = model(ids, use_cache=False).logits[0, len(rollout.prompt_ids) - 1 : -1]
    chosen = torch.tensor(rollout.completion_ids).unsqueeze(1)
    return torch.log_softmax(logits.float() / temperature, dim=-1).gather(1, chosen).squeeze(1)


def generated(model: PreTrainedModel, prompts: list[list[int]], ends: set[int]) -> list[list[int]]:
    """Greedy completions by Transformers, each prompt alone and unpadded, cut after the first end token."""
    completions = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=NEW,
            do_sample=False,
            eos_token_id=sorted(ends),
        )
        completions.append(out[0, len(prompt) :].tolist())
    return completions


def flat(groups: list[list[Rollout]]) -> list[Rollout]:
    return [rollout for group in groups for rollout in group]


def ends_of(model: PreTrainedModel) -> set[int]:
    """End tokens at which some greedy completions end early, at different places, and others never."""
    free = flat(sample(model, PROMPTS, temperature=0, max_new_tokens=NEW, end_ids={VOCABULARY}, pad_id=PAD))
    return {free[0].completion_ids[1], free[2].completion_ids[5]}


# --- greedy


def test_greedy_tokens_are_those_of_transformers(model: PreTrainedModel) -> None:
    ends = ends_of(model)
    rollouts = flat(sample(model, PROMPTS, temperature=0, max_new_tokens=NEW, end_ids=ends, pad_id=PAD))
    assert [rollout.completion_ids for rollout in rollouts] == generated(model, PROMPTS, ends)
    assert len({len(rollout.completion_ids) for rollout in rollouts}) > 1


def test_greedy_tokens_are_certain(model: PreTrainedModel) -> None:
    for rollout in flat(
        sample(model, PROMPTS, temperature=0, max_new_tokens=NEW, end_ids=ends_of(model), pad_id=PAD)
    ):
        assert rollout.logprobs == [0.0] * len(rollout.completion_ids)


def test_greedy_groups_hold_the_same_completion_several_times(model: PreTrainedModel) -> None:
    groups = sample(
        model, PROMPTS, group_size=3, temperature=0, max_new_tokens=NEW, end_ids=ends_of(model), pad_id=PAD
    )
    expected = generated(model, PROMPTS, ends_of(model))
    assert [[r.completion_ids for r in group] for group in groups] == [[tokens] * 3 for tokens in expected]


def test_a_completion_ends_with_its_end_token_or_is_cut(model: PreTrainedModel) -> None:
    ends = ends_of(model)
    rollouts = flat(sample(model, PROMPTS, temperature=0, max_new_tokens=NEW, end_ids=ends, pad_id=PAD))
    assert {rollout.ended for rollout in rollouts} == {True, False} or all(r.ended for r in rollouts)
    for rollout in rollouts:
        assert rollout.ended == (rollout.completion_ids[-1] in ends)
        assert not ends & set(rollout.completion_ids[:-1])
        assert rollout.ended or len(rollout.completion_ids) == NEW
        assert len(rollout.logprobs) == len(rollout.completion_ids)


@pytest.mark.parametrize("batch_size", [1, 4, 7, 256])
def test_batches_of_any_size_give_the_same_greedy_completions_in_the_order_of_the_prompts(
    batch_size: int,
) -> None:
    model = tiny("llama")
    arguments = {"temperature": 0, "max_new_tokens": NEW, "end_ids": ends_of(model), "pad_id": PAD}
    groups = sample(model, PROMPTS, group_size=2, batch_size=batch_size, **arguments)  # type: ignore[arg-type]
    assert [group[0].prompt_ids for group in groups] == PROMPTS
    assert [group[1].completion_ids for group in groups] == generated(model, PROMPTS, ends_of(model))


# --- sampling


@pytest.mark.parametrize("temperature", [1.0, 0.6, 1.7])
def test_sampled_logprobs_are_those_of_a_forward_pass_at_the_temperature(
    model: PreTrainedModel, temperature: float
) -> None:
    groups = sample(
        model,
        PROMPTS,
        group_size=16,
        temperature=temperature,
        max_new_tokens=NEW,
        end_ids=ends_of(model),
        pad_id=PAD,
        seed=3,
    )
    lengths = set()
    for rollout in flat(groups):
        lengths.add(len(rollout.completion_ids))
        expected = logprobs_of(model, rollout, temperature)
        assert rollout.logprobs == pytest.approx(expected.tolist(), abs=1e-4)
    assert len(lengths) > 2  # rows ended and left at different steps


def test_the_same_seed_gives_the_same_completions_and_another_seed_others(model: PreTrainedModel) -> None:
    def drawn(seed: int) -> list[list[int]]:
        arguments = {"group_size": 3, "max_new_tokens": NEW, "end_ids": {2}, "pad_id": PAD, "seed": seed}
        return [r.completion_ids for r in flat(sample(model, PROMPTS, **arguments))]  # type: ignore[arg-type]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_completions_of_a_group_differ(model: PreTrainedModel) -> None:
    (group,) = sample(model, PROMPTS[:1], group_size=6, max_new_tokens=NEW, end_ids={2}, pad_id=PAD)
    assert len({tuple(rollout.completion_ids) for rollout in group}) > 1


def test_sampling_leaves_torchs_own_generator_alone(model: PreTrainedModel) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    sample(model, PROMPTS, max_new_tokens=NEW, end_ids={2}, pad_id=PAD)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("model_type", ["llama", "gpt2"])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_tokens_come_with_the_models_probabilities(model_type: str, temperature: float) -> None:
    """Pearson's chi-square of first and second tokens against their probabilities."""
    model, draws = tiny(model_type, vocab_size=8, bos_token_id=1, eos_token_id=2), 6000
    (group,) = sample(
        model,
        [[3, 5]],
        group_size=draws,
        temperature=temperature,
        max_new_tokens=2,
        end_ids={9},
        pad_id=PAD,
        batch_size=draws,
    )
    pairs = Counter((rollout.completion_ids[0], rollout.completion_ids[1]) for rollout in group)
    with torch.no_grad():
        first = torch.softmax(model(torch.tensor([[3, 5]])).logits[0, -1] / temperature, -1)
        contexts = torch.tensor([[3, 5, token] for token in range(8)])
        second = torch.softmax(model(contexts).logits[:, -1] / temperature, -1)
    expected = {(a, b): draws * float(first[a] * second[a, b]) for a in range(8) for b in range(8)}
    common = {pair: count for pair, count in expected.items() if count >= 5}
    rare = draws - sum(common.values())
    statistic = sum((pairs[pair] - count) ** 2 / count for pair, count in common.items())
    statistic += (draws - sum(pairs[pair] for pair in common) - rare) ** 2 / max(rare, 1.0)
    # The statistic's mean is its degrees of freedom k, its deviation the root of 2k; five deviations are out of reach.
    assert statistic < len(common) + 5 * (2 * len(common)) ** 0.5


def test_a_models_own_generation_settings_do_not_bend_the_distribution() -> None:
    plain, bent = tiny("gpt2"), tiny("gpt2")
    bent.generation_config.repetition_penalty = 4.0
    bent.generation_config.top_k = 1
    bent.generation_config.min_p = 0.5
    arguments = {"group_size": 3, "max_new_tokens": NEW, "end_ids": {2}, "pad_id": PAD}
    assert sample(bent, PROMPTS, **arguments) == sample(plain, PROMPTS, **arguments)  # type: ignore[arg-type]
    assert bent.generation_config.repetition_penalty == 4.0


# --- what else sampling promises


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_in_the_mode_it_was_in(training: bool) -> None:
    model = tiny("llama").train(training)
    sample(model, PROMPTS, max_new_tokens=2, end_ids={2}, pad_id=PAD)
    assert model.training is training


def test_progress_counts_every_completion_once() -> None:
    seen: list[int] = []
    arguments = {"group_size": 2, "max_new_tokens": 2, "end_ids": {2}, "pad_id": PAD, "batch_size": 4}
    sample(tiny("llama"), PROMPTS, progress=seen.append, **arguments)  # type: ignore[arg-type]
    assert sum(seen) == 2 * len(PROMPTS)
    assert len(seen) > 1


def test_no_prompts_give_no_rollouts() -> None:
    assert sample(tiny("llama"), [], end_ids={2}, pad_id=PAD) == []


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing", "ignore:fan_in_fan_out")  # PEFT's own
@pytest.mark.parametrize("model_type", ["llama", "gpt2"])
def test_an_adapter_is_sampled_with_its_weights(model_type: str) -> None:
    adapted = get_peft_model(
        tiny(model_type), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    )
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.5)
    arguments = {"max_new_tokens": NEW, "end_ids": {2}, "pad_id": PAD}
    adapted.eval()
    with_adapter = flat(sample(adapted, PROMPTS, **arguments))  # type: ignore[arg-type]
    for rollout in with_adapter:
        assert rollout.logprobs == pytest.approx(logprobs_of(adapted, rollout).tolist(), abs=1e-4)
    base = flat(sample(tiny(model_type), PROMPTS, **arguments))  # type: ignore[arg-type]
    assert [r.completion_ids for r in base] != [r.completion_ids for r in with_adapter]


# --- the cache


def test_a_model_attends_as_before_once_it_has_been_sampled_from() -> None:
    model = tiny("llama")
    before = model.config._attn_implementation
    sample(model, PROMPTS, max_new_tokens=2, end_ids=set(), pad_id=PAD)
    assert model.config._attn_implementation == before != SHARED_PROMPTS
