"""What Transformers' and TRL's trainers are told by the settings that all stages have."""

from __future__ import annotations

from typing import Any

import torch

from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.training.optimisers import trainer_optimiser


def shared_arguments(config: SFTConfig | RLConfig, device: torch.device) -> dict[str, Any]:
    """Arguments of any trainer. It shows nothing by itself, and reports to nobody."""
    return {
        "learning_rate": config.learning_rate,
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "optim": trainer_optimiser(config),
        "bf16": config.dtype == "bfloat16",
        "gradient_checkpointing": config.gradient_checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "disable_tqdm": True,
        "report_to": [],
        "seed": config.seed,
        "dataloader_pin_memory": device.type == "cuda",
        "use_cpu": device.type == "cpu",
    }
