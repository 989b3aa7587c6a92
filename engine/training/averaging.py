"""Averaging: the mean of the weights of models that were trained from the same one.

Runs that start from one model and see other problems, or the same in another order, end in the same valley of the loss;
their mean lies deeper in it than they do. Source: Wortsman et al. 2022, "Model soups: averaging weights of multiple
fine-tuned models improves accuracy without increasing inference time".

Of adapters, what is averaged is the change that each makes to its base: their matrices side by side, an adapter whose
rank is the sum of theirs, or the nearest one of a given rank. Averaging the matrices one by one would be another thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK

if TYPE_CHECKING:  # what needs torch is imported where it is used, so that `trainer --help` stays quick
    from trace_trainer.engine.models.loading import LoadedModel


@dataclass(frozen=True, slots=True)
class AverageConfig:
    """What an average is made of, with the settings of its parts that say what it is asked for: `config.yaml`.

    Attributes:
        models: by name or folder.
        rank: of the adapter; None is the sum of the parts'.
        dtype: of the weights that are written.
        seed: None, as nothing is drawn.
    """

    models: tuple[str, ...]
    rank: int | None = None
    dtype: str = "float32"
    task: str = DEFAULT_TASK
    call_format: str = DEFAULT_FORMAT
    card: bool = False
    seed: None = None


def average(models: Sequence[str], *, rank: int | None = None) -> LoadedModel:
    """Load models and return their mean: an adapter where they are adapters.

    Args:
        models: two or more, by name, folder or hub id; all adapters of one base, or none an adapter.
        rank: of the adapter; the change to each of the base's matrices is then the nearest of that rank, by its
            singular values. None keeps it exact, at the sum of the ranks.

    Raises UserError where they can't be averaged.
    """
    from trace_trainer.engine.models.loading import load_model

    if len(models) < 2:
        raise UserError("an average needs two models at least")
    first = load_model(models[0], keep_adapter=True)
    if first.is_adapter:
        _average_adapters(first, models, rank)
    elif rank is not None:
        raise UserError(f"--rank is for adapters, and {first.name} is none")
    else:
        _average_weights(first, models[1:])
    return first


def _average_adapters(first: LoadedModel, models: Sequence[str], rank: int | None) -> None:
    """Put the mean of the adapters in the place of the first one."""
    from safetensors import SafetensorError

    from trace_trainer.engine.models.names import adapted_model, adapter_folder

    model: Any = first.model
    folders = [adapter_folder(name) for name in models]
    bases = [None if folder is None else adapted_model(folder) for folder in folders]
    for name, base in zip(models, bases, strict=True):
        if base is None:
            raise UserError(f"{models[0]} is an adapter and {name} is none: they can't be averaged")
        if base != bases[0]:
            raise UserError(f"{models[0]} adapts {bases[0]}, {name} {base}: give adapters of one model")
    parts = [f"part{number}" for number in range(len(models))]
    try:
        for part, folder in zip(parts, folders, strict=True):
            model.load_adapter(str(folder), part)
            config = model.peft_config[part]
            # PEFT would write the average with their scale or without their magnitudes, and say nothing.
            if getattr(config, "use_rslora", False) or getattr(config, "use_dora", False):
                raise UserError(f"{folder} is an adapter by rsLoRA or DoRA, which can't be averaged")
            if whole := getattr(config, "modules_to_save", None):
                raise UserError(
                    f"{folder} holds modules of its own ({', '.join(whole)}), which can't be averaged"
                )
        model.set_adapter(parts[0])
        model.delete_adapter("default")
        kind: dict[str, Any] = {"combination_type": "cat"}
        if rank is not None:
            _check_rank(model, rank)
            kind = {"combination_type": "svd", "svd_rank": rank, "svd_full_matrices": False}
        model.base_model.add_weighted_adapter(parts, [1 / len(parts)] * len(parts), "default", **kind)
    except (AttributeError, OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UserError(f"these adapters can't be averaged: {reason}") from error
    model.set_adapter("default")
    for part in parts:
        model.delete_adapter(part)


def _check_rank(model: Any, rank: int) -> None:
    """Raise UserError where a matrix that is adapted has fewer singular values than that."""
    from peft.tuners.lora import LoraLayer

    layers = [module for module in model.modules() if isinstance(module, LoraLayer)]
    most = min(min(layer.in_features, layer.out_features) for layer in layers)
    if rank > most:
        raise UserError(f"rank {rank} is more than the smallest matrix has, {most}; give at most that")


def _average_weights(first: LoadedModel, others: Sequence[str]) -> None:
    """Put the mean of the weights in the place of the first model's."""
    import torch

    from trace_trainer.engine.models.loading import load_model

    weights = dict(first.model.named_parameters())  # a tied head once
    for number, name in enumerate(others, start=2):
        other = load_model(name, keep_adapter=True)
        if other.is_adapter:
            raise UserError(f"{other.name} is an adapter and {first.name} is none: they can't be averaged")
        theirs = dict(other.model.named_parameters())
        shapes, their_shapes = ({key: w.shape for key, w in found.items()} for found in (weights, theirs))
        if shapes != their_shapes or first.tokenizer.get_vocab() != other.tokenizer.get_vocab():
            raise UserError(
                f"{first.name} and {other.name} were not made from one model: give runs that were"
            )
        with torch.no_grad():
            for key, weight in weights.items():
                weight.lerp_(theirs[key], 1 / number)
