"""How many tokens a model was made for bounds what is asked of it and what it writes."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.sampling import sample

PAD = 0
SIZES = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


def tiny(model_type: str) -> PreTrainedModel:
    torch.manual_seed(0)
    config = AutoConfig.for_model(model_type, vocab_size=40, max_position_embeddings=64, **SIZES)
    return AutoModelForCausalLM.from_config(config).eval()


@pytest.mark.parametrize("model_type", ["llama", "gpt2"])
def test_completions_end_where_the_positions_do(model_type: str) -> None:
    model = tiny(model_type)
    (group,) = sample(model, [[5] * 60], max_new_tokens=20, end_ids=set(), pad_id=PAD)
    assert [len(rollout.completion_ids) for rollout in group] == [4]
    assert not group[0].ended


@pytest.mark.parametrize("model_type", ["llama", "gpt2"])
def test_prompts_that_fill_all_positions_are_refused(model_type: str) -> None:
    with pytest.raises(
        UserError, match="1 of 2 prompts leave no room for an answer: the longest has 64 tokens"
    ):
        sample(tiny(model_type), [[5] * 64, [5]], end_ids=set(), pad_id=PAD)
