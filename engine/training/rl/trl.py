"""`trainer rl --backend trl`: TRL's GRPOTrainer and RLOOTrainer on this project's prompts, verdicts and run folder.

For what TRL has and the native loop lacks. Batches are counted in completions there, so the optimiser's share of an
iteration is cut into equal parts of rows, each at most `micro_batch_tokens` long at the greatest length. All
completions of an iteration are sampled at once, so `sample_batch` must allow that. Completions whose verdict is an
error have no reward, and TRL gives them no advantage. The steps of an iteration are always `minibatches`: where few
samples carry a signal, `signal_per_step` lowers the rate of all of them instead.

TRL's own settings are `trl_settings.py`'s. Not covered: expert iteration, which TRL lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from transformers import PrinterCallback
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

from datasets import Dataset
from trace_trainer.engine.errors import UserError
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
from trace_trainer.engine.training.rl.keeping import Keeper
from trace_trainer.engine.training.rl.trl_hooks import IterationLog, VerifierReward
from trace_trainer.engine.training.rl.trl_settings import divided, trl_arguments
from trace_trainer.engine.training.sft.trainer import restore
from trace_trainer.engine.training.sharded import whole_weights
from trace_trainer.engine.training.team import Team

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


_TRAINERS = {GRPOConfig: _Grpo, RLOOConfig: _Rloo}


def run(
    config: RLConfig,
    loaded: LoadedModel,
    problems: Iterator[Any],
    run: Run,
    resumed: bool,
    keeper: Keeper,
    team: Team | None = None,
) -> bool:
    """Train a model with TRL; it is left trained in `loaded` and saved in the run's folder.

    Args:
        config: the settings.
        loaded: the model, its trainable weights marked (`engine.training.tuning`).
        problems: without end, the same at every start of this run.
        run: the folder that gets metrics, rollouts, weights and what resuming needs.
        resumed: go on from the run's newest checkpoint.
        keeper: looks at the model between iterations, and may end the run.
        team: the processes that do this together; only this one where none is given.

    Returns:
        Whether the run came to its end; False where a stop was asked for.

    Raises UserError where there is no checkpoint to go on from; NothingEarnedError as `check_reward` does.
    """
    drawn = list(islice(problems, config.iterations * config.prompts_per_iteration))
    team = team or Team()
    reward = VerifierReward(config, loaded, drawn, team)
    trainer = _trainer(config, loaded, drawn, reward, run)
    checkpoint = newest_checkpoint(run.resume_folder) if resumed else None
    if resumed and checkpoint is None:
        raise UserError(f"{run.path} was stopped before its first checkpoint; start again with --overwrite")
    first = checkpoint.step // config.minibatches if checkpoint else 0
    run.rewind(first)
    with Progress("rl", config.iterations, "iterations", done=first) as progress:
        log = IterationLog(config, run, reward, keeper, progress)
        trainer.add_callback(log)
        with (
            stop_on_interrupt(log),
            whole_checkpoints(run.resume_folder),
            resumed_from(checkpoint, trainer),
            team.together(),
        ):
            trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)
    weights = whole_weights(trainer)
    restore(loaded)
    if "ref" in getattr(loaded.model, "peft_config", {}):
        loaded.model.delete_adapter("ref")  # TRL's copy of the adapter that training started from
    run.save_weights(loaded, weights)
    if log.nothing_earned:
        raise log.nothing_earned
    done = trainer.state.global_step == config.iterations * config.minibatches
    return bool(done or team.decided(lambda: keeper.fell))


def _trainer(
    config: RLConfig, loaded: LoadedModel, problems: Sequence[Any], reward: VerifierReward, run: Run
) -> GRPOTrainer | RLOOTrainer:
    prompts = [prompt_text(loaded.tokenizer, reward.task.prompt(problem)) for problem in problems]
    lengths = map(len, loaded.tokenizer(prompts, add_special_tokens=False)["input_ids"])
    # What ends a turn may be another token than the tokenizer's end token; TRL goes by what the model declares.
    loaded.model.generation_config.eos_token_id = sorted(reward.ends)
    arguments = trl_arguments(config, run.resume_folder, divided(config, max(lengths)), loaded.device)
    trainer: GRPOTrainer | RLOOTrainer = _TRAINERS[type(arguments)](
        model=loaded.model,
        reward_funcs=reward,
        args=arguments,
        train_dataset=Dataset.from_dict({"prompt": prompts, "index": list(range(len(problems)))}),
        processing_class=loaded.tokenizer,
        callbacks=[DurableCheckpoints()],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer
