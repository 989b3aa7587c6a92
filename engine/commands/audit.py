"""`trainer audit`: check traces, or replies with tool calls, from any source and say what is wrong with each.

An input that can't be read is counted, named and counts as failing, and so does the outcome `error` (the gold answer is
no number, say): an audit that gates other work must not let pass what it could not check.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, TextIO

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.audit.calls import REPLIES
from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import TRACES, find_sources
from trace_trainer.engine.audit.report import print_markdown, print_tables, sections, summary
from trace_trainer.engine.audit.run import run_audit
from trace_trainer.engine.audit.tally import Tally
from trace_trainer.engine.commands.command import (
    Command,
    column_option,
    format_option,
    option,
    resume_option,
    reward_option,
)
from trace_trainer.engine.commands.files import Data, Output
from trace_trainer.engine.commands.judging_options import check_judging, judging_options
from trace_trainer.engine.commands.noise_floor import asks_for_stress, run_stress, stress_options
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import Columns, read_columns
from trace_trainer.engine.rows.sources import Source
from trace_trainer.engine.rows.writing import row_writer
from trace_trainer.engine.runs.journal import journal
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.verifiers.calls import AUTO

_SHARE = re.compile(r"[0-9]{0,20}(\.[0-9]{0,20})?(/[0-9]{1,20}|e-?[0-9]{1,2})?%?", re.I)


class Share(click.ParamType):
    """A share from 0 to 1 as an exact fraction, written as `0.95` or `95%`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        text = str(value)
        if not _SHARE.fullmatch(text):
            self.fail(f"{text[:40]} is no share; write 0.95 or 95%", param, ctx)
        try:
            share = Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
        except (ValueError, ZeroDivisionError):
            self.fail(f"{text} is no share; write 0.95 or 95%", param, ctx)
        if not 0 <= share <= 1:
            self.fail(f"{text} is not between 0 and 1", param, ctx)
        return share


FILE = Output(dir_okay=False)
_OF_CALLS = {"trace": "reply", "answer": "expected"}
"""What the fields of traces are called where replies with calls are checked."""


@click.command("audit", cls=Command, done="no trace fails, or at least --fail-under pass", negative="some do")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=Data())
@column_option
@option(
    "--trace-field",
    metavar="NAME",
    group="Data",
    help="Field with the trace or the reply.",
    show_default="the first present of trace, completion, response, output, text, ...",
)
@option(
    "--question-field",
    metavar="NAME",
    group="Data",
    help="Field with the question.",
    show_default="question, query, prompt, problem or instruction",
)
@option(
    "--answer-field",
    metavar="NAME",
    group="Data",
    help="Field with the gold answer.",
    show_default="answer, gold, target, ...; of calls expected, expected_response, ...",
)
@option(
    "--expert-field",
    metavar="NAME",
    group="Data",
    help="Field with the expected expert.",
    show_default="expert",
)
@option(
    "--reference-field",
    metavar="NAME",
    group="Data",
    help="Field with a gold trace, whose function a trace must compute.",
    show_default="the first present of reference, gold_trace, solution_trace",
)
@judging_options
@reward_option
@option(
    "--fail-under",
    type=Share(),
    metavar="SHARE",
    group="Evaluation",
    help="Exit with 0 if at least this share passes, such as 0.95.",
)
@option("--by", metavar="COLUMN", group="Evaluation", help="Count the values of this column apart, too.")
@option("--passed", type=FILE, metavar="FILE", help="Write the rows that pass there, as they are.")
@option(
    "--failed",
    type=FILE,
    metavar="FILE",
    help="Write the rows that fail there, with the reasons under audit.",
)
@option("--out", "-o", type=FILE, metavar="FILE", help="Write the result there, whole or not at all.")
@resume_option
@format_option(
    "table", "json", "jsonl", "markdown", help="Form of the output; jsonl is a line for each input."
)
@stress_options
def command(
    paths: tuple[str, ...], column: tuple[str, ...], trace_field: str | None, question_field: str | None,
    answer_field: str | None, expert_field: str | None, reference_field: str | None, no_reference: bool, kind: str,
    call_format: str | None, no_grounding: bool, policy: str, workers: int, fail_under: Fraction | None,
    by: str | None, passed: str | None, failed: str | None, out: str | None, form: str, resume: bool, **stress: Any,
) -> None:  # fmt: skip
    """Check traces, or replies with tool calls, and say what is wrong with each.

    PATH is a file of rows (JSON lines under any name, a JSON array, .csv, Parquet, each also .gz), a saved
    data set, hub:NAME[:config][:split], a .yaml or .yml file (one trace, or several documents), a folder of such
    files, or - for JSON lines on standard input. Where a question is known, the numbers are checked against
    it; where a gold answer is known, the computed one is compared. Where a row holds a gold trace as
    reference, a trace must compute what that one does on other numbers, too.

    With --kind call a row holds a reply, and beside it what was expected, tools, format (default auto), and
    for shell commands the machine (machine or start) with the commands that ran before. A line of a problem
    file with its gold reply is such a line.

    With --stress the rows are problems, whose gold trace stands under reference, gold_trace, solution_trace or
    trace. Formulas that give the answer by chance, random ones, and gold traces with one mistake are made for
    them (with --kind call, constant replies and calls with one mistake), and what is said is which share of them
    --reward pays: by the answer alone and with the gold trace as reference.

    \b
    Examples:
      trainer audit completions.jsonl --workers 2
      trainer audit traces/ --format json --fail-under 0.95
      trainer audit rows.parquet --column question=meta.q --passed good.jsonl --failed bad.jsonl --by source
      trainer audit replies.jsonl --kind call --reward binary
      other-program | trainer audit - --format jsonl --out verdicts.jsonl
      trainer audit --stress problems.jsonl --reward mine.py:brief --paid-traces paid.jsonl

    A row that can't be read, and a trace whose outcome is `error`, count as failing; neither stops the rest.
    """
    columns = _columns(kind, column)
    check_judging(kind, columns, no_reference, ("question_field", "expert_field", "reference_field"))
    settings = AuditSettings(
        columns, kind, not no_grounding, not no_reference, policy, records=form == "jsonl",
        rows=bool(passed or failed), call_format=call_format or AUTO, by=by,
    )  # fmt: skip
    if asks_for_stress(stress["stress"], form):
        return run_stress(paths, settings, form, out, stress)
    files = {"out": out, "passed": passed, "failed": failed}
    tally = _audit(find_sources(paths), settings, workers, form, files, resume)
    if out is not None or form == "jsonl":
        tell(summary(tally, policy)[0])
    _say_what_is_lacking(tally, fail_under, by)
    click.get_current_context().exit(0 if _passes(tally, fail_under) else 1)


def _audit(
    sources: list[Source],
    settings: AuditSettings,
    workers: int,
    form: str,
    files: Mapping[str, Any],
    resume: bool,
) -> Tally:
    """Audit the sources and write what is asked for; what is written to a file can go on where it was stopped."""
    paths = [source.path for source in sources]
    lasting = paths if all(map(os.path.isfile, paths)) else []  # what standard input held is gone
    if resume and not lasting:
        raise UserError(
            "--resume reads its inputs again: give files, not standard input, the hub or a saved data set"
        )
    out, stack = files["out"], ExitStack()
    beside = next((file for file in files.values() if file), None)
    with stack:
        kept = stack.enter_context(
            journal(beside if lasting else None, {"audit": settings, "form": form}, lasting, resume=resume)
        )
        passed, failed = (
            stack.enter_context(row_writer(files[name])) if files[name] else None
            for name in ("passed", "failed")
        )
        records = stack.enter_context(row_writer(out)) if out and form == "jsonl" else None
        stream = stack.enter_context(atomic_write(out)) if out and records is None else sys.stdout
        tally = run_audit(sources, settings, workers, records, passed, failed, kept)
        _print(tally, form, settings.policy, stream, settings.by)
    return tally


def _say_what_is_lacking(tally: Tally, fail_under: Fraction | None, by: str | None) -> None:
    """Say that a column is nowhere, that there was nothing to check. Raises UserError where a gate depends on it."""
    if by is not None and list(tally.groups) == ["none"]:
        tell(f"no row has a column {by}")
    if tally.inputs == 0:
        nothing = f"there is no {tally.noun} in the input"
        if fail_under is not None:
            raise UserError(f"{nothing}: nothing was checked, so nothing passes --fail-under")
        tell(nothing)
    if tally.unreadable and not tally.traces:
        raise UserError("no input could be read")


def _columns(kind: str, column: Sequence[str]) -> Columns:
    """Where rows hold what, with what --column and the options for single fields name. Raises UserError."""
    given = click.get_current_context().params
    fields = {role: given[f"{role}_field"] for role in TRACES.names}
    named = read_columns(column)
    for role, name in fields.items():
        if name is not None and named.setdefault(role, name) != name:
            raise UserError(f"--{role}-field and --column name two columns for {role}: give one of them")
    if kind == "call":
        return REPLIES.with_named({_OF_CALLS.get(role, role): name for role, name in named.items()})
    return TRACES.with_named(named)


def _print(tally: Tally, form: str, policy: str, stream: TextIO, by: str | None) -> None:
    if form == "json":
        print(json.dumps(tally.to_json(), indent=2), file=stream)
    elif form == "table":
        print_tables(sections(tally, by), summary(tally, policy), stream)
    elif form == "markdown":
        print_markdown(sections(tally, by), summary(tally, policy), stream)


def _passes(tally: Tally, fail_under: Fraction | None) -> bool:
    required = 1 if fail_under is None else fail_under
    return tally.passed >= required * tally.inputs
