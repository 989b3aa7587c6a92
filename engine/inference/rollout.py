"""Sampling completions, in groups of several for each prompt, with the log-probability of every sampled token.

One loop: prefill each prompt once, branch it into its group, then sample a token for every row at a time; rows that end
leave. All rows share one cache position, so prompts are padded on the left and those of like length are sampled
together. Sampling is from the model's whole distribution at the temperature, never a truncated one:
the log-probabilities are those of the distribution that was sampled, as the policy gradient needs them.

Models whose attention takes this cache (NATIVE) run in this loop; any other runs through Transformers' `generate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from llguidance import LLMatcher
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, PreTrainedModel

from trace_trainer.engine.inference.guidance import Guide
from trace_trainer.engine.inference.kv_cache import SHARED_PROMPTS, GroupCache
from trace_trainer.engine.inference.token_choice import choose_tokens
from trace_trainer.engine.models.attention import attending_by

NATIVE = frozenset({"llama", "gemma3_text", "qwen2", "qwen3", "mistral", "smollm3"})
"""Model types (of the configuration) that the loop samples from; tests compare each with `generate`."""

# Rows are dropped once this share of them has ended: dropping copies their cache, so doing it at every end costs more.
_ENDED_SHARE = 0.2


@dataclass(slots=True)
class Rollout:
    """One sampled completion.

    Attributes:
        prompt_ids: the prompt's tokens.
        completion_ids: the sampled tokens, the end token included where there is one.
        logprobs: of each of them, in nats, under the distribution they were sampled from.
        ended: it ended by itself; False means that the limit cut it.
    """

    prompt_ids: list[int]
    completion_ids: list[int]
    logprobs: list[float]
    ended: bool


@torch.no_grad()
def sample(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    *,
    group_size: int = 1,
    temperature: float = 1.0,
    max_new_tokens: int = 256,
    end_ids: set[int],
    pad_id: int,
    batch_size: int = 256,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    starts: Sequence[LLMatcher] | None = None,
) -> list[list[Rollout]]:
    """Sample `group_size` completions of each prompt.

    Args:
        model: a causal language model; adapters are fine.
        prompts: token ids of each prompt.
        group_size: completions a prompt.
        temperature: of sampling; 0 takes the most likely token, whose probability is then 1.
        max_new_tokens: completions are cut there.
        end_ids: tokens that end a completion.
        pad_id: any token; its positions are masked.
        batch_size: completions sampled at once.
        seed: the same seed gives the same completions on the same machine.
        progress: called with the number of completions finished since its last call.
        starts: of each prompt, what its completions may be (`Guidance.start`); sampled is then from the distribution
            over what is allowed.

    Returns:
        For each prompt, in order, its group of rollouts.
    """
    was_training = model.training
    model.eval()
    native = model.config.model_type in NATIVE
    sampler = _sample_native if native else _sample_generate
    generator = torch.Generator(device=model.device).manual_seed(seed)
    groups: list[list[Rollout]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    width = max(1, batch_size // group_size)
    for start in range(0, len(order), width):
        chosen = order[start : start + width]
        batch = _Batch(
            model,
            [prompts[i] for i in chosen],
            group_size,
            max_new_tokens,
            end_ids,
            pad_id,
            temperature,
            Guide([starts[i] for i in chosen], group_size) if starts else None,
        )
        for row, rollout in enumerate(sampler(batch, generator)):
            groups[chosen[row // group_size]].append(rollout)
        if progress is not None:
            progress(len(chosen) * group_size)
    model.train(was_training)
    return groups


@dataclass(slots=True)
class _Batch:
    """What one pass of sampling needs."""

    model: PreTrainedModel
    prompts: list[list[int]]
    group_size: int
    max_new_tokens: int
    end_ids: set[int]
    pad_id: int
    temperature: float
    guide: Guide | None = None

    def padded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Prompts padded on the left and their mask, both of shape (prompts, longest)."""
        width = max(map(len, self.prompts))
        ids = [[self.pad_id] * (width - len(p)) + p for p in self.prompts]
        mask = [[0] * (width - len(p)) + [1] * len(p) for p in self.prompts]
        device = self.model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)

    def rollout(self, row: int, tokens: list[int], logprobs: list[float]) -> Rollout:
        """The rollout of a row from its tokens up to the first end token."""
        end = next((i for i, token in enumerate(tokens) if token in self.end_ids), None)
        kept = len(tokens) if end is None else end + 1
        return Rollout(self.prompts[row // self.group_size], tokens[:kept], logprobs[:kept], end is not None)

    def choose(
        self, logits: torch.Tensor, generator: torch.Generator, rows: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The next token of each of these rows and its log-probability; logits have shape (rows, vocabulary)."""
        if self.guide is not None:
            logits = self.guide.masked(logits, rows.tolist())
        tokens, logprobs = choose_tokens(logits, self.temperature, generator)
        if self.guide is not None:
            self.guide.accept(rows.tolist(), tokens.tolist())
        return tokens, logprobs


def _sample_native(batch: _Batch, generator: torch.Generator) -> list[Rollout]:
    with attending_by(batch.model, SHARED_PROMPTS), _head_of_contiguous_rows(batch.model):
        return _sample_branches(batch, generator)


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


def _sample_branches(batch: _Batch, generator: torch.Generator) -> list[Rollout]:
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
    for step in range(batch.max_new_tokens):
        token, logprob = batch.choose(logits, generator, alive)
        at = alive[running]
        tokens[at, step], logprobs[at, step], lengths[at] = token[running], logprob[running], step + 1
        running &= ~torch.isin(token, ends)
        left = int(running.sum())
        if left == 0 or step == batch.max_new_tokens - 1:
            break
        if left <= len(running) * (1 - _ENDED_SHARE):
            kept = running.nonzero().squeeze(1)
            cache.select(kept)
            alive, token, position, full_mask = alive[kept], token[kept], position[kept], full_mask[kept]
            running = running[kept]
        logits = model(
            input_ids=token.unsqueeze(1),
            attention_mask=full_mask[:, : prompt_width + step + 1],
            position_ids=position.unsqueeze(1),
            **inputs,
        ).logits[:, -1]
        position = position + 1
    return [
        batch.rollout(row, tokens[row, :length].tolist(), logprobs[row, :length].tolist())
        for row, length in enumerate(lengths.tolist())
    ]


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


def _sample_generate(batch: _Batch, generator: torch.Generator) -> list[Rollout]:
    """The same through `generate`, which draws from torch's global generator: it is seeded here and then restored."""
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
    completions = sequences[:, ids.shape[1] :]
    logprobs = torch.zeros(completions.shape)
    if recorder is not None:
        recorder.note(sequences)
        logprobs = torch.cat(recorder.chosen, dim=1)
    return [
        batch.rollout(row, completions[row].tolist(), logprobs[row].tolist())
        for row in range(len(completions))
    ]
