"""`trainer sample`: completions of any model that the verifier found right, kept as rows to train on.

With `trainer sft` on what it writes, this is rejection sampling (Yuan et al. 2023, Scaling Relationship on Learning
Mathematical Reasoning with Large Language Models): whatever wrote the completions, what is learned has been executed.
"""

from __future__ import annotations

import contextlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.commands.command import (
    Command,
    column_option,
    option,
    resume_option,
    reward_option,
    seed_option,
)
from trace_trainer.engine.commands.evaluation_journal import evaluation_journal
from trace_trainer.engine.commands.files import Data, Output
from trace_trainer.engine.commands.hosted_named import Hosting, any_model_option, hosted_options
from trace_trainer.engine.commands.models_asked import asked_task, default_model
from trace_trainer.engine.commands.options import (
    LOADING,
    constrain_options,
    context_option,
    loading_options,
    max_new_tokens_option,
    task_options,
    temperature_option,
)
from trace_trainer.engine.commands.participants_named import Named, check_participants, participants_of
from trace_trainer.engine.commands.problems_asked import (
    card_option,
    problem_options,
    problems_asked,
    samples_option,
)
from trace_trainer.engine.evaluation.harvest import Harvest, harvest
from trace_trainer.engine.evaluation.participants import Conditions
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE, check_samples
from trace_trainer.engine.rows.writing import row_writer
from trace_trainer.engine.terminal.printable import printable_json


@click.command("sample", cls=Command)
@any_model_option
@loading_options
@option(
    "--data",
    type=Data(),
    metavar="FILE",
    group="Data",
    help="Problems with answers: a file in any form, a folder, or hub:NAME[:config][:split].",
)
@column_option
@task_options
@problem_options("train")
@card_option("if the model was trained with it")
@context_option
@hosted_options
@samples_option("How many completions a problem gets.", default=8)
@temperature_option
@max_new_tokens_option
@option(
    "--no-reference",
    is_flag=True,
    group="Evaluation",
    help="Judge by answers alone, where problems have gold traces too.",
)
@constrain_options
@reward_option
@option(
    "--keep",
    type=click.Choice(["right", "all"]),
    default="right",
    show_default=True,
    help="Which completions are kept; of wrong ones the text is under rejected, not where gold replies are.",
)
@option(
    "--out",
    "-o",
    type=Output(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Write the rows there, whole or not at all: JSON lines, or Parquet or gzip as its ending says.",
)
@resume_option
@seed_option("Seed of the generated problems and of the sampling.")
def command(
    model: str | None, data: str | None, column: tuple[str, ...], task_name: str | None, call_format: str | None,
    split: str | None, count: int | None, experts: tuple[str, ...], samples: int, temperature: float | None,
    max_new_tokens: int, card: bool | None, context: str | None, policy: str, no_reference: bool, constrain: str,
    keep: str, out: Path, seed: int, resume: bool, **others: Any,
) -> None:  # fmt: skip
    """Keep the completions of a model that are right, as rows to train on.

    Every completion is executed, as in trainer eval. Of each problem the right ones are kept, each once, in canonical
    text, with question, answer, expert and verdict; trainer sft learns from the file as it is.

    \b
    Examples:
      trainer sample --out kept.jsonl
      trainer sample --model checkpoints/my-run --data train.jsonl --samples 16 --out kept.jsonl
      trainer sft --model checkpoints/my-run --data kept.jsonl --name again
      trainer sample --model http://127.0.0.1:8000/v1 --card --data train.jsonl --out kept.jsonl
    """
    how = {name: others.pop(name) for name in LOADING}
    name = model or default_model(task_name)
    task = asked_task([name], task_name, call_format, card, context)
    task = task.without_references() if no_reference else task
    task.check_constraint(constrain)
    temperature = (SAMPLING_TEMPERATURE if samples > 1 else 0.0) if temperature is None else temperature
    check_samples(samples, temperature)
    generated = None if data is not None else task.splits[0]
    source, problems = problems_asked(task, data, column, split or generated, count, seed, experts)
    (participant,) = participants_of([name], task, how, Named(Hosting(**others)))
    conditions = Conditions(
        data=source, policy=policy, samples=samples, temperature=temperature, max_new_tokens=max_new_tokens, seed=seed,
        constrain=constrain,
    )  # fmt: skip
    settings = {**asdict(conditions), **others, "keep": keep}
    with contextlib.ExitStack() as files:
        kept = files.enter_context(evaluation_journal(out, [name], task, how, settings, problems, resume))
        write = files.enter_context(row_writer(out))
        conditions = replace(conditions, kept=kept)
        check_participants([participant], problems, conditions)
        found = harvest(participant.evaluate(problems, conditions), keep_all=keep == "all")
        for row in found.rows:
            write(printable_json(row))
    click.echo(_said(found, out))


def _said(found: Harvest, out: Path) -> str:
    share = found.right / found.completions
    return (
        f"{out}: {len(found.rows):,} rows of {found.completions:,} completions, {found.right:,} of them right "
        f"({share:.1%}); {found.solved:,} of {found.problems:,} problems have a right one"
    )
