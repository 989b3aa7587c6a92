"""The dry run: some steps of the run's own trainer on some of its rows, and what the model then writes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.doctor.failures import Failed
from trace_trainer.engine.doctor.rows import gold_rows
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.settings.tuning import TuningConfig

if TYPE_CHECKING:
    import torch

    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.training.prepared import PreparedRun

DRY_ROWS = 4
DRY_STEPS = 2
DRY_RATE = 0.1
"""Part of the run's learning rate that the dry run uses: it has no warm-up, and the loss must fall at once."""
DRY_TOKENS = 32
MEMORISING_STEPS = 48
MEMORISING_RATE = 1e-3
"""At least; lower ones take longer to learn a row by heart."""
MEMORISING_SECONDS = 15.0
"""At most, as far as the time of the first steps tells."""


def dry_run(run: PreparedRun[Any]) -> str:
    """Two gradient steps on four rows lower the loss, the model can be sampled from, and a row that it learns by heart
    verifies; the weights are put back.
    """
    from trace_trainer.engine.inference.reply_loss import reply_losses

    sample = gold_rows(run, DRY_ROWS)
    rows = [row for _, row in sample]
    trained = [p for p in run.loaded.model.parameters() if p.requires_grad]
    saved = [p.detach().clone() for p in trained]
    tokens = sum(len(row.completion_ids) for row in rows)
    before = sum(reply_losses(run.loaded, rows)) / tokens
    try:
        started = time.monotonic()
        _train(run, rows, _dry_config(run), DRY_STEPS)
        pace = (time.monotonic() - started) / DRY_STEPS
        after = sum(reply_losses(run.loaded, rows)) / tokens
        _decode(run, [problem for problem, _ in sample])
        if not after < before:
            raise Failed(
                f"the loss went from {before:.4f} to {after:.4f} in {DRY_STEPS} steps",
                "lower --learning-rate, or check the data",
            )
        learned = _memorised(run, min(sample, key=lambda pair: len(pair[1].ids)), pace)
    finally:
        _put_back(trained, saved)
    return f"{DRY_STEPS} steps on {len(rows)} rows: loss {before:.4f} to {after:.4f}; {learned}"


def _memorised(run: PreparedRun[Any], pair: tuple[Any, Row], pace: float) -> str:
    """Learn one row by heart, as far as time allows, and say what came of it. Raises Failed where it does not verify.

    Args:
        pace: seconds that a step takes.
    """
    from trace_trainer.engine.inference.completions import complete

    problem, row = pair
    if pace * MEMORISING_STEPS > MEMORISING_SECONDS:
        return "greedy decoding works"
    config, length = _dry_config(run), max(16, len(row.ids))
    rate = max(MEMORISING_RATE, run.config.learning_rate)
    small = dataclasses.replace(config, learning_rate=rate, micro_batch_tokens=length, batch_tokens=length)
    _train(run, [row], small, MEMORISING_STEPS)
    limit = len(row.completion_ids)
    ((sampled,),) = complete(run.loaded, [run.task.prompt(problem)], max_new_tokens=limit, progress=False)
    verdict = run.task.judge(problem, sampled.text)
    if verdict.outcome == "correct":
        return f"{problem.id}, learned by heart, is decoded and verifies"
    if sampled.text.strip() == run.task.gold_text(problem).strip():
        raise Failed(
            f"{problem.id}, learned by heart, is decoded as it stands in the data, and is {verdict.outcome}",
            f"check the {run.task.gold} of the data",
        )
    return "greedy decoding works"


def _train(run: PreparedRun[Any], rows: Sequence[Row], config: SFTConfig, steps: int) -> None:
    from trace_trainer.engine.training.sft.trainer import train_briefly

    with TemporaryDirectory() as folder:
        train_briefly(run.loaded, rows, config, Path(folder), steps)


def _put_back(parameters: Sequence[torch.nn.Parameter], weights: Sequence[torch.Tensor]) -> None:
    for parameter, before in zip(parameters, weights, strict=True):
        parameter.data.copy_(before)


def _dry_config(run: PreparedRun[Any]) -> SFTConfig:
    """SFT settings that compute a step as the run will."""
    names = {item.name for item in dataclasses.fields(TuningConfig)}
    shared = {name: getattr(run.config, name) for name in names}
    return SFTConfig(**shared, learning_rate=run.config.learning_rate * DRY_RATE)


def _decode(run: PreparedRun[Any], problems: Sequence[Any]) -> None:
    from trace_trainer.engine.inference.completions import complete

    prompts = [run.task.prompt(problem) for problem in problems]
    complete(run.loaded, prompts, max_new_tokens=DRY_TOKENS, progress=False)
