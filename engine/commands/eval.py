"""`trainer eval`: every completion is executed and compared with the gold answer, never matched as text.

Several models are evaluated in one call on the same prompts with the same decoding, and compared pair by
pair, because two intervals that overlap may still belong to models that differ on the same problems. What is
measured is accuracy with a reply that verifies (`engine/tasks`); a right number behind an invalid trace does not
count. Beside models that call tools stand replies that no model wrote: what a constant reply scores.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import (
    Command,
    column_option,
    format_option,
    option,
    resume_option,
    reward_option,
    seed_option,
)
from trace_trainer.engine.commands.episodes_played import play_episodes
from trace_trainer.engine.commands.evaluation_journal import evaluation_journal
from trace_trainer.engine.commands.evaluation_result import completion_lines, print_evaluations
from trace_trainer.engine.commands.files import Data, Model, Output
from trace_trainer.engine.commands.hosted_named import Hosting
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
from trace_trainer.engine.commands.participants_named import (
    Named,
    check_participants,
    participant_options,
    participants_of,
)
from trace_trainer.engine.commands.problems_asked import (
    card_option,
    problem_options,
    problems_asked,
    samples_option,
)
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluate_constants
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.participants import Conditions, Participant
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.runs.journal import Journal
from trace_trainer.engine.settings.stages import MODEL_HELP
from trace_trainer.engine.tasks import Task

OUTPUT = Output(dir_okay=False, path_type=Path)


@click.command("eval", cls=Command)
@option(
    "--model",
    "-m",
    "models",
    type=Model(),
    multiple=True,
    metavar="MODEL",
    group="Model",
    help=f"{MODEL_HELP}, or the address of a server of chat completions. May be repeated.",
    show_default="the newest RL run, else SFT run",
)
@option(
    "--compare",
    "baseline",
    type=Model(),
    metavar="MODEL",
    group="Model",
    help="Model that the others are compared with.",
    show_default="the first --model",
)
@loading_options
@option(
    "--data",
    type=Data(),
    metavar="FILE",
    group="Data",
    help="Problems: a file in any form, a folder, or hub:NAME[:config][:split].",
)
@column_option
@task_options
@problem_options("the task's test_numbers, or test", formerly=("--n",))
@card_option("if one of the models was trained with it")
@context_option
@participant_options
@samples_option("How many completions a problem gets; several give pass@k and a majority vote.")
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
    "--gold-loss",
    is_flag=True,
    group="Evaluation",
    help="Measure the loss on the gold replies too: it tells models apart that are right too seldom to be.",
)
@option(
    "--episodes",
    type=click.IntRange(1, 100_000),
    metavar="N",
    group="Evaluation",
    help="Play so many whole installations instead of single problems: the model acts, the machine answers.",
)
@option(
    "--guard",
    is_flag=True,
    group="Evaluation",
    help="In --episodes, say what must not be done instead of doing it, by the rule of "
    "engine/problems/installer/guard.py.",
)
@format_option("table", "json")
@option("--out", "-o", type=OUTPUT, metavar="FILE", help="Write the result there, whole or not at all.")
@option(
    "--completions",
    type=OUTPUT,
    metavar="FILE",
    help="Write each completion with its verdict there, as JSON lines.",
)
@resume_option
@seed_option("Seed of the generated problems and of the sampling.")
def command(
    models: tuple[str, ...], baseline: str | None, data: str | None, column: tuple[str, ...], task_name: str | None,
    call_format: str | None, split: str | None, count: int | None, experts: tuple[str, ...], samples: int,
    temperature: float | None, max_new_tokens: int, card: bool | None, context: str | None, policy: str,
    no_reference: bool, episodes: int | None, guard: bool, constrain: str, gold_loss: bool, form: str, out: Path | None,
    completions: Path | None, seed: int, resume: bool, **others: Any,
) -> None:  # fmt: skip
    """Measure executed accuracy on held-out problems, for one model or for several side by side.

    Several models get the same prompts and the same decoding, and are compared problem by problem. Where a
    problem states an expert, a trace that names another does not count as correct. Where it has a gold trace, accuracy
    by function stands beside accuracy: the trace computes what that one does, on other numbers too. Tool calls are run
    on a simulated machine, or compared as values. The completions of --completions can be checked again with trainer
    audit.

    \b
    Examples:
      trainer eval
      trainer eval --compare tiny-base --split test_schemas
      trainer eval --task installer --split test_phrasings
      trainer eval --task installer --episodes 100
      trainer eval --model checkpoints/my-run --data test.jsonl --samples 8 --format json
      trainer eval --compare my-run_sft --model my-run_rl --gold-loss
      trainer eval --compare my-run --model http://127.0.0.1:8000/v1 --external other=theirs.jsonl
      trainer eval --compare my-base --free my-base --model my-run --data test.jsonl
    """
    how = {name: others.pop(name) for name in LOADING}
    hosting = Hosting(**{name: others[name] for name in Hosting._fields})
    named = Named(hosting, **{name: others[name] for name in Named._fields if name in others})
    asked = list(models) or ([] if named.external else [default_model(task_name)])
    if baseline is not None:
        asked.insert(0, baseline)
    task = asked_task(asked, task_name, call_format, card, context)
    task = task.without_references() if no_reference else task
    task.check_constraint(constrain)
    temperature = (SAMPLING_TEMPERATURE if samples > 1 else 0.0) if temperature is None else temperature
    if guard and episodes is None:
        raise UserError("--guard is for --episodes")
    sampling: dict[str, Any] = {"temperature": temperature, "max_new_tokens": max_new_tokens, "seed": seed}
    if episodes is not None:
        if data or column or count or completions or samples > 1 or constrain != OFF or gold_loss or experts:
            raise UserError(
                "--data, --count, --expert, --samples, --completions, --gold-loss and --constrain are for single "
                "problems, not for --episodes"
            )
        if named.external:
            raise UserError("--external is for single problems: nobody else's turns can be gone on with")
        options = {"split": split or task.test_split, "count": episodes, "guard": guard, **sampling}
        play_episodes(asked, task, how, hosting, form, out, options, resume)
        return
    name, problems = problems_asked(task, data, column, split, count, seed, experts)
    participants = participants_of(asked, task, how, named)
    conditions = Conditions(name, policy, samples, temperature, max_new_tokens, seed, constrain, gold_loss)
    settings = {**asdict(conditions), **others}
    journal = evaluation_journal(out or completions, asked, task, how, settings, problems, resume)
    _answer(task, participants, problems, conditions, form, out, completions, journal)


def _answer(
    task: Task[Any], participants: Sequence[Participant], problems: Sequence[Any], conditions: Conditions, form: str,
    out: Path | None, completions: Path | None, journal: contextlib.AbstractContextManager[Journal],
) -> None:  # fmt: skip
    """Let each participant answer, and print what came of it beside what constant replies score."""
    with contextlib.ExitStack() as files:
        conditions = replace(conditions, kept=files.enter_context(journal))
        # Opened first, so that a place that can't be written to is known before the evaluation and not after it.
        stream = files.enter_context(atomic_write(out)) if out else sys.stdout
        rows = files.enter_context(atomic_write(completions)) if completions else None
        check_participants(participants, problems, conditions)
        evaluations = _evaluate(participants, problems, conditions, rows)
        constants = evaluate_constants(task, problems, data=evaluations[0].data, policy=conditions.policy)
        print_evaluations(evaluations, constants, form, stream)


def _evaluate(
    participants: Sequence[Participant], problems: Sequence[Any], conditions: Conditions, rows: TextIO | None
) -> list[Evaluation]:
    """The evaluations, in order; completions are written to `rows` as they come."""
    found: dict[int, Evaluation] = {}
    # What may fail by the fault of others comes first, before hours are spent here.
    for place in sorted(range(len(participants)), key=lambda place: participants[place].runs_here):
        found[place] = participants[place].evaluate(problems, conditions)
        if rows:
            rows.writelines(completion_lines(found[place]))
    return [found[place] for place in range(len(participants))]
