"""Sampling completions, in groups of several for each prompt, with the log-probability of every sampled token.

Prompts are padded on the left, and those of like length are sampled together. Sampling is from the model's whole
distribution at the temperature, never a truncated one: the log-probabilities are those of the distribution that was
sampled, as the policy gradient needs them. What draws the tokens is a sampler (`samplers/`).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.constraints.guide import Guide, Start
from trace_trainer.engine.inference.rollout import Batch, Rollout
from trace_trainer.engine.inference.samplers import AUTO, Server, chosen_sampler
from trace_trainer.engine.inference.streams import Streams

if TYPE_CHECKING:
    from trace_trainer.engine.inference.samplers import Draw


class Kept(Protocol):
    """Keeps what was drawn, batch by batch, for a call that goes on after this one was stopped."""

    def again(self) -> Any | None:
        """The next batch that an earlier call drew; None once there is no other."""

    def keep(self, piece: Any) -> None:
        """Add a batch, a value that JSON has."""


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
    starts: Sequence[Start] | None = None,
    sampler: str | Server = AUTO,
    kept: Kept | None = None,
    streams: Sequence[int] | None = None,
) -> list[list[Rollout]]:
    """Sample `group_size` completions of each prompt; returns the group of each, in order.

    Args:
        model: a causal language model; adapters are fine.
        prompts: token ids of each prompt.
        group_size: completions a prompt.
        temperature: of sampling; 0 takes the most likely token, whose probability is then 1.
        max_new_tokens: completions are cut there, and where the model's positions end.
        end_ids: tokens that end a completion.
        pad_id: any token; its positions are masked.
        batch_size: completions sampled at once.
        seed: the same seed gives the same completions on the same machine.
        progress: called with the number of completions finished since its last call.
        starts: of each prompt, what its completions may be (`Guidance.start`), and so the distribution sampled from.
        sampler: a key of SAMPLERS, AUTO, or a server.
        kept: has the batches that an earlier call drew, and gets the others.
        streams: a seed for each prompt, for random numbers of its own in place of one stream for all (`streams.py`).

    Raises UserError where the sampler is not for this model, and for a prompt that fills all its positions.
    """
    _check_positions(model, prompts)
    was_training = model.training
    model.eval()
    draw = (chosen_sampler(sampler, model) if isinstance(sampler, str) else sampler).draw
    generator = torch.Generator(device=model.device).manual_seed(seed)
    groups: list[list[Rollout]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    width = max(1, batch_size // group_size)
    for start in range(0, len(order), width):
        chosen = order[start : start + width]
        asked = [prompts[i] for i in chosen]
        room = min(max_new_tokens, positions(model) - len(asked[-1]))  # the last one is the longest
        if (drawn := _drawn_before(kept, asked, group_size, generator)) is None:
            guide = Guide([starts[i] for i in chosen], group_size, room) if starts else None
            batch = Batch(model, asked, group_size, room, end_ids, pad_id, temperature, guide)
            batch.streams = _own_streams(streams and [streams[i] for i in chosen], batch, generator)
            drawn = _keep(kept, _drawn(draw, batch, generator), generator)
        for row, rollout in enumerate(drawn):
            groups[chosen[row // group_size]].append(rollout)
        if progress is not None:
            progress(len(chosen) * group_size)
    model.train(was_training)
    return groups


def _own_streams(seeds: Sequence[int] | None, batch: Batch, generator: torch.Generator) -> Streams | None:
    """A stream for each prompt of a batch, where they have seeds. A sampler that knows no streams draws from the
    generator, which goes by the first."""
    if not seeds:
        return None
    generator.manual_seed(seeds[0])
    return Streams(seeds, batch.group_size, batch.max_new_tokens, batch.model.device)


def positions(model: PreTrainedModel) -> int:
    """How many tokens the model was made for, prompt and completion together."""
    return getattr(model.config.get_text_config(), "max_position_embeddings", None) or sys.maxsize


def _check_positions(model: PreTrainedModel, prompts: Sequence[list[int]]) -> None:
    limit, longest = positions(model), max(map(len, prompts), default=0)
    if longest >= limit:
        raise UserError(
            f"{sum(len(prompt) >= limit for prompt in prompts)} of {len(prompts)} prompts leave no room for an answer: "
            f"the longest has {longest} tokens, and the model {limit} positions; leave them out, or take another"
        )


def _drawn(draw: Draw, batch: Batch, generator: torch.Generator) -> list[Rollout]:
    with _older_objects_kept() if batch.guide else nullcontext():
        return draw(batch, generator)


@contextmanager
def _older_objects_kept() -> Iterator[None]:
    """Inside, Python's collection of garbage passes over what there was before.

    A constraint makes many small objects, each thousand of which would have it look through everything that the
    libraries hold: a quarter of what `wiring` costs.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _keep(kept: Kept | None, drawn: list[Rollout], generator: torch.Generator) -> list[Rollout]:
    """Keep a batch with the generator's state after it, where that is asked for; returns the batch."""
    if kept is not None:
        rows = [[rollout.completion_ids, rollout.logprobs, rollout.ended] for rollout in drawn]
        kept.keep({"rollouts": rows, "generator": bytes(generator.get_state().tolist()).hex()})
    return drawn


def _drawn_before(
    kept: Kept | None, asked: Sequence[list[int]], group_size: int, generator: torch.Generator
) -> list[Rollout] | None:
    """The batch for these prompts as an earlier call drew it, the generator as it left it; None where it did not."""
    piece = kept.again() if kept is not None else None
    if piece is None:
        return None
    generator.set_state(torch.tensor(list(bytes.fromhex(piece["generator"])), dtype=torch.uint8))
    return [Rollout(asked[row // group_size], *held) for row, held in enumerate(piece["rollouts"])]
