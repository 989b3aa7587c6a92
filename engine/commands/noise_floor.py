"""`trainer audit --stress`: what a reward pays that is wrong, tried on the problems of a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, TextIO

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import find_sources
from trace_trainer.engine.audit.report import print_markdown, print_tables
from trace_trainer.engine.audit.stress.report import sections, summary
from trace_trainer.engine.audit.stress.run import Source, stress_calls, stress_traces
from trace_trainer.engine.audit.stress.search import MAX_OPERATIONS
from trace_trainer.engine.audit.stress.tally import StressTally
from trace_trainer.engine.audit.stress.tried import Payment, StressSettings
from trace_trainer.engine.commands.command import (
    Decorated,
    Number,
    decorated,
    option,
    refuse_given,
    seed_option,
)
from trace_trainer.engine.commands.files import Output
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import Columns
from trace_trainer.engine.settings.declaring import MOST

_OPTIONS = (
    option(
        "--stress",
        is_flag=True,
        group="Stress",
        help="Take the lines as problems, make wrong traces or replies for them, and report what share is paid.",
    ),
    option(
        "--count",
        "-n",
        type=click.IntRange(1, MOST),
        default=300,
        show_default=True,
        metavar="N",
        group="Stress",
        help="How many problems are drawn.",
    ),
    option(
        "--operations",
        type=click.IntRange(1, MAX_OPERATIONS),
        default=3,
        show_default=True,
        metavar="N",
        group="Stress",
        help=f"Operations of the longest formula that is searched for, at most {MAX_OPERATIONS}.",
    ),
    option(
        "--per-problem",
        type=click.IntRange(1, 10_000),
        default=20,
        show_default=True,
        metavar="N",
        group="Stress",
        help="How many traces of each kind a problem is tried with.",
    ),
    option(
        "--paid-from",
        type=Number(-1e6, 1e6),
        metavar="X",
        group="Stress",
        help="Reward from which on something counts as paid.",
        show_default="what the same verdict would be worth if it were correct",
    ),
    option(
        "--paid-traces",
        type=Output(dir_okay=False),
        metavar="FILE",
        group="Stress",
        help="Write what is paid there, a line of JSON each.",
    ),
    seed_option("Seed of the problems and traces that --stress draws; another draws others."),
)


def stress_options(command: Decorated) -> Decorated:
    """Decorator: the options of `--stress`."""
    return decorated(command, _OPTIONS)


_OF_STRESS = ("count", "operations", "per_problem", "paid_from", "paid_traces", "seed")
_NOT_OF_STRESS = ("trace_field", "expert_field", "workers", "fail_under", "by", "passed", "failed", "resume")


def asks_for_stress(asked: bool, form: str) -> bool:
    """Whether a stress test is asked for. Raises UserError for options that say nothing about what is asked for."""
    if not asked:
        refuse_given(_OF_STRESS, "is an option of --stress, which is not given")
        return False
    refuse_given(_NOT_OF_STRESS, "says nothing about --stress: leave it out")
    if form == "jsonl":
        raise UserError(
            "--stress has no --format jsonl: --paid-traces FILE gets a line for each trace that is paid"
        )
    return True


def run_stress(
    paths: tuple[str, ...], audit: AuditSettings, form: str, out: str | None, given: Mapping[str, Any]
) -> None:
    """Try what is wrong on the problems of files, and print what is paid.

    Args:
        audit: the kind, the fields, and how verdicts are reached and paid.
        form: table, json or markdown.
        out: the file of the result; None for standard output.
        given: the options of `--stress`.

    Raises UserError.
    """
    payment = Payment(audit.policy, given["paid_from"])
    source = Source(find_sources(paths), audit.columns, given["count"], given["seed"])
    with _written(out) as stream, _written(given["paid_traces"]) as paid:
        if audit.kind == "call":
            tally = stress_calls(source, audit.call_format, payment, paid)
        else:
            if "reference" not in audit.columns.named:
                references = (*audit.columns.of("reference"), "trace")
                names = {**audit.columns.names, "reference": references}
                source = replace(source, columns=Columns(names, audit.columns.named))
            settings = StressSettings(
                given["operations"], given["per_problem"], audit.reference, audit.grounding, given["seed"]
            )
            tally = stress_traces(source, settings, payment, paid)
        _print(tally, form, payment.policy, stream or sys.stdout)


def _written(path: str | None) -> Any:
    return nullcontext() if path is None else atomic_write(path)


def _print(tally: StressTally, form: str, policy: str, stream: TextIO) -> None:
    if form == "json":
        print(json.dumps({"policy": policy, **tally.to_json()}, indent=2), file=stream)
    else:
        printer = print_tables if form == "table" else print_markdown
        printer(sections(tally), summary(tally, policy), stream)
