"""What a native run needs to go on: the weights in training, the optimiser, and where the run stands."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from trace_trainer.engine.atomic import atomic_binary
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.training.tuning import trainable_weights

STATE = "state.pt"
_UNREADABLE = (RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)


def write_tensors(path: Path, held: dict[str, Any]) -> None:
    """Write tensors and numbers to a file, whole or not at all. Raises UserError where there is no room."""
    path.parent.mkdir(exist_ok=True)
    with atomic_binary(path) as stream:
        torch.save(held, stream)


def read_state(path: Path, loaded: LoadedModel, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Put a state that was written to `path` into the model and its optimiser, and return it.

    Raises UserError where there is none, where it can't be read whole, and where it is without weights or with those of
    another model.
    """
    again = "start again with --overwrite"
    if not path.exists():
        raise UserError(f"{path.parent.parent} was stopped before its first checkpoint; {again}")
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        weights, wanted = state["weights"], trainable_weights(loaded.model)
        shapes = {name: tensor.shape for name, tensor in weights.items()}
        if shapes != {name: tensor.shape for name, tensor in wanted.items()}:
            raise UserError(f"{path} is not the state of these weights; {again}")
        loaded.model.load_state_dict(weights, strict=False)
        optimizer.load_state_dict(state["optimizer"])
    except (*_UNREADABLE, AttributeError, TypeError) as error:
        raise UserError(f"{path} can't be read whole; {again}") from error
    return state
