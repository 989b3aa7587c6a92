"""This project's own sampler: prefill each prompt once, branch it into its group, then a token for every row at a time.

Rows that end leave. All rows share one cache position; where a constraint leaves none of them a choice, several tokens
enter at once. For models whose attention takes this cache (NATIVE).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.inference.kv_cache import SHARED_PROMPTS, GroupCache
from trace_trainer.engine.inference.rollout import Batch, Rollout
from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler
from trace_trainer.engine.models.attention import attending_by

NATIVE = frozenset({"llama", "gemma3_text", "qwen2", "qwen3", "mistral", "smollm3"})
"""Model types (of the configuration) that the loop samples from; tests compare each with `generate`."""


# Rows are dropped once this share of them has ended: dropping copies their cache, so doing it at every end costs more.
_ENDED_SHARE = 0.2


def draw(batch: Batch, generator: torch.Generator) -> list[Rollout]:
    with attending_by(batch.model, SHARED_PROMPTS), _head_of_contiguous_rows(batch.model):
        return _draw_branches(batch, generator)


@contextmanager
def _head_of_contiguous_rows(model: PreTrainedModel) -> Iterator[None]:
    """Inside, the head gets contiguous rows: with the strided ones that `logits_to_keep` leaves, and bfloat16 on a CPU,
    torch copies the head's weight for each of them."""
    head = model.get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, rows: (rows[0].contiguous(),))
    try:
        yield
    finally:
        hook.remove()


def _draw_branches(batch: Batch, generator: torch.Generator) -> list[Rollout]:
    model, device = batch.model, batch.model.device
    ids, mask = batch.padded()
    prompts, prompt_width = ids.shape
    rows = prompts * batch.group_size
    cache = GroupCache(model.config.num_hidden_layers)
    inputs = {"past_key_values": cache, "group_cache": cache, "use_cache": True}
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    outputs = model(input_ids=ids, attention_mask=mask, position_ids=positions, logits_to_keep=1, **inputs)
    cache.branch(prompts, batch.group_size, batch.max_new_tokens, device)
    copies = torch.arange(prompts, device=device).repeat_interleave(batch.group_size)
    logits = outputs.logits[copies, -1]
    position = mask.sum(1)[copies]
    # The mask has room for the whole completion too; generated positions are always visible.
    full_mask = torch.cat([mask[copies], mask.new_ones(rows, batch.max_new_tokens)], dim=1)

    tokens = torch.full((rows, batch.max_new_tokens), batch.pad_id, device=device)
    logprobs = torch.zeros(rows, batch.max_new_tokens, device=device)
    lengths = torch.zeros(rows, dtype=torch.long, device=device)
    ends = torch.tensor(sorted(batch.end_ids), device=device)
    alive = torch.arange(rows, device=device)  # the rows still in the cache
    running = torch.ones(rows, dtype=torch.bool, device=device)  # which of those have not ended
    step = 0
    while True:
        token, logprob = batch.choose(logits, generator, alive)
        at = alive[running]
        tokens[at, step], logprobs[at, step], lengths[at] = token[running], logprob[running], step + 1
        running &= ~torch.isin(token, ends)
        left = int(running.sum())
        step += 1
        if left == 0 or step == batch.max_new_tokens:
            break
        if left <= len(running) * (1 - _ENDED_SHARE):
            kept = running.nonzero().squeeze(1)
            cache.select(kept)
            alive, token, position, full_mask = alive[kept], token[kept], position[kept], full_mask[kept]
            running = running[kept]
        fed = [token]
        # Tokens without a choice, whose probability is 1, go through the model together.
        while step + 1 < batch.max_new_tokens and (forced := batch.forced(alive)) is not None:
            at = alive[running]
            tokens[at, step], lengths[at] = forced[running], step + 1
            fed.append(forced)
            step += 1
        logits = model(
            input_ids=torch.stack(fed, dim=1),
            attention_mask=full_mask[:, : prompt_width + step],
            position_ids=position.unsqueeze(1) + torch.arange(len(fed), device=device),
            logits_to_keep=1,
            **inputs,
        ).logits[:, -1]
        position = position + len(fed)
    return [
        batch.rollout(row, tokens[row, :length].tolist(), logprobs[row, :length].tolist())
        for row, length in enumerate(lengths.tolist())
    ]


SAMPLERS.declare("native", Sampler(draw, NATIVE))
