"""The settings of the two stages, SFT and RL: each with its default, its limits and its line of help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from trace_trainer.engine.inference.samplers import AUTO, sampler_names
from trace_trainer.engine.objectives.objective import OBJECTIVES
from trace_trainer.engine.settings.declaring import setting
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
WORDING_HELP = (
    "Generated problems to take. Plain questions have every number in digits and none too many; plain dialogues ask "
    "for commands in English without slips of the fingers, but for one in five. Varied are the others."
)


@dataclass(frozen=True, kw_only=True)
class TuningConfig:
    """What is learned, which weights are trained, and how a step is computed; shared by SFT and RL."""

    task: str = setting(DEFAULT_TASK, "What is learned.", choices=TASKS)
    format: str = setting(
        DEFAULT_FORMAT, "How tool calls are written; traces have no format.", choices=FORMATS
    )
    experts: tuple[str, ...] | None = setting(
        None,
        "Only generated problems of these experts; for traces. None draws those of the embedded model's figures.",
        choices=expert_names,
    )
    method: str = setting(
        "full",
        "All weights, a LoRA adapter, one on a 4-bit base, or the last layers with the head.",
        choices=("full", "lora", "qlora", "last-k"),
    )
    rank: int = setting(32, "LoRA: rank.", low=1)
    alpha: int = setting(64, "LoRA: scale; the update is multiplied by alpha / rank.", low=1)
    dropout: float = setting(0.0, "LoRA: dropout.", low=0, high=0.9)
    target_modules: tuple[str, ...] | None = setting(
        None, "LoRA: names of the modules adapted; none means every linear layer but the head."
    )
    last_k: int = setting(6, "last-k: how many of the last layers are trained.", low=1)
    dtype: str = setting(
        "float32",
        "What is computed in, auto being bfloat16 where the device has instructions for it, else float32; weights that "
        "are trained stay in float32.",
        choices=("float32", "bfloat16", "auto"),
    )
    trim_vocab: bool = setting(
        False, "Train with the vocabulary cut down to the training text's; what is saved has it whole."
    )
    compile: bool = setting(
        False,
        "Compile the model's layers: a minute more at the start, and faster steps, most so for adapters.",
    )
    max_grad_norm: float = setting(1.0, "Gradients are scaled down to this norm.", above=0)
    weight_decay: float = setting(0.0, "AdamW's weight decay.", low=0)
    micro_batch_tokens: int = setting(
        2048, "Tokens computed at once, padding included: what memory bounds.", low=16
    )
    max_new_tokens: int = setting(256, "Completions are cut there when sampling and evaluating.", low=1)
    card: bool = setting(False, "Show the prompt card before each question, in training and in evaluation.")
    eval_problems: int = setting(300, "Held-out problems to measure accuracy on.", low=1)
    eval_data: str | None = setting(
        None, "Problem file to measure accuracy on; none generates the validation split."
    )
    seed: int = setting(0, "Of the data, of their order and of sampling.")

    def settled(self) -> Self:
        """The same with a dtype of auto as it is on this machine: what a run saves says what was done."""
        if self.dtype != "auto":
            return self
        from trace_trainer.engine.models.loading import fastest_dtype

        return replace(self, dtype=fastest_dtype())

    def make_task(self) -> Task[Any]:
        """The task that these settings name. Raises UserError where they do not go together."""
        return task_for(self.task, self.format, self.card)


@dataclass(frozen=True, kw_only=True)
class SFTConfig(TuningConfig):
    """Settings of `trainer sft`."""

    model: str = setting(DEFAULT_MODEL, "Local folder, embedded model or hub id.")
    data: str | None = setting(None, "Problem file with traces; none generates the train split.")
    count: int = setting(8000, "Generated problems to train on; a file is used whole.", low=1)
    wording: str = setting("any", WORDING_HELP, choices=WORDINGS)
    epochs: float = setting(1.0, "Passes over the problems.", above=0)
    learning_rate: float = setting(1e-3, "Peak rate.", above=0)
    scheduler: str = setting(
        "cosine", "How the rate falls after warming up.", choices=("cosine", "linear", "constant")
    )
    warmup_ratio: float = setting(0.05, "Share of the steps in which the rate rises.", low=0, high=1)
    batch_tokens: int = setting(8192, "Tokens of an optimiser step, padding included.", low=16)
    max_length: int = setting(
        512, "Longest prompt with trace, in tokens; a longer one is an error, never cut.", low=16
    )
    checkpoint_every: int = setting(
        200, "Steps between checkpoints to resume from; 0 saves none until the end.", low=0
    )


@dataclass(frozen=True, kw_only=True)
class RLConfig(TuningConfig):
    """Settings of `trainer rl`."""

    model: str | None = setting(
        None, "Local folder, embedded model or hub id; none is the newest trainer sft run."
    )
    data: str | None = setting(
        None, "Problem file with questions and answers; none generates the train split."
    )
    wording: str = setting("any", WORDING_HELP, choices=WORDINGS)
    histories: str = setting(
        "gold",
        "What stands before a generated turn of a conversation: right replies, or what the model itself replied.",
        choices=("gold", "own"),
    )
    iterations: int = setting(20, "Rounds of sampling and updating.", low=1, flag="--iters")
    prompts_per_iteration: int = setting(64, "Problems sampled in an iteration.", low=1)
    group_size: int = setting(8, "Completions sampled for each problem.", low=1)
    minibatches: int = setting(4, "Optimiser steps an iteration.", low=1)
    temperature: float = setting(1.0, "Of sampling.", above=0)
    learning_rate: float = setting(1e-4, "Peak rate.", above=0)
    warmup_iterations: int = setting(1, "Iterations in which the rate rises.", low=0)
    scheduler: str = setting("linear", "How the rate falls after warming up.", choices=("linear", "constant"))
    objective: str = setting(
        "dr-grpo",
        "What an update maximises.",
        choices=OBJECTIVES,
    )
    clip_low: float = setting(0.2, "Probability ratios are clipped at 1 minus this.", above=0, high=1)
    clip_high: float = setting(0.28, "Probability ratios are clipped at 1 plus this.", above=0)
    kl: float = setting(0.0, "Weight of the penalty for leaving the model started from.", low=0)
    reward: str = setting("gated", "Reward policy, or FILE.py:FUNCTION.", choices=POLICIES)
    backend: str = setting("native", "This project's loop, or TRL's trainers.", choices=("native", "trl"))
    checkpoint_every: int = setting(
        5, "Iterations between checkpoints to resume from; 0 saves none until the end.", low=0
    )
    sampler: str = setting(
        AUTO, "What draws completions; auto is the one that is made for the model.", choices=sampler_names
    )
    sample_batch: int = setting(512, "Completions sampled at once: what memory bounds.", low=1)
    collapse: float = setting(
        0.5,
        "Stop when accuracy or parse rate falls below this share of the first iteration's; 0 never stops.",
        low=0,
        high=1,
    )
