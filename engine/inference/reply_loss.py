"""The loss on known replies, such as gold traces, without a gradient: what `trainer eval --gold-loss` measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import micro_batches, score_tokens
from trace_trainer.engine.models.chat import Row
from trace_trainer.engine.models.loading import LoadedModel

BATCH_TOKENS = 512
"""Of a batch, so that the logits over a large vocabulary (262,144 words: 0.5 GB in float32) fit beside the model."""


@torch.no_grad()
def reply_losses(
    loaded: LoadedModel, rows: Sequence[Row], advance: Callable[[int], None] | None = None
) -> list[float]:
    """The cross-entropy of each row's completion: in nats, summed over its tokens, the end token among them.

    Args:
        advance: is told how many rows have been scored since it was called last.
    """
    rollouts = [Rollout(row.ids[: row.prompt_length], row.completion_ids, [], ended=True) for row in rows]
    losses = [0.0] * len(rows)
    for batch in micro_batches(loaded.model, rollouts, BATCH_TOKENS):
        scores = score_tokens(loaded.model, [rollouts[n] for n in batch], 1.0, loaded.tokenizer.pad_token_id)
        sums = torch.zeros(len(batch), device=scores.rows.device).index_add(0, scores.rows, -scores.logprobs)
        for number, loss in zip(batch, sums.tolist(), strict=True):
            losses[number] = loss
        if advance:
            advance(len(batch))
    return losses
