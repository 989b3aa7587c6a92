"""Transformers' `generate` as a sampler, for models of any type."""

from __future__ import annotations

from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from trace_trainer.engine.inference.constraints.guide import Guide
from trace_trainer.engine.inference.rollout import Batch, Rollout
from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler


class _Guiding(LogitsProcessor):
    """Allows what the guide allows, all rows being there from the first to the last step."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._is_first = True

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        rows = range(len(input_ids))
        if not self._is_first:
            self._guide.accept(rows, input_ids[:, -1].tolist())
        self._is_first = False
        return self._guide.masked(scores, rows)


class _Recorder(LogitsProcessor):
    """Notes each token's log-probability once it has been chosen; holds one step's distributions at a time."""

    def __init__(self, temperature: float) -> None:
        self.chosen: list[torch.Tensor] = []  # of shape (rows, 1) each
        self._temperature = temperature
        self._distributions: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.note(input_ids)
        self._distributions = torch.log_softmax(scores.float() / self._temperature, dim=-1)
        return scores

    def note(self, input_ids: torch.Tensor) -> None:
        """Take the last token of each row as the one that was chosen."""
        if self._distributions is not None:
            self.chosen.append(self._distributions.gather(1, input_ids[:, -1:]))


def draw(batch: Batch, generator: torch.Generator) -> list[Rollout]:
    """Draw through `generate`, which draws from torch's global generator: it is seeded here and then restored."""
    ids, mask = (part.repeat_interleave(batch.group_size, dim=0) for part in batch.padded())
    model, device = batch.model, batch.model.device
    processors: list[LogitsProcessor] = [_Guiding(batch.guide)] if batch.guide else []
    sampling: dict[str, Any] = {"do_sample": False}
    recorder = None
    if batch.temperature > 0:
        recorder = _Recorder(batch.temperature)
        processors.append(recorder)
        sampling = {"do_sample": True, "temperature": batch.temperature}
    # A model's own settings (a penalty for repetition, say) would sample from another distribution than the model's.
    own, model.generation_config = model.generation_config, GenerationConfig()
    try:
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator, device=device)))
            sequences = model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=batch.max_new_tokens,
                eos_token_id=sorted(batch.end_ids),
                pad_token_id=batch.pad_id,
                top_k=0,
                top_p=1.0,
                logits_processor=LogitsProcessorList(processors),
                **sampling,
            )
    finally:
        model.generation_config = own
    if batch.guide is not None:
        batch.guide.accept(range(len(ids)), sequences[:, -1].tolist())
    completions = sequences[:, ids.shape[1] :]
    logprobs = torch.zeros(completions.shape)
    if recorder is not None:
        recorder.note(sequences)
        logprobs = torch.cat(recorder.chosen, dim=1)
    return [
        batch.rollout(row, completions[row].tolist(), logprobs[row].tolist())
        for row in range(len(completions))
    ]


SAMPLERS.declare("generate", Sampler(draw))
