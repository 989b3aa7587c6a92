"""Scoring sampled tokens: the same as the plain computation over whole sequences, gradients included."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.inference.scoring import TokenScores, micro_batches, score_tokens

VOCABULARY, PAD = 30, 0
_LLAMA = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
}
_GPT2 = {"vocab_size": VOCABULARY, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}
_SHAPES = {
    "llama": _LLAMA,
    "llama, tied": {**_LLAMA, "tie_word_embeddings": True},
    "mistral, every layer sees 4 tokens": {**_LLAMA, "num_key_value_heads": 1, "sliding_window": 4},
    "gemma3_text, one layer in two sees 4 tokens": {
        **_LLAMA,
        "num_key_value_heads": 1,
        "head_dim": 8,
        "sliding_window": 4,
        "layer_types": ["sliding_attention", "full_attention"],
    },
    "gpt2": _GPT2,  # not native: scored by its own forward
}
ROLLOUTS = [
    Rollout([5, 9, 3], [7, 8], [0.0] * 2, True),
    Rollout([7], [11, 2, 4, 19, 1], [0.0] * 5, False),
    Rollout([7], [3, 2], [0.0] * 2, True),
    Rollout([7], [11, 2, 4, 19, 8, 13, 22], [0.0] * 7, True),
    Rollout([4, 21, 8, 2, 6], [12], [0.0], True),
    Rollout([22, 13], [5, 5, 5, 0], [0.0] * 4, True),
]


@pytest.fixture(params=_SHAPES)
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    torch.manual_seed(0)
    config = AutoConfig.for_model(request.param.split(",")[0], **_SHAPES[request.param])
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name and "ln_" not in name:
                parameter.normal_(std=0.4)
    return model


def naive(model: PreTrainedModel, temperature: float) -> TokenScores:
    """Each rollout alone: all logits, all positions, then those of the completion."""
    logprobs, entropies, rows = [], [], []
    for row, rollout in enumerate(ROLLOUTS):
        ids = torch.tensor([rollout.prompt_ids + rollout.completion_ids])
        distributions = torch.log_softmax(model(ids).logits[0].float() / temperature, dim=-1)
        for offset, token in enumerate(rollout.completion_ids):
            distribution = distributions[len(rollout.prompt_ids) - 1 + offset]
            logprobs.append(distribution[token])
            entropies.append(-(distribution.exp() * distribution).sum().detach())
            rows.append(row)
    return TokenScores(torch.stack(logprobs), torch.stack(entropies), torch.tensor(rows))


@pytest.mark.parametrize("temperature", [1.0, 0.7, 2.0])
def test_scores_are_those_of_the_plain_computation(model: PreTrainedModel, temperature: float) -> None:
    scores, expected = score_tokens(model, ROLLOUTS, temperature, PAD), naive(model, temperature)
    assert torch.allclose(scores.logprobs, expected.logprobs, atol=1e-5)
    assert torch.allclose(scores.entropies, expected.entropies, atol=1e-5)
    assert torch.equal(scores.rows, expected.rows)


def test_gradients_are_those_of_the_plain_computation(model: PreTrainedModel) -> None:
    weights = torch.linspace(-1, 2, sum(len(rollout.completion_ids) for rollout in ROLLOUTS))

    def gradients(scores: TokenScores) -> list[torch.Tensor]:
        parameters = list(model.parameters())
        return list(torch.autograd.grad((scores.logprobs * weights).sum(), parameters))

    mine, plain = gradients(score_tokens(model, ROLLOUTS, 0.7, PAD)), gradients(naive(model, 0.7))
    for one, other in zip(mine, plain, strict=True):
        assert torch.allclose(one, other, atol=1e-4)
    assert any(gradient.abs().max() > 0.01 for gradient in mine)


def test_entropies_carry_no_gradient(model: PreTrainedModel) -> None:
    scores = score_tokens(model, ROLLOUTS, 1.0, PAD)
    assert scores.logprobs.requires_grad
    assert not scores.entropies.requires_grad


def test_the_padding_token_does_not_matter(model: PreTrainedModel) -> None:
    one, other = (score_tokens(model, ROLLOUTS, 1.0, pad).logprobs for pad in (0, 17))
    assert torch.equal(one, other)


def test_what_was_kept_when_sampling_is_what_is_scored(model: PreTrainedModel) -> None:
    prompts = [rollout.prompt_ids for rollout in ROLLOUTS]
    arguments = {"group_size": 3, "temperature": 0.8, "max_new_tokens": 9, "end_ids": {2, 3}, "pad_id": PAD}
    rollouts = [r for group in sample(model, prompts, **arguments) for r in group]  # type: ignore[arg-type]
    kept = torch.tensor([logprob for rollout in rollouts for logprob in rollout.logprobs])
    assert torch.allclose(score_tokens(model, rollouts, 0.8, PAD).logprobs, kept, atol=1e-4)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing", "ignore:fan_in_fan_out")  # PEFT's own
def test_an_adapters_weights_are_scored_and_get_the_gradient(model: PreTrainedModel) -> None:
    before = score_tokens(model, ROLLOUTS, 1.0, PAD).logprobs.detach()
    adapted = get_peft_model(
        model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    ).eval()
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    after = score_tokens(adapted, ROLLOUTS, 1.0, PAD).logprobs
    assert not torch.allclose(after, before, atol=1e-2)
    after.sum().backward()
    assert all(p.grad is not None for p in adapted.parameters() if p.requires_grad)


def test_completions_of_a_prompt_share_its_row_as_far_as_they_fit(model: PreTrainedModel) -> None:
    rollouts = [Rollout([1] * 10, [2] * length, [0.0] * length, True) for length in (5, 5, 5, 40)]
    rollouts += [Rollout([3] * 10, [2] * 5, [0.0] * 5, True)]
    batches = micro_batches(model, rollouts, 20)
    shared = [[4], [0, 1], [2], [3]] if model.config.model_type != "gpt2" else [[0], [1], [2], [4], [3]]
    assert sorted(batches) == sorted(shared)


def test_batches_hold_every_rollout_once(model: PreTrainedModel) -> None:
    batches = micro_batches(model, ROLLOUTS, 12)
    assert sorted(number for batch in batches for number in batch) == list(range(len(ROLLOUTS)))
