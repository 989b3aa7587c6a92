"""The settings of the two stages, SFT and RL: each with its default, its limits and its line of help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from trace_trainer.engine.inference.samplers import AUTO, sampler_names
from trace_trainer.engine.objectives.objective import OBJECTIVES, Clipping
from trace_trainer.engine.settings.declaring import LARGEST_SEED, MOST, setting
from trace_trainer.engine.tasks import (
    DEFAULT_FORMAT,
    DEFAULT_TASK,
    TASKS,
    Task,
    task_for,
)
from trace_trainer.experts import expert_names
from trace_trainer.experts.problems import WORDINGS
from trace_trainer.verifiers.calls import FORMATS
from trace_trainer.verifiers.score import POLICIES

DEFAULT_MODEL = "tiny-base"
MODEL_HELP = "Model: a local folder, an embedded or packaged model, or a hub id"
WORDING_HELP = (
    "Which generated problems are taken. Plain questions have every number in digits and none too many; plain "
    "dialogues ask for commands in English without slips of the fingers, but for one in five. Varied are the others."
)


@dataclass(frozen=True, kw_only=True)
class TuningConfig:
    """What is learned, which weights are trained, and how a step is computed; shared by SFT and RL."""

    task: str = setting(DEFAULT_TASK, "What is learned.", choices=TASKS, group="Data")
    call_format: str = setting(
        DEFAULT_FORMAT,
        "How tool calls are written; traces have none.",
        choices=FORMATS,
        group="Data",
        formerly="format",
    )
    experts: tuple[str, ...] | None = setting(
        None,
        "Experts whose generated problems are taken, for traces; none takes those of the embedded model's figures.",
        choices=expert_names,
        group="Data",
        option="--expert",
    )
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
        "Problem file to measure accuracy on; none generates the validation split.",
        group="Evaluation",
        metavar="FILE",
    )
    seed: int = setting(0, "Seed of the data, of their order and of sampling.", low=0, high=LARGEST_SEED)

    def settled(self) -> Self:
        """The same with a dtype of auto as it is on this machine: what a run saves says what was done."""
        if self.dtype != "auto":
            return self
        from trace_trainer.engine.models.loading import fastest_dtype

        return replace(self, dtype=fastest_dtype())

    def make_task(self) -> Task[Any]:
        """The task that these settings name. Raises UserError where they do not go together."""
        return task_for(self.task, self.call_format, self.card)


@dataclass(frozen=True, kw_only=True)
class SFTConfig(TuningConfig):
    """Settings of `trainer sft`."""

    model: str = setting(DEFAULT_MODEL, MODEL_HELP + ".", group="Model", flag="-m", metavar="MODEL")
    data: str | None = setting(
        None, "Problem file with traces; none generates the train split.", group="Data", metavar="FILE"
    )
    count: int = setting(
        8000,
        "Generated problems to train on; a file is used whole.",
        low=1,
        high=MOST,
        group="Data",
        flag="-n",
    )
    wording: str = setting("any", WORDING_HELP, choices=WORDINGS, group="Data")
    epochs: float = setting(1.0, "Passes over the problems.", above=0, high=10_000, group="Optimiser")
    learning_rate: float = setting(1e-3, "Peak of the learning rate.", above=0, high=10, group="Optimiser")
    scheduler: str = setting(
        "cosine",
        "How the rate falls after warming up.",
        choices=("cosine", "linear", "constant"),
        group="Optimiser",
    )
    warmup_ratio: float = setting(
        0.05, "Share of the steps in which the rate rises.", low=0, high=1, group="Optimiser"
    )
    batch_tokens: int = setting(
        8192, "Tokens of an optimiser step, padding included.", low=16, high=MOST, group="Optimiser"
    )
    max_length: int = setting(
        512,
        "Longest prompt with trace, in tokens; a longer one is an error, never cut.",
        low=16,
        high=1_000_000,
        group="Optimiser",
    )
    checkpoint_every: int = setting(
        200, "Steps between checkpoints to resume from; 0 saves none until the end.", low=0, high=MOST
    )


@dataclass(frozen=True, kw_only=True)
class RLConfig(TuningConfig):
    """Settings of `trainer rl`."""

    model: str | None = setting(
        None, MODEL_HELP + "; none is the newest trainer sft run.", group="Model", flag="-m", metavar="MODEL"
    )
    data: str | None = setting(
        None,
        "Problem file with questions and answers; none generates the train split.",
        group="Data",
        metavar="FILE",
    )
    wording: str = setting("any", WORDING_HELP, choices=WORDINGS, group="Data")
    histories: str = setting(
        "gold",
        "What stands before a generated turn of a conversation: right replies, or what the model itself replied.",
        choices=("gold", "own"),
        group="Data",
    )
    iterations: int = setting(20, "Rounds of sampling and updating.", low=1, high=1_000_000, flag="--iters")
    prompts_per_iteration: int = setting(
        64, "Problems sampled in an iteration.", low=1, high=100_000, group="Rollouts"
    )
    group_size: int = setting(
        8, "Completions sampled for each problem.", low=1, high=10_000, group="Rollouts"
    )
    minibatches: int = setting(
        4, "Optimiser steps an iteration, at most.", low=1, high=10_000, group="Optimiser"
    )
    signal_per_step: int = setting(
        16,
        "Samples with a signal that an optimiser step needs: with fewer, an iteration takes fewer steps, and a single "
        "one is shorter; 0 turns this off.",
        low=0,
        high=MOST,
        group="Optimiser",
    )
    temperature: float = setting(1.0, "Temperature of sampling.", above=0, high=100, group="Rollouts")
    learning_rate: float = setting(1e-4, "Peak of the learning rate.", above=0, high=10, group="Optimiser")
    warmup_iterations: int = setting(
        1, "Iterations in which the rate rises.", low=0, high=1_000_000, group="Optimiser"
    )
    scheduler: str = setting(
        "linear", "How the rate falls after warming up.", choices=("linear", "constant"), group="Optimiser"
    )
    objective: str = setting(
        "dr-grpo", "Objective that an update maximises.", choices=OBJECTIVES, group="Optimiser"
    )
    clip_low: float | None = setting(
        None, "Probability ratios are clipped at 1 minus this; none is the objective's own.", above=0, high=1,
        group="Optimiser",
    )  # fmt: skip
    clip_high: float | None = setting(
        None, "Probability ratios are clipped at 1 plus this; none is the objective's own.", above=0, high=100,
        group="Optimiser",
    )  # fmt: skip
    kl: float = setting(
        0.0, "Weight of the penalty for leaving the model started from.", low=0, high=1e6, group="Optimiser"
    )
    reward: str = setting(
        "gated",
        "Reward policy, or FILE.py:FUNCTION, a function of the verdict.",
        choices=POLICIES,
        group="Rollouts",
    )
    reference: bool = setting(
        True,
        "Pay only what computes the gold reply's function, where a problem has one; else any right answer.",
        group="Rollouts",
    )
    backend: str = setting(
        "native", "What runs the training: this project's loop, or TRL's trainers.", choices=("native", "trl")
    )
    checkpoint_every: int = setting(
        5, "Iterations between checkpoints to resume from; 0 saves none until the end.", low=0, high=MOST
    )
    eval_every: int = setting(
        5,
        "Iterations between looks at held-out accuracy, on other problems than before and after; 0 never looks.",
        low=0,
        high=MOST,
        group="Evaluation",
    )
    keep: str = setting(
        "best",
        "Weights that the run ends with; best ends it at a fall beyond noise that lasts for two looks, and keeps "
        "others than the last where they did better.",
        choices=("best", "last"),
        group="Evaluation",
    )
    sampler: str = setting(
        AUTO,
        "What draws completions; auto is the one that is made for the model.",
        choices=sampler_names,
        group="Rollouts",
    )
    sample_batch: int = setting(
        512, "Completions sampled at once; memory bounds them.", low=1, high=100_000, group="Rollouts"
    )
    collapse: float = setting(
        0.5,
        "Stop when accuracy or parse rate falls below this share of the first iteration's; 0 never stops.",
        low=0,
        high=1,
    )

    @property
    def clipping(self) -> Clipping:
        """The bounds of probability ratios: those of the settings, else the objective's."""
        own = OBJECTIVES[self.objective].clipping
        return Clipping(
            own.low if self.clip_low is None else self.clip_low,
            own.high if self.clip_high is None else self.clip_high,
        )
