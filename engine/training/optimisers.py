"""The optimisers: AdamW, and AdamW with its state in 8 bits, a quarter of the memory (bitsandbytes)."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.models.devices import chosen_device
from trace_trainer.engine.settings.tuning import EIGHT_BIT, TuningConfig

BETAS = (0.9, 0.99)


def check_optimiser(config: TuningConfig) -> None:
    """Raise UserError where the optimiser needs what this machine has not."""
    if config.optimiser != EIGHT_BIT:
        return
    if chosen_device(config.device).type != "cuda":
        raise UserError(f"--optimiser {EIGHT_BIT} needs a GPU of NVIDIA's; leave it out")
    require_extra("qlora", f"--optimiser {EIGHT_BIT}")


def native_optimiser(
    config: TuningConfig, parameters: Iterable[torch.nn.Parameter], rate: float
) -> torch.optim.Optimizer:
    """The optimiser of this project's own loop."""
    if config.optimiser == EIGHT_BIT:
        from bitsandbytes.optim import AdamW8bit

        optimiser: torch.optim.Optimizer = AdamW8bit(
            parameters, lr=rate, betas=BETAS, weight_decay=config.weight_decay
        )
        return optimiser
    return torch.optim.AdamW(parameters, lr=rate, betas=BETAS, weight_decay=config.weight_decay)


def trainer_optimiser(config: TuningConfig) -> str:
    """The name that Transformers' trainers have for it."""
    return "adamw_bnb_8bit" if config.optimiser == EIGHT_BIT else "adamw_torch_fused"
