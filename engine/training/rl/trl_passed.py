"""`--trl KEY=VALUE`: settings of TRL's own that this project has no word for.

A value is read by the type that TRL declares for its key, as on TRL's own command line. What this project sets itself
is refused with the option that sets it: two words for one thing would disagree.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import yaml
from transformers import HfArgumentParser

from trace_trainer.engine.errors import UserError
from trace_trainer.experts.language.catalogue import nearest

_LOGGED = "metrics.jsonl gets a line an iteration"
_MEASURED = "--eval-every and --eval-data"
_DEVICE = "--device"
_COUNTED = "--prompts-per-iteration, --group-size and --minibatches"
IN_PLACE: Mapping[str, str] = {
    "output_dir": "--name",
    "run_name": "--name",
    "overwrite_output_dir": "--overwrite",
    "resume_from_checkpoint": "--resume",
    "max_steps": "--iters and --minibatches",
    "num_train_epochs": "--iters",
    "num_iterations": "--minibatches: every sample is used in one of them",
    "per_device_train_batch_size": "--micro-batch-tokens",
    "gradient_accumulation_steps": "--minibatches and --micro-batch-tokens",
    "steps_per_generation": "--minibatches",
    "generation_batch_size": _COUNTED,
    "num_generations": "--group-size",
    "auto_find_batch_size": "--micro-batch-tokens",
    "max_completion_length": "--max-new-tokens",
    "temperature": "--temperature",
    "epsilon": "--clip-low",
    "epsilon_high": "--clip-high",
    "beta": "--kl",
    "loss_type": "--objective",
    "scale_rewards": "--objective",
    "normalize_advantages": "--objective",
    "importance_sampling_level": "--objective",
    "learning_rate": "--learning-rate",
    "lr_scheduler_type": "--scheduler",
    "lr_scheduler_kwargs": "--scheduler",
    "warmup_steps": "--warmup-iterations",
    "weight_decay": "--weight-decay",
    "max_grad_norm": "--max-grad-norm",
    "optim": "--optimiser",
    "bf16": "--dtype",
    "fp16": "--dtype",
    "model_init_kwargs": "--model, --dtype and --base",
    "gradient_checkpointing": "--gradient-checkpointing",
    "activation_checkpointing": "--gradient-checkpointing",
    "save_strategy": "--checkpoint-every",
    "save_steps": "--checkpoint-every",
    "save_only_model": "--checkpoint-every",
    "load_best_model_at_end": "--keep",
    "do_eval": _MEASURED,
    "eval_strategy": _MEASURED,
    "eval_steps": _MEASURED,
    "eval_on_start": _MEASURED,
    "logging_strategy": _LOGGED,
    "logging_steps": _LOGGED,
    "logging_first_step": _LOGGED,
    "disable_tqdm": "progress is shown by this project",
    "seed": "--seed",
    "use_cpu": _DEVICE,
    "local_rank": "torchrun and accelerate launch set it",
    "shuffle_dataset": "problems come in the order that --resume finds again",
    "ignore_data_skip": "problems come in the order that --resume finds again",
    "remove_unused_columns": "the verifier reads them",
    "push_to_hub": "a run folder is a model that can be uploaded as it is",
}
"""TRL's settings that this project sets, or that would break what it promises, and what to use in their place."""


class _Parser(HfArgumentParser):
    """Transformers' parser of settings classes, which says what is wrong in place of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UserError(message.partition(": ")[2] if message.startswith("argument ") else message)


def given_settings(texts: Sequence[str], settings: type) -> dict[str, Any]:
    """What `--trl` says, each value in TRL's type.

    Args:
        texts: each a KEY=VALUE.
        settings: TRL's settings class, a dataclass.

    Raises UserError for what is no KEY=VALUE, an unknown or a repeated key, one of IN_PLACE, and a value that does not
    have the type.
    """
    given: dict[str, Any] = {}
    known = {item.name: item for item in dataclasses.fields(settings) if item.init}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise UserError(f"--trl takes KEY=VALUE, such as top_k=20, not {text!r}")
        if key in IN_PLACE:
            instead = f"use {IN_PLACE[key]}" if IN_PLACE[key].startswith("--") else IN_PLACE[key]
            raise UserError(f"--trl {key} is set by this project: {instead}")
        if key not in known:
            raise UserError(f"--trl {key}: {settings.__name__} has no such setting{nearest(key, known)}")
        if key in given:
            raise UserError(f"--trl {key} is given twice")
        given[key] = _in_type(settings, known[key], value.strip())
    return given


def _in_type(settings: type, item: dataclasses.Field[Any], value: str) -> Any:
    """The value as TRL's own command line reads it; a list or a mapping as YAML, in its brackets."""
    if item.default is None and value.lower() in ("none", "null"):
        return None
    try:
        hint = typing.get_type_hints(settings)[item.name]
        for kind in (hint, *typing.get_args(hint)):
            if value.startswith("[") and typing.get_origin(kind) is list:
                return [typing.get_args(kind)[0](one) for one in yaml.safe_load(value)]
            if value.startswith("{") and dict in (kind, typing.get_origin(kind)):
                return yaml.safe_load(value)
        parser = _Parser(settings, allow_abbrev=False, add_help=False)
        return getattr(parser.parse_args([f"--{item.name}={value}"]), item.name)
    except (UserError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"--trl {item.name}={value}: {reason}") from None
