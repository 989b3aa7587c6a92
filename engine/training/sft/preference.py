"""TRL's DPOTrainer (Rafailov et al. 2023, Direct Preference Optimization) on pairs whose prompts this project renders.

Departures from the stock trainer: rows come tokenised, the prompt as it is sampled from; a micro-batch holds a number
of tokens, not of rows; the reference is the model as it starts, never one that is loaded by its name.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader
from transformers import PrinterCallback
from trl import DPOConfig, DPOTrainer

from datasets import Dataset
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import prompt_ids, turn_end_id
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.models.rendering import reply_lead
from trace_trainer.engine.runs.checkpoints import DurableCheckpoints
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.sft.pairs import Pair
from trace_trainer.engine.training.sft.plan import Plan, planned
from trace_trainer.engine.training.sft.trainer import planned_arguments

REFERENCE = "ref"
"""TRL's name for the copy of an adapter as it was."""


class PairTrainer(DPOTrainer):
    """DPOTrainer on planned batches; see the module's docstring."""

    def __init__(self, *, plan: Plan, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.remove_callback(PrinterCallback)
        self.plan = plan

    def get_train_dataloader(self) -> DataLoader:
        """The planned batches, each one micro-batch."""
        return DataLoader(self.train_dataset, batch_sampler=self.plan.batches, collate_fn=self.data_collator)

    def _prepare_dataset(self, dataset: Dataset, *_: Any, **__: Any) -> Dataset:
        return dataset  # its rows are tokens

    def create_model_card(self, *arguments: Any, **options: Any) -> None:
        """None: a run folder says in its manifest where it comes from."""


def build_pair_trainer(
    loaded: LoadedModel, pairs: Sequence[Pair], config: SFTConfig, folder: Path
) -> PairTrainer:
    """A trainer over pairs.

    Args:
        loaded: with the weights to train already marked (`engine/training/tuning.py`).
        folder: for checkpoints with the optimiser's state.

    Raises UserError where a pair is longer than the settings allow.
    """
    rows = _rows(loaded, pairs, config)
    sides = [
        (len(prompt) + len(chosen), len(prompt) + len(rejected))
        for prompt, chosen, rejected in zip(*rows.values(), strict=True)
    ]
    longest = max(map(max, sides))
    if longest > config.max_length:
        raise UserError(f"the longest of a pair has {longest} tokens: --max-length {longest} would fit")
    plan = planned([2 * max(pair) for pair in sides], config, processes=1, max_steps=None)
    plan = replace(plan, lengths=[sum(pair) for pair in sides])  # without what is padded
    return PairTrainer(
        plan=plan,
        model=loaded.model,
        ref_model=None if loaded.is_adapter else copy.deepcopy(loaded.model).requires_grad_(False),
        processing_class=loaded.tokenizer,
        train_dataset=Dataset.from_dict(rows),
        args=DPOConfig(beta=config.beta, **planned_arguments(config, plan, folder, loaded.device)),
        callbacks=[DurableCheckpoints()],
    )


def drop_reference(loaded: LoadedModel) -> None:
    """Take off the copy of the adapter that TRL puts on a model that has one."""
    if REFERENCE in getattr(loaded.model, "peft_config", {}):
        loaded.model.delete_adapter(REFERENCE)


def _rows(loaded: LoadedModel, pairs: Sequence[Pair], config: SFTConfig) -> dict[str, list[list[int]]]:
    """The tokens of the prompts and of the completions, as TRL's collator takes them."""
    tokenizer, task = loaded.tokenizer, config.make_task()
    lead, end = reply_lead(tokenizer), turn_end_id(tokenizer)

    def written(texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = tokenizer([lead + text for text in texts], add_special_tokens=False)[
            "input_ids"
        ]
        return [[*row, end] for row in ids]

    return {
        "prompt_ids": [prompt_ids(tokenizer, task.prompt(pair.problem)) for pair in pairs],
        "chosen_ids": written([pair.chosen for pair in pairs]),
        "rejected_ids": written([pair.rejected for pair in pairs]),
    }
