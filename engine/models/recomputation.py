"""Computing a layer's activations again when its gradient is, instead of keeping them (`--gradient-checkpointing`).

A step then takes about a third longer, and memory for the activations of one layer and the inputs of all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from transformers import PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.attention import attending_by
from trace_trainer.engine.models.loading import without_adapter


def check_recomputing(model: PreTrainedModel) -> None:
    """Raises UserError where the model's layers can't be computed again."""
    base = without_adapter(model)
    if not base.supports_gradient_checkpointing:
        raise UserError(
            f"--gradient-checkpointing: a {type(base).__name__} has no layers for it; leave it out"
        )


@contextmanager
def recomputed_layers(model: PreTrainedModel, wanted: bool = True) -> Iterator[None]:
    """Inside, the layers of a model keep no activations, if that is `wanted`; dropout stays as it is."""
    if not wanted:
        yield
        return
    base = without_adapter(model)

    def contexts() -> tuple[Any, Any]:
        # By the time that a layer is computed again, another attention may be set.
        return nullcontext(), attending_by(base, base.config._attn_implementation)

    base.gradient_checkpointing_enable(
        gradient_checkpointing_kwargs={"use_reentrant": False, "context_fn": contexts}
    )
    layers = [module for module in base.modules() if isinstance(module, GradientCheckpointingLayer)]
    modes = [layer.training for layer in layers]
    for layer in layers:
        layer.training = True  # of the layer itself, by which alone it knows that gradients will be asked for
    try:
        yield
    finally:
        for layer, mode in zip(layers, modes, strict=True):
            layer.training = mode
        base.gradient_checkpointing_disable()
