"""Sampling groups of completions: this project's sampler beside `generate`, and guided beside unguided.

The unit is a sampled token, up to and including the one that ends its completion: what `generate` computes for rows
that are finished is nobody's gain. Every side draws from the whole distribution at temperature 1, without a limit but
that of new tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import torch
from transformers import GenerationConfig
from transformers.generation.configuration_utils import ContinuousBatchingConfig

from trace_trainer.engine.benchmarks.models import Subject
from trace_trainer.engine.benchmarks.turns import Side, Work, timed
from trace_trainer.engine.inference.constraints import GRAMMAR, OFF, WIRING
from trace_trainer.engine.inference.constraints.guidance import starts_of
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.models.chat import end_token_ids

OURS = "trainer"
GROUP = 8
"""Completions of a prompt."""
_PAGE = 32  # tokens of a page of the continuous batching's cache


def sampling_sides(subject: Subject, rows: int, max_new_tokens: int, continuous: bool = True) -> list[Side]:
    """Ours, and `generate` with a dynamic and a static cache and by continuous batching, for so many rows at once."""
    ours = _turn(subject, rows, partial(_ours, subject, max_new_tokens=max_new_tokens))
    sides = [
        Side(OURS, ours),
        Side("generate", _turn(subject, rows, partial(_generate, subject, max_new_tokens, None))),
        Side(
            "generate, static cache",
            _turn(subject, rows, partial(_generate, subject, max_new_tokens, "static")),
        ),
    ]
    if continuous:
        batched = partial(_continuous, subject, max_new_tokens)
        sides.append(Side("generate, continuous batching", _turn(subject, rows, batched)))
    return sides


def guided_sides(subject: Subject, rows: int, max_new_tokens: int) -> list[Side]:
    """Our sampler free, under the grammar of traces, and under their wiring."""

    def turn(level: str, number: int) -> Work:
        problems = subject.problems(rows // GROUP, number)
        prompts = subject.prompts(problems)
        tokenizer, model = subject.loaded.tokenizer, subject.loaded.model
        constraints = subject.task.constraints(problems, level)
        starts = starts_of(tokenizer, end_token_ids(tokenizer, model), constraints)
        return timed(lambda: _ours(subject, prompts, number, max_new_tokens=max_new_tokens, starts=starts))

    sides = {"guided": GRAMMAR, "wired": WIRING, "free": OFF}
    return [Side(name, partial(turn, level)) for name, level in sides.items()]


def _turn(
    subject: Subject, rows: int, draw: Callable[[list[list[int]], int], float]
) -> Callable[[int], Work]:
    def turn(number: int) -> Work:
        prompts = subject.prompts(subject.problems(rows // GROUP, number))
        Random(number).shuffle(prompts)
        return timed(lambda: draw(prompts, number))

    return turn


def _ours(
    subject: Subject, prompts: list[list[int]], seed: int, *, max_new_tokens: int, starts: Any = None
) -> float:
    loaded = subject.loaded
    groups = sample(
        loaded.model,
        prompts,
        group_size=GROUP,
        max_new_tokens=max_new_tokens,
        end_ids=end_token_ids(loaded.tokenizer, loaded.model),
        pad_id=loaded.tokenizer.pad_token_id,
        batch_size=len(prompts) * GROUP,
        seed=seed,
        starts=starts,
    )
    return sum(len(rollout.completion_ids) for group in groups for rollout in group)


def _settings(subject: Subject, max_new_tokens: int, **others: Any) -> GenerationConfig:
    loaded = subject.loaded
    return GenerationConfig(
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
        max_new_tokens=max_new_tokens,
        eos_token_id=sorted(end_token_ids(loaded.tokenizer, loaded.model)),
        pad_token_id=loaded.tokenizer.pad_token_id,
        num_return_sequences=GROUP,
        **others,
    )


@torch.no_grad()
def _generate(
    subject: Subject, max_new_tokens: int, cache: str | None, prompts: list[list[int]], seed: int
) -> float:
    loaded = subject.loaded
    settings = _settings(subject, max_new_tokens, cache_implementation=cache)
    torch.manual_seed(seed)
    padded = loaded.tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt")
    drawn = loaded.model.generate(**padded.to(loaded.device), generation_config=settings)
    completions = drawn[:, padded["input_ids"].shape[1] :]
    ends = torch.isin(completions, torch.tensor(settings.eos_token_id, device=completions.device))
    before_the_end = (ends.cumsum(dim=1) - ends.int()) == 0
    return int(before_the_end.sum())


@torch.no_grad()
def _continuous(subject: Subject, max_new_tokens: int, prompts: list[list[int]], seed: int) -> float:
    """By pages that hold every row to its end, so that nothing waits: left alone, it takes all memory that is free."""
    pages = 1 + (max(map(len, prompts)) + max_new_tokens) // _PAGE
    batching = ContinuousBatchingConfig(
        page_size=_PAGE,
        num_blocks=pages * len(prompts) * GROUP,
        max_batch_tokens=max(1024, len(prompts) * GROUP),
        seed=seed,
    )
    model = subject.loaded.model
    attention = model.config._attn_implementation
    try:
        results = model.generate_batch(
            prompts,
            generation_config=_settings(subject, max_new_tokens),
            continuous_batching_config=batching,
        )
    finally:
        model.set_attn_implementation(attention)
    return sum(len(result.generated_tokens) for result in results.values())
