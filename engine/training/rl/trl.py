"""`trainer rl --backend trl`: TRL's GRPOTrainer and RLOOTrainer on this project's prompts, verdicts and run folder.

For what TRL has and the native loop lacks. Batches are counted in completions there, so the optimiser's share of an
iteration is cut into equal parts of rows, each at most `micro_batch_tokens` long at the greatest length. All
completions of an iteration are sampled at once, so `sample_batch` must allow that. Completions whose verdict is an
error have no reward, and TRL gives them no advantage. The steps of an iteration are always `minibatches`: where few
samples carry a signal, `signal_per_step` lowers the rate of all of them instead.

Not covered: expert iteration, which TRL lacks, and TRL's own settings beyond those of `RLConfig`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from transformers import PrinterCallback
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

from datasets import Dataset
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.samplers import AUTO
from trace_trainer.engine.models.chat import prompt_text
from trace_trainer.engine.runs.checkpoints import (
    DurableCheckpoints,
    newest_checkpoint,
    resumed_from,
    whole_checkpoints,
)
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.terminal.stopping import stop_on_interrupt
from trace_trainer.engine.training.optimisers import trainer_optimiser
from trace_trainer.engine.training.rl.keeping import Keeper
from trace_trainer.engine.training.rl.trl_hooks import IterationLog, VerifierReward
from trace_trainer.engine.training.sft.trainer import restore

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from trace_trainer.engine.models.loading import LoadedModel
    from trace_trainer.engine.runs.folder import Run


class _RenderedPrompts:
    """Mixed into TRL's trainers, which would render every prompt with the same tools: ours come rendered, as text."""

    processing_class: PreTrainedTokenizerBase

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        return self.processing_class(prompts, add_special_tokens=False)["input_ids"], None, {}


class _Grpo(_RenderedPrompts, GRPOTrainer):
    """GRPOTrainer on rendered prompts."""


class _Rloo(_RenderedPrompts, RLOOTrainer):
    """RLOOTrainer on rendered prompts."""


TRAINERS: Mapping[str, tuple[Any, Any, Mapping[str, Any]]] = {
    "grpo": (_Grpo, GRPOConfig, {"loss_type": "grpo", "scale_rewards": "group"}),
    "dr-grpo": (_Grpo, GRPOConfig, {"loss_type": "dr_grpo", "scale_rewards": "none"}),
    "dapo": (_Grpo, GRPOConfig, {"loss_type": "dapo", "scale_rewards": "group"}),
    "rloo": (_Rloo, RLOOConfig, {"normalize_advantages": False}),
    "gspo": (
        _Grpo,
        GRPOConfig,
        {"loss_type": "grpo", "scale_rewards": "group", "importance_sampling_level": "sequence"},
    ),
}
"""The objectives that TRL has: the trainer of each, its settings, and how it names the objective."""


def run(
    config: RLConfig, loaded: LoadedModel, problems: Iterator[Any], run: Run, resumed: bool, keeper: Keeper
) -> bool:
    """Train a model with TRL; it is left trained in `loaded` and saved in the run's folder.

    Args:
        config: the settings.
        loaded: the model, its trainable weights marked (`engine.training.tuning`).
        problems: without end, the same at every start of this run.
        run: the folder that gets metrics, rollouts, weights and what resuming needs.
        resumed: go on from the run's newest checkpoint.
        keeper: looks at the model between iterations, and may end the run.

    Returns:
        Whether the run came to its end; False where a stop was asked for.

    Raises UserError for settings that TRL can't meet, and where there is no checkpoint to go on from;
    NothingEarnedError as `check_reward` does.
    """
    if config.histories == "own":
        raise UserError("--histories own needs --backend native: TRL's trainers want all problems beforehand")
    if config.compile:
        raise UserError("--compile needs --backend native")
    if config.sampler != AUTO:
        raise UserError("--sampler needs --backend native: TRL's trainers have their own")
    drawn = list(islice(problems, config.iterations * config.prompts_per_iteration))
    reward = VerifierReward(config, loaded, drawn)
    trainer = _trainer(config, loaded, drawn, reward, run)
    checkpoint = newest_checkpoint(run.resume_folder) if resumed else None
    if resumed and checkpoint is None:
        raise UserError(f"{run.path} was stopped before its first checkpoint; start again with --overwrite")
    first = checkpoint.step // config.minibatches if checkpoint else 0
    run.rewind(first)
    with Progress("rl", config.iterations, "iterations", done=first) as progress:
        log = IterationLog(config, run, reward, keeper, progress)
        trainer.add_callback(log)
        with stop_on_interrupt(log), whole_checkpoints(run.resume_folder), resumed_from(checkpoint, trainer):
            trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)
    restore(loaded)
    if "ref" in getattr(loaded.model, "peft_config", {}):
        loaded.model.delete_adapter("ref")  # TRL's copy of the adapter that training started from
    run.save_weights(loaded)
    if log.nothing_earned:
        raise log.nothing_earned
    return keeper.fell or bool(trainer.state.global_step == config.iterations * config.minibatches)


def _trainer(
    config: RLConfig, loaded: LoadedModel, problems: Sequence[Any], reward: VerifierReward, run: Run
) -> GRPOTrainer | RLOOTrainer:
    if config.objective not in TRAINERS:
        raise UserError(
            f"backend trl has the objectives {', '.join(TRAINERS)}, not {config.objective}; use one, or backend native"
        )
    trainer_class, config_class, own = TRAINERS[config.objective]
    prompts = [prompt_text(loaded.tokenizer, reward.task.prompt(problem)) for problem in problems]
    lengths = map(len, loaded.tokenizer(prompts, add_special_tokens=False)["input_ids"])
    rows, accumulation = _divide(config, max(lengths))
    # What ends a turn may be another token than the tokenizer's end token; TRL goes by what the model declares.
    loaded.model.generation_config.eos_token_id = sorted(reward.ends)
    arguments = config_class(
        output_dir=str(run.resume_folder),
        max_steps=config.iterations * config.minibatches,
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=accumulation,
        steps_per_generation=config.minibatches * accumulation,
        num_generations=config.group_size,
        max_completion_length=config.max_new_tokens,
        temperature=config.temperature,
        epsilon=config.clipping.low,
        epsilon_high=config.clipping.high,
        beta=config.kl,
        learning_rate=config.learning_rate,
        lr_scheduler_type="linear" if config.scheduler == "linear" else "constant_with_warmup",
        warmup_steps=config.warmup_iterations * config.minibatches,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        bf16=config.dtype == "bfloat16",
        optim=trainer_optimiser(config),
        gradient_checkpointing=config.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False},
        disable_dropout=True,
        shuffle_dataset=False,
        logging_steps=config.minibatches,
        save_strategy="steps" if config.checkpoint_every else "no",
        save_steps=max(config.checkpoint_every, 1) * config.minibatches,
        disable_tqdm=True,
        report_to=[],
        seed=config.seed,
        dataloader_pin_memory=loaded.device.type == "cuda",
        use_cpu=loaded.device.type == "cpu",
        **own,
    )
    trainer = trainer_class(
        model=loaded.model,
        reward_funcs=reward,
        args=arguments,
        train_dataset=Dataset.from_dict({"prompt": prompts, "index": list(range(len(problems)))}),
        processing_class=loaded.tokenizer,
        callbacks=[DurableCheckpoints()],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _divide(config: RLConfig, longest: int) -> tuple[int, int]:
    """Rows of a micro-batch, and micro-batches of an optimiser step, with prompts of at most `longest` tokens.

    Raises UserError where nothing fits.
    """
    completions = config.prompts_per_iteration * config.group_size
    if config.group_size < 2:
        raise UserError("backend trl compares the completions of a group: --group-size must be at least 2")
    if completions % config.minibatches:
        raise UserError(
            f"backend trl needs minibatches of one size: {completions} completions an iteration can't be divided by "
            f"--minibatches {config.minibatches}"
        )
    if completions > config.sample_batch:
        raise UserError(
            f"backend trl samples the {completions} completions of an iteration at once: --sample-batch is "
            f"{config.sample_batch}; raise it, or lower --prompts-per-iteration or --group-size"
        )
    share = completions // config.minibatches
    room = max(1, config.micro_batch_tokens // (longest + config.max_new_tokens))
    rows = max(divisor for divisor in range(1, share + 1) if share % divisor == 0 and divisor <= room)
    return rows, share // rows
