"""The model that a run started from, which a penalty holds the trained one near to (`--kl`).

Of an adapter only its own weights are kept, if they are anything at all: an adapter that has just been made is switched
off, as it changes nothing. A model that is trained itself is kept whole.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.training.tuning import trainable_weights


class StartingModel:
    """Remembers a model as it is now.

    Args:
        loaded: the model, its trainable weights marked.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._trained = loaded.model
        self._copy: PreTrainedModel | None = None
        self._weights: dict[str, torch.Tensor] = {}
        if not loaded.is_adapter:
            self._copy = copy.deepcopy(loaded.model).requires_grad_(False)
        elif not _changes_nothing(loaded.model):
            self._weights = {name: weight.clone() for name, weight in trainable_weights(loaded.model).items()}

    @torch.no_grad()
    def logprobs(self, rollouts: Sequence[Rollout], temperature: float, pad_id: int) -> torch.Tensor:
        """Of the tokens of some rollouts, as `score_tokens` has them.

        Not to be called between the forward and the backward pass of the trained model, whose weights may be exchanged.
        """
        with self._model() as model:
            return score_tokens(model, rollouts, temperature, pad_id).logprobs

    @contextlib.contextmanager
    def _model(self) -> Iterator[PreTrainedModel]:
        """Inside, the model as it was."""
        if self._copy is not None:
            yield self._copy
        elif not self._weights:
            with self._trained.disable_adapter():
                yield self._trained
        else:
            with self._exchanged():
                yield self._trained

    @contextlib.contextmanager
    def _exchanged(self) -> Iterator[None]:
        parameters = {name: p for name, p in self._trained.named_parameters() if name in self._weights}
        now = {name: parameter.data for name, parameter in parameters.items()}
        for name, parameter in parameters.items():
            parameter.data = self._weights[name]
        try:
            yield
        finally:
            for name, parameter in parameters.items():
                parameter.data = now[name]


def _changes_nothing(model: PreTrainedModel) -> bool:
    """Whether an adapter has just been made: of its two matrices one is zero."""
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    second = [p for name, p in model.named_parameters() if "lora_B" in name]
    return all("lora_" in name for name in trained) and not any(p.any() for p in second)
