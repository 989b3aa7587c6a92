"""What draws completions from a model, by name; each is a file of this folder, or a plugin's.

A sampler is a function of a batch (`rollout.Batch`) and of a generator, and returns a rollout for each row, so many for
each prompt side by side. Its log-probabilities must be those of the distribution that it sampled from. One that is a
server has weights of its own, which it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trace_trainer.engine.errors import UserError
from trace_trainer.experts.language.catalogue import Catalogue

if TYPE_CHECKING:
    import torch

    from trace_trainer.engine.inference.rollout import Batch, Rollout

    Draw = Callable[[Batch, torch.Generator], list[Rollout]]
    Connect = Callable[[str, float, int], "Server"]

AUTO = "auto"
"""In place of a sampler's name: the one that is made for the model's type, else `generate`."""


class Server(Protocol):
    """Another process that samples, from weights of its own."""

    def load(self, folder: Path) -> None:
        """Take the weights of a folder, and forget what was computed with those before."""

    def draw(self, batch: Batch, generator: torch.Generator) -> list[Rollout]:
        """Sample a batch, as a sampler does. The model of the batch is the one that the weights are of."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """One way to sample.

    Attributes:
        draw: samples a batch.
        types: model types (of the configuration) that it samples from; None for any.
        connect: reaches the server that samples, where it is one: told its address, the seconds that an answer may
            take, and how many tokens the model has.
    """

    draw: Draw
    types: frozenset[str] | None = None
    connect: Connect | None = None


SAMPLERS: Catalogue[Sampler] = Catalogue("sampler", "trace_trainer.engine.inference.samplers")
"""The samplers by name."""


def sampler_names() -> list[str]:
    """What a setting may name."""
    return [AUTO, *SAMPLERS]


def chosen_sampler(name: str, model: Any) -> Sampler:
    """The sampler of that name, or the one made for the model. Raises UserError where the model is of another type."""
    kind = model.config.model_type
    if name == AUTO:
        made = (sampler for sampler in SAMPLERS.values() if sampler.types and kind in sampler.types)
        return next(made, SAMPLERS["generate"])
    sampler = SAMPLERS.find(name)
    if sampler.types is not None and kind not in sampler.types:
        raise UserError(
            f"the sampler {name} is for models of the types {', '.join(sorted(sampler.types))}, not {kind}"
        )
    return sampler
