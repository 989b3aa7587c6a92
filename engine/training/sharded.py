"""Models whose weights lie in parts on several processes: by FSDP, or DeepSpeed ZeRO of stage 3 (`accelerate launch`).

The trainers of Transformers and TRL train them. Nothing else can be done with a part: whoever looks at such a model, or
saves it, needs it whole.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.devices import chosen_device
from trace_trainer.engine.ranks import world_size
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.settings.tuning import TuningConfig

if TYPE_CHECKING:
    from transformers import Trainer

_WHOLE_STAGES = ("0", "1", "2")
"""Of DeepSpeed ZeRO: gradients and the optimiser's state may lie in parts, and each process has all weights."""


def is_sharded(device: torch.device) -> bool:
    """Whether the launcher asked for models in parts. On CPUs Accelerate does not heed that."""
    if world_size() == 1 or device.type == "cpu":
        return False
    stage = os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE")
    return _asked("FSDP") or (_asked("DEEPSPEED") and stage not in _WHOLE_STAGES)


def require_launch(config: TuningConfig) -> None:
    """Raise UserError where settings do not go with what the launcher was asked for."""
    native = isinstance(config, RLConfig) and config.backend != "trl"
    if world_size() > 1 and native and (_asked("FSDP") or _asked("DEEPSPEED")):
        raise UserError(
            "--backend native keeps the whole model in each process: launch it without FSDP and DeepSpeed, or take "
            "--backend trl"
        )
    if not is_sharded(chosen_device(config.device)):
        return
    if config.trim_vocab:
        raise UserError(
            "--trim-vocab needs the model whole in each process: leave it out, or take zero2 or ddp"
        )
    if isinstance(config, RLConfig) and config.eval_every:
        raise UserError(
            "a model in parts can't be looked at between iterations: give --eval-every 0, or launch with zero2 or ddp"
        )


def whole_weights(trainer: Trainer) -> dict[str, Any] | None:
    """The weights of a model in parts, in the main process; None where each process has all of its model.

    All processes have to call it.
    """
    if not is_sharded(trainer.args.device):
        return None
    weights: dict[str, Any] = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    return weights


def _asked(kind: str) -> bool:
    return os.environ.get(f"ACCELERATE_USE_{kind}", "false").lower() == "true"
