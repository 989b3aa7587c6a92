"""What the commands of `trainer convert` share: their options, and the loop that writes what was converted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import (
    Decorated,
    column_option,
    decorated,
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
from trace_trainer.engine.problems.converting.batch import (
    Row,
    Summary,
    Written,
    convert_all,
    written,
)
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.files.json_rows import json_line
from trace_trainer.engine.rows.shards import line_writer
from trace_trainer.engine.runs.journal import Journal, journal, plain, restored
from trace_trainer.engine.runs.recorded import lines_fingerprint
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import track
from trace_trainer.engine.workers import groups_of, in_order

_TOGETHER = 16
"""Problems that go to a process at once."""


@dataclass(frozen=True, slots=True)
class ConversionAsked:
    """What the user asked of a conversion, by the options below."""

    path: str
    column: tuple[str, ...]
    out: str
    shards: int | None
    workers: int
    certain: bool
    refused: str | None
    variants: int
    hold_out: int
    held_out: str | None
    resume: bool
    seed: int
    form: str

    def __post_init__(self) -> None:
        if self.held_out and not self.hold_out:
            raise UserError("--held-out is for the problems that --hold-out N leaves out; give both")


_OPTIONS = (
    click.argument("path", type=Data()),
    column_option,
    option(
        "--out",
        "-o",
        required=True,
        type=Output(),
        metavar="FILE",
        help="Write the problems there; with --shards a folder.",
    ),
    shards_option,
    workers_option("How many processes convert."),
    option(
        "--certain", is_flag=True, help="Write only problems whose wiring is beyond doubt: those to train on."
    ),
    option(
        "--refused",
        type=Output(dir_okay=False),
        metavar="FILE",
        help="Write the problems that could not be converted there, with reasons.",
    ),
    option(
        "--variants",
        type=click.IntRange(0, 10_000),
        default=0,
        show_default=True,
        metavar="N",
        help="Also write up to N new problems from each certain one.",
    ),
    option(
        "--hold-out",
        type=click.IntRange(0, MOST),
        default=0,
        show_default=True,
        metavar="N",
        help="Leave out the last N problems of each file, for development.",
    ),
    option(
        "--held-out",
        type=Output(dir_okay=False),
        metavar="FILE",
        help="Write the problems of --hold-out there, as they are: trainer eval --data and --eval-data read them.",
    ),
    resume_option,
    seed_option("Seed of the variants; another draws others."),
    format_option("table", "json", help="Form of the summary."),
)


def conversion_options(command: Decorated) -> Decorated:
    """Decorator: PATH and the options of ConversionAsked."""
    return decorated(command, _OPTIONS)


def write_conversions(
    asked: ConversionAsked,
    problems: Sequence[Row],
    held_out: Iterable[dict[str, Any]],
    convert: Callable[[Row], Conversion],
    opinion: Callable[[Conversion, Row], str] | None = None,
) -> None:
    """Convert, write and count problems, and say how it went.

    Args:
        asked: what the user asked.
        problems: those to convert.
        held_out: lines of those that are not.
        convert: how one is converted; raises RefusedError.
        opinion: judges each certain trace once more.

    Raises UserError where there are no problems, or none could be converted.
    """
    if not problems:
        raise UserError(
            f"{asked.path} holds no problems" + (", or no more than are held out" if asked.hold_out else "")
        )
    settings = {"variants": asked.variants, "seed": asked.seed, "certain": asked.certain}
    settings["check"] = opinion is not None
    rows = lines_fingerprint(asked.path, map(repr, problems))["sha256"]
    files = files_written(asked.out, asked.shards)
    summary = Summary()
    with ExitStack() as stack:
        kept = stack.enter_context(journal(files[0], {**settings, "problems": rows}, resume=asked.resume))
        write = stack.enter_context(line_writer(files))
        others = stack.enter_context(atomic_write(asked.refused)) if asked.refused else None
        if asked.held_out:
            lines = stack.enter_context(atomic_write(asked.held_out))
            lines.writelines(map(json_line, held_out))
        one_by_one = partial(_written, convert=convert, opinion=opinion, asked=asked)
        groups = groups_of(problems[kept.count :], _TOGETHER if asked.workers > 1 else 1)
        rest = chain.from_iterable(in_order(one_by_one, groups, asked.workers))
        pieces = _pieces(rest, kept)
        for piece in track(pieces, "convert", len(problems), "problems"):
            summary.merge(piece.summary)
            if piece.said:
                tell(piece.said)
            for line in piece.lines:
                write(line)
            if others and piece.refused:
                others.write(piece.refused)
    fields = summary.fields(asked.variants > 0, opinion is not None)
    click.echo(json.dumps(fields) if asked.form == "json" else _table(fields))
    if not summary.converted:
        reasons = ", ".join(reason.replace("_", " ") for reason in summary.refused)
        raise UserError(f"none of the {summary.problems:,} problems could be converted ({reasons})")


def _written(
    problems: Sequence[Row],
    convert: Callable[[Row], Conversion],
    opinion: Callable[[Conversion, Row], str] | None,
    asked: ConversionAsked,
) -> list[Written]:
    found = convert_all(problems, convert, asked.variants, asked.seed, opinion)
    return [written(outcome, asked.certain, asked.seed) for outcome in found]


def _pieces(rest: Iterable[Written], kept: Journal) -> Iterator[Written]:
    """What is written of each problem: first what an earlier call left in the journal."""
    while (piece := kept.again()) is not None:
        yield restored(Written, piece)
    for done in rest:
        kept.keep(plain(done))
        yield done


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
