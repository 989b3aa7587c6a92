"""The settings that SFT and RL share: what is learned, which weights are trained, and how a step is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from trace_trainer.engine.models.devices import AUTO_DEVICE, DEVICES
from trace_trainer.engine.settings.data import DataConfig
from trace_trainer.engine.settings.declaring import LARGEST_SEED, MOST, setting
from trace_trainer.engine.tasks import Task, task_for
from trace_trainer.engine.tasks.context import in_context

EIGHT_BIT = "adamw-8bit"
BASE_HELP = "Model that an adapter is put on, in place of the one that it names."
DEVICE_HELP = "What is computed on; auto is a GPU where there is one."


@dataclass(frozen=True, kw_only=True)
class TuningConfig(DataConfig):
    """What is learned, which weights are trained, and how a step is computed; shared by SFT and RL."""

    method: str = setting(
        "full",
        "What is trained: all weights, a LoRA adapter, one on a 4-bit base, or the last layers with the head.",
        choices=("full", "lora", "qlora", "last-k"),
        group="Method",
    )
    rank: int = setting(32, "Rank of the LoRA adapter.", low=1, high=4096, group="Method")
    alpha: int = setting(
        64,
        "Scale of the LoRA adapter; its update is multiplied by alpha / rank.",
        low=1,
        high=65_536,
        group="Method",
    )
    dropout: float = setting(0.0, "Dropout of the LoRA adapter.", low=0, high=0.9, group="Method")
    target_modules: tuple[str, ...] | None = setting(
        None, "Modules that get a LoRA adapter; none means every linear layer but the head.", group="Method"
    )
    last_k: int = setting(
        6, "How many of the last layers the method last-k trains.", low=1, high=1000, group="Method"
    )
    dtype: str = setting(
        "float32",
        "Number type of the computation; auto is bfloat16 where the device has instructions for it, else float32. "
        "Weights that are trained stay in float32.",
        choices=("float32", "bfloat16", "auto"),
        group="Model",
    )
    device: str = setting(AUTO_DEVICE, DEVICE_HELP, choices=DEVICES, group="Model")
    base: str | None = setting(None, BASE_HELP, group="Model", metavar="MODEL")
    trim_vocab: bool = setting(
        False,
        "Train with the vocabulary cut down to the training text's; what is saved has it whole.",
        group="Method",
    )
    compile: bool = setting(
        False,
        "Compile the model's layers: a minute more at the start, and faster steps, most so for adapters.",
        group="Model",
    )
    gradient_checkpointing: bool = setting(
        False,
        "Compute activations again when gradients are: steps take a third longer, and much less memory.",
        group="Method",
    )
    optimiser: str = setting(
        "adamw",
        "AdamW, or AdamW with its state in 8 bits, which takes a quarter of the memory and a GPU.",
        choices=("adamw", EIGHT_BIT),
        group="Optimiser",
    )
    max_grad_norm: float = setting(
        1.0,
        "Largest norm of the gradients; larger ones are scaled down.",
        above=0,
        high=1e6,
        group="Optimiser",
    )
    weight_decay: float = setting(0.0, "Weight decay of AdamW.", low=0, high=100, group="Optimiser")
    micro_batch_tokens: int = setting(
        2048,
        "Tokens computed at once, padding included; memory bounds them.",
        low=16,
        high=MOST,
        group="Optimiser",
    )
    max_new_tokens: int = setting(
        256,
        "Longest completion in tokens, in sampling and in evaluation; a longer one is cut.",
        low=1,
        high=1_000_000,
        group="Rollouts",
    )
    card: bool = setting(
        False, "Show the prompt card before each question, in training and in evaluation.", group="Data"
    )
    context: str | None = setting(
        None, "Text that is put before each request, of a file.", group="Data", metavar="FILE"
    )
    eval_count: int = setting(
        300,
        "How many held-out problems accuracy is measured on.",
        low=1,
        high=MOST,
        group="Evaluation",
        formerly="eval_problems",
    )
    eval_data: str | None = setting(
        None,
        "Problems to measure accuracy on, in any form of --data; none generates the validation split.",
        group="Evaluation",
        metavar="FILE",
    )
    seed: int = setting(0, "Seed of the data, of their order and of sampling.", low=0, high=LARGEST_SEED)

    def settled(self) -> Self:
        """The same with a dtype of auto as it is on this machine: what a run saves says what was done."""
        if self.dtype != "auto":
            return self
        from trace_trainer.engine.models.devices import chosen_device, fastest_dtype

        return replace(self, dtype=fastest_dtype(chosen_device(self.device)))

    def make_task(self) -> Task[Any]:
        """The task that these settings name. Raises UserError where they do not go together."""
        return in_context(task_for(self.task, self.call_format, self.card), self.context)
