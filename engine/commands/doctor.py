"""`trainer doctor`: examines what `trainer sft` or `trainer rl` would start with, as they do before they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import rich.box
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.commands.options import recipe_option, skip_option
from trace_trainer.engine.doctor.examination import Finding, examine
from trace_trainer.engine.runs.folder import newest_run
from trace_trainer.engine.settings.recipes import SECTIONS, recipe_from
from trace_trainer.engine.settings.stages import DEFAULT_MODEL
from trace_trainer.engine.terminal.console import console_on

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun


@click.command("doctor")
@recipe_option
@click.option(
    "--stage",
    type=click.Choice(list(SECTIONS)),
    default="sft",
    show_default=True,
    help="What is to be started.",
)
@click.option("--model", metavar="MODEL", help="Folder, embedded model or hub id. [default: the recipe's]")
@click.option("--data", metavar="FILE", help="Problem file to train on. [default: the recipe's]")
@click.option("--eval-data", metavar="FILE", help="Problem file to measure on. [default: the recipe's]")
@click.option("--method", metavar="METHOD", help="What is trained. [default: the recipe's]")
@click.option(
    "--card/--no-card", default=None, help="Whether the prompt card is shown. [default: the recipe's]"
)
@click.option("--seed", type=int, help="Of the generated problems. [default: the recipe's]")
@skip_option
def command(recipe: str, stage: str, skip: tuple[str, ...], **given: Any) -> None:
    """Check a model and a data set before a long run.

    Runs what trainer sft and trainer rl run before they start: a few seconds on the embedded model. Exits with 1 where
    a check fails.

    \b
    Examples:
      trainer doctor
      trainer doctor --model my-model --data problems.jsonl --recipe lora
      trainer doctor --stage rl --data answers.jsonl
      trainer doctor --recipe installer
    """
    findings = examine(_prepared(stage, recipe, given), skip)
    console_on().print(_table(findings))
    if any(finding.result == "fail" for finding in findings):
        raise SystemExit(1)


def _prepared(stage: str, recipe: str, given: Mapping[str, Any]) -> PreparedRun[Any]:
    """What the run of that stage would start with."""
    from trace_trainer.engine.training.rl import train as rl
    from trace_trainer.engine.training.sft import train as sft

    settings = recipe_from(stage, recipe, given)
    if stage == "sft":
        return sft.prepare(settings.sft)
    model = settings.rl.model or newest_run("sft", settings.rl.task) or DEFAULT_MODEL
    return rl.prepare(replace(settings.rl, model=str(model)))


def _table(findings: list[Finding]) -> Table:
    """The findings, a row each."""
    shown = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
    for column in ("check", "result", "found"):
        shown.add_column(column)
    styles = {"pass": "green", "fail": "bold red"}
    for finding in findings:
        found = finding.found + (f"\nTo do: {finding.advice}" if finding.advice else "")
        shown.add_row(finding.check, Text(finding.result, style=styles.get(finding.result, "")), Text(found))
    return shown
