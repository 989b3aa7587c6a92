"""`trainer audit`: check traces, or replies with tool calls, from any source and say what is wrong with each.

An input that can't be read is counted, named and counts as failing, and so does the outcome `error` (the gold answer is
no number, say): an audit that gates other work must not let pass what it could not check.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from typing import Any, TextIO

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.audit.calls import EXPECTED_FIELDS
from trace_trainer.engine.audit.inputs import STANDARD_INPUT, FieldNames, find_files
from trace_trainer.engine.audit.report import print_markdown, print_tables, sections, summary
from trace_trainer.engine.audit.run import NOUNS, AuditSettings, run_audit
from trace_trainer.engine.audit.tally import Tally
from trace_trainer.engine.commands.command import (
    Command,
    Name,
    format_option,
    option,
    refuse_given,
    resume_option,
    reward_option,
)
from trace_trainer.engine.commands.files import Data, Output
from trace_trainer.engine.commands.noise_floor import asks_for_stress, run_stress, stress_options
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.journal import journal
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.verifiers.calls import AUTO, FORMATS

MOST_WORKERS = max(64, 4 * (os.cpu_count() or 1))
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


@click.command("audit", cls=Command, done="no trace fails, or at least --fail-under pass", negative="some do")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=Data())
@option(
    "--trace-field",
    metavar="NAME",
    group="Data",
    help="Field with the trace or the reply.",
    show_default="the first present of trace, completion, response, output, text",
)
@option(
    "--question-field",
    metavar="NAME",
    group="Data",
    help="Field with the question.",
    show_default="question, query or prompt",
)
@option(
    "--answer-field",
    metavar="NAME",
    group="Data",
    help="Field with the gold answer.",
    show_default="answer or gold; of calls expected or expected_response",
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
@option(
    "--no-reference",
    is_flag=True,
    group="Evaluation",
    help="Compare answers alone, where a line holds a gold trace as reference too.",
)
@option(
    "--kind",
    type=click.Choice(list(NOUNS)),
    default="trace",
    show_default=True,
    group="Data",
    help="What the inputs are: traces, or replies with tool calls.",
)
@option(
    "--call-format",
    type=Name(lambda: [AUTO, *FORMATS]),
    group="Data",
    help="How tool calls are written where a line has no format of its own.",
    show_default=f"{AUTO}",
)
@option(
    "--no-grounding",
    is_flag=True,
    group="Evaluation",
    help="Don't check that the numbers stand in the question.",
)
@reward_option
@option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    metavar="N",
    help="How many processes check.",
)
@option(
    "--fail-under",
    type=Share(),
    metavar="SHARE",
    group="Evaluation",
    help="Exit with 0 if at least this share passes, such as 0.95.",
)
@option(
    "--out",
    "-o",
    type=Output(dir_okay=False),
    metavar="FILE",
    help="Write the result there, whole or not at all.",
)
@resume_option
@format_option(
    "table", "json", "jsonl", "markdown", help="Form of the output; jsonl is a line for each input."
)
@stress_options
def command(
    paths: tuple[str, ...], trace_field: str | None, question_field: str | None, answer_field: str | None,
    expert_field: str | None, reference_field: str | None, no_reference: bool, kind: str, call_format: str | None,
    no_grounding: bool, policy: str, workers: int, fail_under: Fraction | None, out: str | None, form: str,
    resume: bool, **stress: Any,
) -> None:  # fmt: skip
    """Check traces, or replies with tool calls, and say what is wrong with each.

    PATH is a .jsonl file (one object a line), a .yaml or .yml file (one trace, or several documents), a
    folder of such files, or - for JSON lines on standard input. Where a question is known, the numbers are
    checked against it; where a gold answer is known, the computed one is compared. Where a line holds a gold
    trace as reference, a trace must compute what that one does on other numbers, too.

    With --kind call a line holds a reply, and beside it what was expected, tools, format (default auto), and
    for shell commands the machine (machine or start) with the commands that ran before. A line of a problem
    file with its gold reply is such a line.

    With --stress the lines are problems, whose gold trace stands under reference, gold_trace, solution_trace or
    trace. Formulas that give the answer by chance, random ones, and gold traces with one mistake are made for
    them (with --kind call, constant replies and calls with one mistake), and what is said is which share of them
    --reward pays: by the answer alone and with the gold trace as reference.

    \b
    Examples:
      trainer audit completions.jsonl --workers 2
      trainer audit traces/ --format json --fail-under 0.95
      trainer audit replies.jsonl --kind call --reward binary
      other-program | trainer audit - --format jsonl --out verdicts.jsonl
      trainer audit --stress problems.jsonl --reward mine.py:brief --paid-traces paid.jsonl

    A line that can't be read, and a trace whose outcome is `error`, count as failing; neither stops the rest.
    """
    names = FieldNames.choose(trace_field, question_field, answer_field, expert_field, reference_field)
    if kind == "call":
        refuse_given(
            ("question_field", "expert_field", "reference_field", "no_reference", "no_grounding"),
            "is an option of --kind trace; calls have no questions, experts, grounding and references",
        )
        if answer_field is None:
            names = replace(names, answer=EXPECTED_FIELDS)
    else:
        refuse_given(["call_format"], "is an option of --kind call; traces have none")
    if no_reference:
        refuse_given(["reference_field"], "names what --no-reference leaves out; give one of them")
    settings = AuditSettings(
        names, kind, not no_grounding, not no_reference, policy, form == "jsonl", call_format or AUTO
    )
    if asks_for_stress(stress["stress"], form):
        return run_stress(paths, settings, form, out, stress)
    files = find_files(paths)
    tally = _audit(files, settings, workers, form, out, resume)
    if out is not None or form == "jsonl":
        tell(summary(tally, policy)[0])
    if tally.inputs == 0:
        tell(f"there is no {tally.noun} in the input")
    if tally.unreadable and not tally.traces:
        raise UserError("no input could be read")
    click.get_current_context().exit(0 if _passes(tally, fail_under) else 1)


def _audit(
    files: list[str], settings: AuditSettings, workers: int, form: str, out: str | None, resume: bool
) -> Tally:
    """Audit the files and write what is asked for; what is written to a file can go on where it was stopped."""
    lasting = [] if STANDARD_INPUT in files else files  # what standard input held is gone
    if resume and not lasting:
        raise UserError("--resume reads its inputs again, and standard input can't be")
    with (
        journal(out if lasting else None, {"audit": settings, "form": form}, lasting, resume=resume) as kept,
        nullcontext() if out is None else atomic_write(out) as stream,
    ):
        tally = run_audit(files, settings, workers, stream, kept)
        _print(tally, form, settings.policy, stream or sys.stdout)
    return tally


def _print(tally: Tally, form: str, policy: str, stream: TextIO) -> None:
    if form == "json":
        print(json.dumps(tally.to_json(), indent=2), file=stream)
    elif form == "table":
        print_tables(sections(tally), summary(tally, policy), stream)
    elif form == "markdown":
        print_markdown(sections(tally), summary(tally, policy), stream)


def _passes(tally: Tally, fail_under: Fraction | None) -> bool:
    required = 1 if fail_under is None else fail_under
    return tally.passed >= required * tally.inputs
