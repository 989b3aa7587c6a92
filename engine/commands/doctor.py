"""`trainer doctor`: examines what `trainer sft` or `trainer rl` would start with, as they do before they start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import click
import rich.box
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.commands.command import Command, format_option, option
from trace_trainer.engine.commands.going_on import rl_recipe
from trace_trainer.engine.commands.options import options, recipe_option, show_option, skip_option
from trace_trainer.engine.doctor.examination import Finding, examine
from trace_trainer.engine.settings.recipes import SECTIONS, Recipe, given_options, recipe_from
from trace_trainer.engine.settings.stages import DEFAULT_MODEL
from trace_trainer.engine.settings.written import written
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable_json, tell

EXAMINED = (
    "task", "call_format", "card", "context", "model", "base", "device", "data", "mix", "column", "eval_data", "method",
    "dtype", "seed",
)  # fmt: skip
"""Settings that are options here; a recipe can state all of them."""


@click.command("doctor", cls=Command, done="no check fails", negative="one fails")
@recipe_option("for --stage rl that of the run that it goes on from, else default")
@option(
    "--stage",
    type=click.Choice(list(SECTIONS)),
    default="sft",
    show_default=True,
    help="What is to be started.",
)
@show_option
@skip_option
@format_option("table", "json")
@options("sft", only=EXAMINED)
def command(
    recipe: str | None, stage: str, show: bool, skip: tuple[str, ...], form: str, **given: Any
) -> None:
    """Check a model and a data set before a long run.

    Runs what trainer sft and trainer rl run before they start: a few seconds on the embedded model.

    \b
    Examples:
      trainer doctor
      trainer doctor --model my-model --data problems.jsonl --recipe lora
      trainer doctor --stage rl --data answers.jsonl
      trainer doctor --recipe installer
    """
    if stage == "sft":
        settings = recipe_from(stage, recipe or "default", given)
    else:
        settings, note = rl_recipe(recipe, given)
        if note:
            tell(note)
    if show:
        click.echo(written(settings, stage, given_options(stage, given)), nl=False)
        return
    findings = _findings(stage, settings, skip)
    if form == "json":
        click.echo(printable_json([asdict(finding) for finding in findings], indent=2))
    else:
        console_on().print(_table(findings))
    if any(finding.result == "fail" for finding in findings):
        raise SystemExit(1)


def _findings(stage: str, settings: Recipe, skip: Sequence[str]) -> list[Finding]:
    """What the checks find in what the run of that stage would start with."""
    from trace_trainer.engine.training.rl import train as rl
    from trace_trainer.engine.training.sft import train as sft

    if stage == "sft":
        return examine(sft.prepare(settings.sft), skip)
    return examine(rl.prepare(replace(settings.rl, model=settings.rl.model or DEFAULT_MODEL)), skip)


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
