"""TRL's SFTTrainer with token-bounded batches, rows rendered by this project, and a loss only where there are labels.

Three departures from the stock trainer. Rows come tokenised from `engine/models/chat.py`, so that training sees what
generation sees. A micro-batch holds a number of tokens, not of rows. On a CPU the head is computed for labelled
positions only: the stock trainer does that where it has Triton and otherwise scores prompts and padding too. Of several
processes each computes its share of the micro-batches of a step, with the stock trainer's head, whose gradients
Accelerate averages.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from datasets import Dataset
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.head import token_losses
from trace_trainer.engine.models.chat import UNTRAINED, Row
from trace_trainer.engine.models.loading import LoadedModel, without_adapter
from trace_trainer.engine.runs.checkpoints import DurableCheckpoints
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.sft.plan import Plan, planned
from trace_trainer.engine.training.team import Team
from trace_trainer.engine.training.trainer_arguments import shared_arguments

if TYPE_CHECKING:
    from trace_trainer.engine.runs.folder import Run
    from trace_trainer.engine.terminal.progress import Progress

SCHEDULERS = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
ROUTER_LOGITS = "output_router_logits"
SCALED_LOGITS = ("final_logit_softcapping", "logit_scale", "logits_scaling", "output_multiplier", "lm_head_multiplier",
                 ROUTER_LOGITS)  # fmt: skip
"""Settings of models whose loss is more than the head's cross-entropy; the stock trainer knows them all."""


_OF_PAIRS = {"preferred": "rewards/accuracies", "margin": "rewards/margins"}
"""Figures that DPO has besides, and TRL's names for them: the share of pairs told apart, and by how much."""


class TraceTrainer(SFTTrainer):
    """SFTTrainer on planned batches; see the module's docstring."""

    def __init__(self, *, batches: list[list[int]], plan: Plan, **arguments: Any) -> None:
        with _without_adapted_head(arguments["model"]) as head_is_adapted:
            super().__init__(**arguments)
        self.remove_callback(PrinterCallback)
        self.batches, self.plan = batches, plan
        config = self.model.config.get_text_config()
        on_cpu = self.accelerator.device.type == "cpu"
        scaled = any(getattr(config, name, None) for name in SCALED_LOGITS)
        alone = plan.processes == 1
        if head_is_adapted and (scaled or not alone):
            several = "" if alone else " in several processes"
            raise UserError(
                f"the head of this model can't have an adapter{several}: leave it out of --target-modules"
            )
        self.plain_head = (on_cpu or head_is_adapted) and not scaled and alone

    def get_train_dataloader(self) -> DataLoader:
        """The planned batches, each one micro-batch."""
        return DataLoader(self.train_dataset, batch_sampler=self.batches, collate_fn=self.data_collator)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Summed cross-entropy of the labelled tokens over `num_items_in_batch`, their number in the whole step."""
        if not self.plain_head:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        causal = without_adapter(self.accelerator.unwrap_model(model))
        labels = inputs["labels"][:, 1:]
        labelled = labels != UNTRAINED
        with self.accelerator.autocast():
            hidden = causal.get_decoder()(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
            ).last_hidden_state
            losses, right = token_losses(
                causal.get_output_embeddings(), hidden[:, :-1][labelled], labels[labelled]
            )
        loss = losses.sum() / num_items_in_batch
        accuracy = right.float().mean().item()
        self._metrics["train"]["mean_token_accuracy"].append(accuracy)
        return loss

    def create_model_card(self, *arguments: Any, **options: Any) -> None:
        """None: a run folder says in its manifest where it comes from."""


@contextlib.contextmanager
def _without_adapted_head(model: PreTrainedModel) -> Iterator[bool]:
    """Inside, the model's head is shown without an adapter of its own; yields whether it has one.

    TRL refuses such heads, as its loss passes their adapter by; that of `TraceTrainer` does not.
    """
    head = model.get_output_embeddings()
    if not hasattr(head, "base_layer"):
        yield False
        return
    model.get_output_embeddings = lambda: head.base_layer
    try:
        yield True
    finally:
        del model.get_output_embeddings


class StepLog(TrainerCallback):
    """Every optimiser step as a line of `metrics.jsonl` and as progress; a request to stop is met after a step."""

    def __init__(self, run: Run, progress: Progress, plan: Plan, team: Team) -> None:
        self.run, self.progress, self.plan, self.team = run, progress, plan, team
        self.stop_requested = False
        self.loss = math.nan
        self._started = time.monotonic()

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._started = time.monotonic()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.stop_requested = any(self.team.everyones(self.stop_requested))
        if self.stop_requested:
            control.should_save = control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float],
        **_: Any,
    ) -> None:
        if "loss" not in logs:  # the summary at the end
            return
        step = state.global_step
        self.loss = logs["loss"]
        self.run.log_metrics(
            {
                "step": step,
                "loss": self.loss,
                "token_accuracy": logs["mean_token_accuracy"],
                "grad_norm": logs["grad_norm"],
                "learning_rate": logs["learning_rate"],
                **{ours: logs[trls] for ours, trls in _OF_PAIRS.items() if trls in logs},
                "tokens": self.plan.tokens_after(step),
                "seconds": round(time.monotonic() - self._started, 3),
            }
        )
        self.progress.update(step, note=f"loss {self.loss:.3f}")


def planned_arguments(config: SFTConfig, plan: Plan, folder: Path, device: torch.device) -> dict[str, Any]:
    """What TRL's trainers are told of a run on planned batches, whose checkpoints go to `folder`."""
    return {
        **shared_arguments(config, device),
        "output_dir": str(folder),
        "num_train_epochs": 1,
        "gradient_accumulation_steps": plan.accumulation,
        "lr_scheduler_type": SCHEDULERS[config.scheduler],
        "warmup_steps": int(config.warmup_ratio * plan.steps),
        "max_length": None,  # nothing is ever cut; the lengths have been checked
        "logging_steps": 1,
        "save_strategy": "steps" if config.checkpoint_every else "no",
        "save_steps": max(config.checkpoint_every, 1),
    }


def build_trainer(
    loaded: LoadedModel,
    rows: Sequence[Row],
    config: SFTConfig,
    folder: Path,
    *,
    max_steps: int | None = None,
    team: Team | None = None,
) -> TraceTrainer:
    """A trainer over rows, the same for a run and for the dry run before it.

    Args:
        loaded: with the weights to train already marked (`engine/training/tuning.py`).
        folder: for checkpoints with the optimiser's state.
        max_steps: stop there, at a constant rate and without checkpoints: a dry run.
        team: the processes that share each step; only this one where none is given.
    """
    team = team or Team()
    plan = planned([len(row.ids) for row in rows], config, team.count, max_steps)
    arguments = planned_arguments(config, plan, folder, loaded.device)
    if max_steps is not None:
        arguments |= {"lr_scheduler_type": "constant", "warmup_steps": 0, "save_strategy": "no"}
    ids, labels = [row.ids for row in rows], [row.labels for row in rows]
    if team.count > 1:
        shortest = min(ids, key=len)
        ids, labels = [*ids, shortest], [*labels, [UNTRAINED] * len(shortest)]
    dataset = Dataset.from_dict({"input_ids": ids, "labels": labels})
    return TraceTrainer(
        batches=plan.share(team.rank, nothing=len(rows)),
        plan=plan,
        model=loaded.model,
        processing_class=loaded.tokenizer,
        train_dataset=dataset,
        args=TrlConfig(**arguments),
        callbacks=[DurableCheckpoints()],
    )


def train_briefly(
    loaded: LoadedModel, rows: Sequence[Row], config: SFTConfig, folder: Path, steps: int
) -> None:
    """Some steps of the real trainer, at a constant rate."""
    trainer = build_trainer(loaded, rows, config, folder, max_steps=steps)
    try:
        trainer.train()
    finally:
        restore(loaded)


def restore(loaded: LoadedModel) -> None:
    """Take off what the trainer and Accelerate put around the forward pass, and go back to evaluation mode.

    A mixture of experts no longer returns what its router scored, which only the trainer's loss balances it by.
    """
    model = loaded.model
    config = model.config.get_text_config()
    if hasattr(config, ROUTER_LOGITS):
        setattr(config, ROUTER_LOGITS, False)
    for module in (model, without_adapter(model)):
        for wrapper in ("forward", "_original_forward"):
            module.__dict__.pop(wrapper, None)
    base = without_adapter(model)
    if base.is_gradient_checkpointing:
        base.gradient_checkpointing_disable()
        base.disable_input_require_grads()
    model.eval()
