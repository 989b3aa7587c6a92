"""The settings of the two stages, SFT and RL: each with its default, its limits and its line of help."""

from __future__ import annotations

from dataclasses import dataclass

from trace_trainer.engine.inference.constraints import LEVELS, OFF
from trace_trainer.engine.inference.samplers import AUTO, sampler_names
from trace_trainer.engine.objectives.objective import OBJECTIVES, Clipping
from trace_trainer.engine.settings.declaring import MOST, setting
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.experts.problems import WORDINGS
from trace_trainer.verifiers.score import POLICIES

DEFAULT_MODEL = "tiny-base"
MODEL_HELP = "Model: a local folder, a GGUF file, an embedded or packaged model, or a hub id"
WORDING_HELP = (
    "Which generated problems are taken. Plain questions have every number in digits and none too many; plain "
    "dialogues ask for commands in English without slips of the fingers, but for one in five. Varied are the others."
)

CONSTRAIN_HELP = (
    "What completions may be: grammar, only traces that can be read and calls that fit a tool; wiring, only traces "
    "with nothing wrong before their execution."
)

MIX_HELP = "Shares of several --data, such as 3:1; none takes every problem of each once."


@dataclass(frozen=True, kw_only=True)
class SFTConfig(TuningConfig):
    """Settings of `trainer sft`."""

    model: str = setting(DEFAULT_MODEL, MODEL_HELP + ".", group="Model", flag="-m", metavar="MODEL")
    data: tuple[str, ...] | None = setting(
        None,
        "Problems with traces: a file, a folder or hub:NAME[:config][:split]; none generates the train split.",
        group="Data",
        metavar="FILE",
        commas=False,
    )
    mix: str | None = setting(None, MIX_HELP, group="Data", metavar="N:N")
    train_on: str = setting(
        "all",
        "Which of the assistant's turns are learned of rows that are whole conversations.",
        choices=("all", "last"),
        group="Data",
    )
    pairs: str | None = setting(
        None,
        "RL run whose rollouts are learned from by DPO, right ones against wrong ones of the same prompt; none learns "
        "from gold replies.",
        group="Data",
        metavar="RUN",
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
    beta: float = setting(
        0.1,
        "How closely DPO on --pairs holds to the model that it starts from.",
        above=0,
        high=1000,
        group="Optimiser",
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
    data: tuple[str, ...] | None = setting(
        None,
        "Problems with questions and answers: a file, a folder or hub:NAME[:config][:split]; none generates the train "
        "split.",
        group="Data",
        metavar="FILE",
        commas=False,
    )
    mix: str | None = setting(None, MIX_HELP, group="Data", metavar="N:N")
    wording: str = setting("any", WORDING_HELP, choices=WORDINGS, group="Data")
    histories: str = setting(
        "gold",
        "What stands before a generated turn of a conversation: right replies, or what the model itself replied.",
        choices=("gold", "own"),
        group="Data",
    )
    episodes: bool = setting(
        False,
        "Practise on whole installations: a problem is the start of a conversation, which the model and the machine "
        "take to its end, and each turn is paid by what came of it.",
        group="Data",
    )
    guard: bool = setting(
        False,
        "In --episodes, say what must not be done instead of doing it, as trainer eval --guard does.",
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
    credit: str = setting(
        "trace",
        "What is praised or blamed as one: a completion; of a wrong trace, what comes from its first step at fault on; "
        "or, in --episodes, all turns of a conversation, where else each is paid by what came after it.",
        choices=("trace", "step", "episode"),
        group="Optimiser",
    )
    overlong: str = setting(
        "keep",
        "What becomes of completions that the limit cuts: learned as others, left out, or less worth the nearer to the "
        "limit.",
        choices=("keep", "mask", "penalty"),
        group="Rollouts",
    )
    refill: float = setting(
        0.0,
        "Fresh problems in the place of those whose samples are all worth the same, at most this share of "
        "--prompts-per-iteration more.",
        low=0,
        high=100,
        group="Rollouts",
    )
    curriculum: bool = setting(
        False, "Draw problems less often whose groups were all right or all wrong lately.", group="Rollouts"
    )
    backend: str = setting(
        "native", "What runs the training: this project's loop, or TRL's trainers.", choices=("native", "trl")
    )
    trl: tuple[str, ...] | None = setting(
        None,
        "Setting of TRL's own for --backend trl, such as top_k=20 or use_vllm=true; may be repeated.",
        metavar="KEY=VALUE",
        commas=False,
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
    constrain: str = setting(OFF, CONSTRAIN_HELP, choices=LEVELS, group="Rollouts")
    sampler: str = setting(
        AUTO,
        "What draws completions; auto is the one that is made for the model.",
        choices=sampler_names,
        group="Rollouts",
    )
    vllm_url: str = setting(
        "http://localhost:8000", "Address of the server for --sampler vllm.", group="Rollouts", metavar="URL"
    )
    vllm_timeout: float = setting(
        240.0,
        "Seconds that this server may take to come up, and for each answer.",
        above=0,
        high=1_000_000,
        group="Rollouts",
    )
    importance_cap: float = setting(
        2.0,
        "Most that a token counts for being likelier in training than at this server.",
        low=1,
        high=1e6,
        group="Optimiser",
    )
    streams: str = setting(
        "auto",
        "Random numbers of sampling: one stream for a batch, or one for each problem, whose completions then do not "
        "depend on what is sampled beside them; auto is problem where several processes share the work.",
        choices=("auto", "batch", "problem"),
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
