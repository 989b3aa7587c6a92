"""`trainer convert`: real problems as verified traces, without a language model."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import Command, Family, format_option, option, seed_option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import json_line
from trace_trainer.engine.problems.gsm8k.batch import (
    Summary,
    convert_all,
    converted_rows,
    doubt,
    refused_row,
    solved_row,
)
from trace_trainer.engine.problems.gsm8k.conversion import Refusal, RefusedError
from trace_trainer.engine.problems.gsm8k.rows import SUFFIX, read_solved
from trace_trainer.engine.terminal.progress import track


@click.group("convert", cls=Family)
def command() -> None:
    """Turn real problems with worked solutions into problems with verified traces.

    \b
    Example:
      trainer convert gsm8k data/gsm8k --out gsm8k.jsonl --certain
    """


@command.command("gsm8k", cls=Command)
@click.argument("path")
@option(
    "--out",
    "-o",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the problems there.",
)
@option(
    "--certain", is_flag=True, help="Write only problems whose wiring is beyond doubt: those to train on."
)
@option(
    "--refused",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the problems that could not be converted there, with reasons.",
)
@option(
    "--variants", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
    help="Also write up to N new problems from each certain one.",
)  # fmt: skip
@option(
    "--hold-out", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
    help="Leave out the last N problems of each file, for development.",
)  # fmt: skip
@option(
    "--held-out",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the problems of --hold-out there, as they are: trainer eval --data and --eval-data read them.",
)
@option(
    "--check",
    is_flag=True,
    help="Judge each certain trace by the solution's own equations too; takes longer.",
)
@seed_option("Seed of the variants; another draws others.")
@format_option("table", "json", help="Form of the summary.")
def gsm8k(
    path: str,
    out: str,
    certain: bool,
    refused: str | None,
    variants: int,
    hold_out: int,
    held_out: str | None,
    check: bool,
    seed: int,
    form: str,
) -> None:
    """Convert GSM8K's problems, or others with solutions in its form.

    PATH is a file of JSON lines, a folder of them, or the hub's openai/gsm8k. A line of the result holds id,
    question, answer, expert, trace, source and certain: whether every plausible reading of the solution computes
    the same function of the question's numbers, and nothing had to be filled in or left out. Variants name the
    problem that they come from in variant_of.

    \b
    Examples:
      trainer convert gsm8k data/gsm8k/train.jsonl --out gsm8k.jsonl --refused refused.jsonl
      trainer convert gsm8k openai/gsm8k --out gsm8k.jsonl --certain --variants 10
      trainer convert gsm8k openai/gsm8k --out gsm8k.jsonl --hold-out 500 --held-out dev.jsonl
    """
    for written in filter(None, (out, refused, held_out)):
        _check_apart(path, written)
    if held_out and not hold_out:
        raise UserError("--held-out is for the problems that --hold-out N leaves out; give both")
    summary = Summary()
    problems, development = read_solved(path, hold_out)
    if not problems:
        raise UserError(f"{path} holds no problems" + (", or no more than are held out" if hold_out else ""))
    with ExitStack() as stack:
        stream = stack.enter_context(atomic_write(out))
        others = stack.enter_context(atomic_write(refused)) if refused else None
        if held_out:
            lines = stack.enter_context(atomic_write(held_out))
            lines.writelines(json_line(solved_row(problem)) for problem in development if not problem.refused)
        for outcome in track(
            convert_all(problems, variants, check, seed), "convert", len(problems), "problems"
        ):
            summary.add(outcome)
            if isinstance(outcome.conversion, RefusedError):
                if outcome.conversion.reason is Refusal.UNREADABLE:
                    click.echo(f"{outcome.problem.id} can't be read: {outcome.conversion}", err=True)
                if others:
                    others.write(json_line(refused_row(outcome.problem, outcome.conversion)))
                continue
            if outcome.conversion.certain or not certain:
                stream.writelines(map(json_line, converted_rows(outcome, seed)))
            elif others:
                others.write(json_line(refused_row(outcome.problem, doubt(outcome.conversion))))
    fields = summary.fields(variants > 0, check)
    click.echo(json.dumps(fields) if form == "json" else _table(fields))
    if not summary.converted:
        reasons = ", ".join(reason.replace("_", " ") for reason in summary.refused)
        raise UserError(f"none of the {summary.problems:,} problems could be converted ({reasons})")


def _check_apart(path: str, written: str) -> None:
    """Raise UserError where a file that is to be written is one of those that are read."""
    read, target = Path(path).resolve(), Path(written).resolve()
    is_among = target.parent == read and target.suffix == SUFFIX and target.exists()
    if target == read or is_among:
        raise UserError(f"{written} is among what is read; write somewhere else")


def _table(fields: dict[str, Any]) -> str:
    total = fields["problems"]
    lines = [f"{total:,} problems"]
    for name in ("converted", "certain"):
        share = f"  {fields[name] / total:.1%}" if total else ""
        lines.append(f"{name:<28}{fields[name]:>7,}{share}")
    for reason, count in fields["refused"].items():
        lines.append(f"  refused, {reason:<17} {count:>7,}")
    if "variants" in fields:
        lines.append(
            f"variants                    {fields['variants']:>7,}  of {fields['varied']:,} problems"
        )
    for opinion, count in fields.get("wiring", {}).items():
        lines.append(f"  wiring, {opinion:<18} {count:>7,}")
    return "\n".join(lines)
