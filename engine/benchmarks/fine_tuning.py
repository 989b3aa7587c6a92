"""Supervised fine-tuning: this project's trainer beside TRL's SFTTrainer, stock, grouped by length, and packed.

All go once through the same rows of tokens and labels, with as many of them in an optimiser step on average. The unit
is a token that is no padding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from transformers import PrinterCallback
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from datasets import Dataset, disable_progress_bars
from trace_trainer.engine.benchmarks.models import Subject
from trace_trainer.engine.benchmarks.sampling import OURS
from trace_trainer.engine.benchmarks.turns import Side, Work, timed
from trace_trainer.engine.models.chat import Row
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.rows import rows_of
from trace_trainer.engine.training.sft.trainer import build_trainer, restore

_Trainer = Callable[[list[Row], Path], Any]


def fine_tuning_sides(subject: Subject, rows: int, batch_tokens: int) -> list[Side]:
    """Ours and three ways of the stock trainer, over so many rows."""
    stock = partial(_stock, subject, batch_tokens)
    disable_progress_bars()  # of the stock trainer's own preparations
    trainers: dict[str, _Trainer] = {
        OURS: partial(_ours, subject, batch_tokens),
        "SFTTrainer": stock,
        "SFTTrainer, grouped by length": partial(stock, train_sampling_strategy="group_by_length"),
        "SFTTrainer, packed": partial(stock, packing=True),
    }
    return [Side(name, partial(_turn, subject, rows, trainer)) for name, trainer in trainers.items()]


def _turn(subject: Subject, count: int, trainer: _Trainer, number: int) -> Work:
    subject.restore()
    rows = rows_of(subject.loaded, subject.problems(count, number), subject.task)
    with TemporaryDirectory() as folder:
        made = trainer(rows, Path(folder))

        def train() -> float:
            made.train()
            return sum(len(row.ids) for row in rows)

        work = timed(train)
    restore(subject.loaded)
    return work


def _ours(subject: Subject, batch_tokens: int, rows: list[Row], folder: Path) -> Any:
    config = SFTConfig(
        batch_tokens=batch_tokens, micro_batch_tokens=batch_tokens, epochs=1, checkpoint_every=0
    )
    return build_trainer(subject.loaded, rows, config, folder)


def _stock(subject: Subject, batch_tokens: int, rows: list[Row], folder: Path, **options: Any) -> Any:
    longest = max(len(row.ids) for row in rows)
    packed = bool(options.get("packing"))
    length = max(longest, batch_tokens // 8) if packed else longest  # eight packed rows fill a step
    at_once = batch_tokens // length if packed else round(batch_tokens / mean(len(row.ids) for row in rows))
    arguments = TrlConfig(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=max(1, at_once),
        max_length=length,
        logging_steps=1,
        save_strategy="no",
        disable_tqdm=True,
        report_to=[],
        gradient_checkpointing=False,
        bf16=False,
        dataloader_pin_memory=subject.loaded.device.type == "cuda",
        use_cpu=subject.loaded.device.type == "cpu",
        **options,
    )
    dataset = Dataset.from_dict(
        {"input_ids": [row.ids for row in rows], "labels": [row.labels for row in rows]}
    )
    trainer = SFTTrainer(
        model=subject.loaded.model,
        args=arguments,
        train_dataset=dataset,
        processing_class=subject.loaded.tokenizer,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer
