"""The settings of `--backend trl` as TRL's own; what TRL can't meet is refused before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from trl import GRPOConfig, RLOOConfig
from trl.import_utils import is_vllm_available

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.samplers import AUTO
from trace_trainer.engine.models.devices import chosen_device
from trace_trainer.engine.ranks import world_size
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.trl_passed import given_settings
from trace_trainer.engine.training.trainer_arguments import shared_arguments

TRL_OBJECTIVES: Mapping[str, tuple[type, Mapping[str, Any]]] = {
    "grpo": (GRPOConfig, {"loss_type": "grpo", "scale_rewards": "group"}),
    "dr-grpo": (GRPOConfig, {"loss_type": "dr_grpo", "scale_rewards": "none"}),
    "dapo": (GRPOConfig, {"loss_type": "dapo", "scale_rewards": "group"}),
    "rloo": (RLOOConfig, {"normalize_advantages": False}),
    "gspo": (
        GRPOConfig,
        {"loss_type": "grpo", "scale_rewards": "group", "importance_sampling_level": "sequence"},
    ),
}
"""The objectives that TRL has: the settings class of each, and how it names the objective."""


def require_trl(config: RLConfig) -> None:
    """Raise UserError for settings that TRL can't meet, before anything is loaded."""
    if config.objective not in TRL_OBJECTIVES:
        raise UserError(
            f"backend trl has the objectives {', '.join(TRL_OBJECTIVES)}, not {config.objective}; use one, or backend "
            "native"
        )
    if config.histories == "own":
        raise UserError("--histories own needs --backend native: TRL's trainers want all problems beforehand")
    if config.compile:
        raise UserError("--compile needs --backend native")
    if config.sampler != AUTO:
        raise UserError("--sampler needs --backend native: TRL's trainers have their own")
    _require_even_batches(config)
    given = given_settings(config.trl or (), TRL_OBJECTIVES[config.objective][0])
    if given.get("use_vllm"):
        _require_vllm(config)
    with TemporaryDirectory() as folder:
        trl_arguments(config, Path(folder), Division(config.group_size, 1), chosen_device(config.device))


def _require_vllm(config: RLConfig) -> None:
    if not is_vllm_available():
        raise UserError("--trl use_vllm needs vLLM: pip install 'trl[vllm]', on a machine with a GPU")
    if config.trim_vocab:
        raise UserError("--trl use_vllm samples with the whole vocabulary: leave out --trim-vocab")


def _require_even_batches(config: RLConfig) -> None:
    completions = config.prompts_per_iteration * config.group_size
    if config.group_size < 2:
        raise UserError("backend trl compares the completions of a group: --group-size must be at least 2")
    if completions % (config.minibatches * world_size()):
        among = f" and {world_size()} processes" if world_size() > 1 else ""
        raise UserError(
            f"backend trl needs minibatches of one size: {completions} completions an iteration can't be divided by "
            f"--minibatches {config.minibatches}{among}"
        )
    at_once = completions // world_size()
    if at_once > config.sample_batch:
        raise UserError(
            f"backend trl samples the {at_once} completions of an iteration at once: --sample-batch is "
            f"{config.sample_batch}; raise it, or lower --prompts-per-iteration or --group-size"
        )


class Division(NamedTuple):
    """How a process computes its share of a minibatch: in so many micro-batches of so many rows."""

    rows: int
    micro_batches: int


def divided(config: RLConfig, longest: int) -> Division:
    """The largest equal parts of a process's share that fit into memory, with prompts of at most `longest` tokens."""
    share = config.prompts_per_iteration * config.group_size // (config.minibatches * world_size())
    room = max(1, config.micro_batch_tokens // (longest + config.max_new_tokens))
    rows = max(divisor for divisor in range(1, share + 1) if share % divisor == 0 and divisor <= room)
    return Division(rows, share // rows)


def trl_arguments(config: RLConfig, folder: Path, division: Division, device: torch.device) -> Any:
    """The settings as TRL's own, with what `--trl` says.

    Args:
        folder: for checkpoints with the optimiser's state.

    Raises UserError where TRL refuses them, as `given_settings` does, too.
    """
    settings, own = TRL_OBJECTIVES[config.objective]
    arguments = {
        **shared_arguments(config, device),
        **_arguments(config, division),
        "output_dir": str(folder),
        **own,
    }
    try:
        return settings(**{**arguments, **given_settings(config.trl or (), settings)})
    except (ImportError, TypeError, ValueError) as error:
        if not config.trl:
            raise
        reason = " ".join(str(error).split())
        raise UserError(f"TRL refuses the settings {', '.join(config.trl)}: {reason}") from None


def _arguments(config: RLConfig, division: Division) -> dict[str, Any]:
    return {
        "max_steps": config.iterations * config.minibatches,
        "per_device_train_batch_size": division.rows,
        "gradient_accumulation_steps": division.micro_batches,
        "steps_per_generation": config.minibatches * division.micro_batches,
        "num_generations": config.group_size,
        "max_completion_length": config.max_new_tokens,
        "temperature": config.temperature,
        "epsilon": config.clipping.low,
        "epsilon_high": config.clipping.high,
        "beta": config.kl,
        "lr_scheduler_type": "linear" if config.scheduler == "linear" else "constant_with_warmup",
        "warmup_steps": config.warmup_iterations * config.minibatches,
        "disable_dropout": True,
        "shuffle_dataset": False,
        "logging_steps": config.minibatches,
        "save_strategy": "steps" if config.checkpoint_every else "no",
        "save_steps": max(config.checkpoint_every, 1) * config.minibatches,
    }
