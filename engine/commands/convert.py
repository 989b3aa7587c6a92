"""`trainer convert`: real problems as verified traces, without a language model."""

from __future__ import annotations

from typing import Any

import click

from trace_trainer.engine.commands.command import Command, Family, option
from trace_trainer.engine.commands.conversion_written import (
    ConversionAsked,
    conversion_options,
    write_conversions,
)
from trace_trainer.engine.problems.equations.conversion import convert_formula
from trace_trainer.engine.problems.equations.rows import FormulaForm, formula_row, read_formulas
from trace_trainer.engine.problems.gsm8k.conversion import convert_solved, second_opinion
from trace_trainer.engine.problems.gsm8k.rows import read_solved, solved_row
from trace_trainer.engine.rows.columns import read_columns


@click.group("convert", cls=Family)
def command() -> None:
    """Turn real problems with solutions or formulas into problems with verified traces.

    \b
    Examples:
      trainer convert gsm8k data/gsm8k --out gsm8k.jsonl --certain
      trainer convert equations problems.jsonl --out equations.jsonl --certain
    """


@command.command("gsm8k", cls=Command)
@conversion_options
@option(
    "--check",
    is_flag=True,
    help="Judge each certain trace by the solution's own equations too; takes longer.",
)
def gsm8k(check: bool, **asked: Any) -> None:
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
    options = ConversionAsked(**asked)
    problems, development = read_solved(options.path, options.hold_out, read_columns(options.column))
    write_conversions(
        options,
        problems,
        (solved_row(problem) for problem in development if not problem.refused),
        convert_solved,
        second_opinion if check else None,
    )


@command.command("equations", cls=Command)
@conversion_options
@option(
    "--form",
    "written",
    type=click.Choice(["auto", *(form.value for form in FormulaForm)]),
    default="auto",
    show_default=True,
    help="How the problems are written: slots and a prefix formula, or ASDiv's XML.",
)
@option(
    "--source", multiple=True, metavar="NAME", help="Only rows that name this as their source. Repeatable."
)
def equations(written: str, source: tuple[str, ...], **asked: Any) -> None:
    """Convert problems that come with a formula, so that nothing is guessed.

    PATH is ASDiv's XML, or a file of rows in any form, a folder of such files, or hub:NAME[:config][:split]: question
    with number slots (number0, number1), numbers, equation in prefix form (- number0 number1) and answer, as MAWPS and
    ASDiv-A come with SVAMP. A line of the result holds id, question, answer, expert, trace, source and certain: whether
    the numbers of the formula can be only those of the question that the trace takes. The trace is its own reference.
    ASDiv's problems are for non-commercial use.

    \b
    Examples:
      trainer convert equations mawps.jsonl --out equations.jsonl --certain --variants 10
      trainer convert equations mawps.jsonl --out equations.jsonl --source mawps --refused refused.jsonl
      trainer convert equations ASDiv.xml --out asdiv.jsonl
    """
    options = ConversionAsked(**asked)
    problems, development = read_formulas(
        options.path,
        options.hold_out,
        read_columns(options.column),
        source,
        None if written == "auto" else FormulaForm(written),
    )
    write_conversions(
        options,
        problems,
        (formula_row(problem) for problem in development if not problem.refused),
        convert_formula,
    )
