"""`trainer convert`: real problems as verified traces, without a language model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import Any

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import (
    Command,
    Family,
    column_option,
    files_written,
    format_option,
    option,
    resume_option,
    seed_option,
    shards_option,
    workers_option,
)
from trace_trainer.engine.commands.files import Data, Output
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import json_line
from trace_trainer.engine.problems.gsm8k.batch import (
    Summary,
    Written,
    convert_all,
    solved_row,
    written,
)
from trace_trainer.engine.problems.gsm8k.rows import SolvedProblem, read_solved
from trace_trainer.engine.rows.columns import read_columns
from trace_trainer.engine.rows.shards import line_writer
from trace_trainer.engine.runs.journal import Journal, journal, plain, restored
from trace_trainer.engine.runs.recorded import lines_fingerprint
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import track
from trace_trainer.engine.workers import groups_of, in_order

_TOGETHER = 16
"""Problems that go to a process at once."""


@click.group("convert", cls=Family)
def command() -> None:
    """Turn real problems with worked solutions into problems with verified traces.

    \b
    Example:
      trainer convert gsm8k data/gsm8k --out gsm8k.jsonl --certain
    """


@command.command("gsm8k", cls=Command)
@click.argument("path", type=Data())
@column_option
@option(
    "--out",
    "-o",
    required=True,
    type=Output(),
    metavar="FILE",
    help="Write the problems there; with --shards a folder.",
)
@shards_option
@workers_option("How many processes convert.")
@option(
    "--certain", is_flag=True, help="Write only problems whose wiring is beyond doubt: those to train on."
)
@option(
    "--refused",
    type=Output(dir_okay=False),
    metavar="FILE",
    help="Write the problems that could not be converted there, with reasons.",
)
@option(
    "--variants", type=click.IntRange(0, 10_000), default=0, show_default=True, metavar="N",
    help="Also write up to N new problems from each certain one.",
)  # fmt: skip
@option(
    "--hold-out", type=click.IntRange(0, MOST), default=0, show_default=True, metavar="N",
    help="Leave out the last N problems of each file, for development.",
)  # fmt: skip
@option(
    "--held-out",
    type=Output(dir_okay=False),
    metavar="FILE",
    help="Write the problems of --hold-out there, as they are: trainer eval --data and --eval-data read them.",
)
@option(
    "--check",
    is_flag=True,
    help="Judge each certain trace by the solution's own equations too; takes longer.",
)
@resume_option
@seed_option("Seed of the variants; another draws others.")
@format_option("table", "json", help="Form of the summary.")
def gsm8k(
    path: str, column: tuple[str, ...], out: str, shards: int | None, workers: int, certain: bool, refused: str | None,
    variants: int, hold_out: int, held_out: str | None, check: bool, resume: bool, seed: int, form: str,
) -> None:  # fmt: skip
    """Convert GSM8K's problems, or others with solutions in its form.

    PATH is a file of rows in any form (JSON lines, Parquet, .csv, ...), a folder of such files, or on the hub
    openai/gsm8k or hub:NAME[:config][:split]. A line of the result holds id, question, answer, expert, trace, source
    and certain: whether every plausible reading of the solution computes the same function of the question's
    numbers, and nothing had to be filled in or left out. Variants name the problem that they come from in variant_of.

    \b
    Examples:
      trainer convert gsm8k data/gsm8k/train.jsonl --out gsm8k.jsonl --refused refused.jsonl
      trainer convert gsm8k openai/gsm8k --out gsm8k.jsonl --certain --variants 10
      trainer convert gsm8k openai/gsm8k --out gsm8k.jsonl --hold-out 500 --held-out dev.jsonl
      trainer convert gsm8k solved/ --out converted/ --shards 16 --workers 4
    """
    if held_out and not hold_out:
        raise UserError("--held-out is for the problems that --hold-out N leaves out; give both")
    summary = Summary()
    problems, development = read_solved(path, hold_out, read_columns(column))
    if not problems:
        raise UserError(f"{path} holds no problems" + (", or no more than are held out" if hold_out else ""))
    settings = {"variants": variants, "check": check, "seed": seed, "certain": certain}
    rows = lines_fingerprint(path, map(repr, problems))["sha256"]
    files = files_written(out, shards)
    with ExitStack() as stack:
        kept = stack.enter_context(journal(files[0], {**settings, "problems": rows}, resume=resume))
        write = stack.enter_context(line_writer(files))
        others = stack.enter_context(atomic_write(refused)) if refused else None
        if held_out:
            lines = stack.enter_context(atomic_write(held_out))
            lines.writelines(json_line(solved_row(problem)) for problem in development if not problem.refused)
        convert = partial(_written, variants=variants, check=check, certain=certain, seed=seed)
        pieces = _pieces(problems, convert, workers, kept)
        for piece in track(pieces, "convert", len(problems), "problems"):
            summary.merge(piece.summary)
            if piece.said:
                tell(piece.said)
            for line in piece.lines:
                write(line)
            if others and piece.refused:
                others.write(piece.refused)
    fields = summary.fields(variants > 0, check)
    click.echo(json.dumps(fields) if form == "json" else _table(fields))
    if not summary.converted:
        reasons = ", ".join(reason.replace("_", " ") for reason in summary.refused)
        raise UserError(f"none of the {summary.problems:,} problems could be converted ({reasons})")


def _pieces(
    problems: Sequence[SolvedProblem],
    convert: Callable[[Sequence[SolvedProblem]], list[Written]],
    workers: int,
    kept: Journal,
) -> Iterator[Written]:
    """What is written of each problem: first what an earlier call left in the journal."""
    while (piece := kept.again()) is not None:
        yield restored(Written, piece)
    groups = groups_of(problems[kept.count :], _TOGETHER if workers > 1 else 1)
    for done in chain.from_iterable(in_order(convert, groups, workers)):
        kept.keep(plain(done))
        yield done


def _written(
    problems: Sequence[SolvedProblem], variants: int, check: bool, certain: bool, seed: int
) -> list[Written]:
    return [written(outcome, certain, seed) for outcome in convert_all(problems, variants, check, seed)]


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
