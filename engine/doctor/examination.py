"""`trainer doctor`: the checks of `engine/doctor/checks.py` as a command, and as what `sft` and `rl` run first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import click
import rich.box
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.doctor.checks import CHECKS, Failed, NotApplicable, Patient
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import newest_run
from trace_trainer.engine.settings.stages import (
    DEFAULT_MODEL,
    SECTIONS,
    RLConfig,
    SFTConfig,
    recipe_from,
    recipe_option,
)
from trace_trainer.engine.terminal.console import console_on


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `advice`: what to do, where it failed."""

    check: str
    result: Literal["pass", "fail", "not applicable", "skipped"]
    found: str
    advice: str = ""


class UnhealthyError(click.ClickException):
    """A check failed, so the run does not start."""

    exit_code = 1


def examine(patient: Patient, skip: Collection[str] = ()) -> list[Finding]:
    """Run every check except those in `skip`. A failing check does not keep the others from running."""
    return [_examine(name, check, patient, skip) for name, check in CHECKS.items()]


def require_health(patient: Patient, skip: Collection[str] = ()) -> None:
    """Run the checks before a run. Raises UnhealthyError with what failed and what to do, and how to skip it."""
    findings = examine(patient, skip)
    failed = [finding for finding in findings if finding.result == "fail"]
    if failed:
        lines = [f"{finding.check}: {finding.found}\n  {finding.advice}" for finding in failed]
        flags = " ".join(f"--skip-doctor {finding.check}" for finding in failed)
        raise UnhealthyError(
            "\n".join(["the run was not started:", *lines, f"To start it nevertheless: {flags}"])
        )
    passed = sum(finding.result == "pass" for finding in findings)
    print(f"doctor: {passed} of {len(findings)} checks passed, none failed", file=sys.stderr)


def skip_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a click command with `--skip-doctor`."""
    return click.option(
        "--skip-doctor",
        "skip",
        multiple=True,
        type=click.Choice(list(CHECKS)),
        help="A check not to run. May be repeated.",
    )(command)


def _examine(name: str, check: Callable[[Patient], str], patient: Patient, skip: Collection[str]) -> Finding:
    if name in skip:
        return Finding(name, "skipped", "")
    try:
        return Finding(name, "pass", check(patient))
    except NotApplicable as reason:
        return Finding(name, "not applicable", str(reason))
    except Failed as failure:
        return Finding(name, "fail", str(failure), failure.advice)
    except UserError as error:
        return Finding(name, "fail", error.message, "see above")


def table(findings: list[Finding]) -> Table:
    """The findings, a row each."""
    shown = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
    for column in ("check", "result", "found"):
        shown.add_column(column)
    styles = {"pass": "green", "fail": "bold red"}
    for finding in findings:
        found = finding.found + (f"\nTo do: {finding.advice}" if finding.advice else "")
        shown.add_row(finding.check, Text(finding.result, style=styles.get(finding.result, "")), Text(found))
    return shown


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
    findings = examine(_admit(stage, recipe, given), skip)
    console_on().print(table(findings))
    if any(finding.result == "fail" for finding in findings):
        raise SystemExit(1)


def _admit(stage: str, recipe: str, given: Mapping[str, Any]) -> Patient:
    """What the run of that stage would start with."""
    from trace_trainer.engine.training.rl.problems import held_out_problems, rl_problems, sft_problems
    from trace_trainer.engine.training.rl.train import EXAMINED
    from trace_trainer.engine.training.tuning import load_trainable

    settings = recipe_from(stage, recipe, given)
    config: SFTConfig | RLConfig
    if stage == "sft":
        config, problems = settings.sft, sft_problems(settings.sft)[1]
    else:
        config, problems = settings.rl, list(islice(rl_problems(settings.rl)[1], EXAMINED))
    loaded = load_trainable(str(config.model or newest_run("sft", config.task) or DEFAULT_MODEL), config)
    return Patient(loaded, config, problems, held_out_problems(config)[1], config.eval_data is None)
