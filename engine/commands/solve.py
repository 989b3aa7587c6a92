"""`trainer solve`: one question, the trace that a model writes for it, and what the executor makes of it."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.commands.declared_names import Name
from trace_trainer.engine.commands.models_asked import default_model, run_settings
from trace_trainer.engine.commands.options import dtype_option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.solving import Solution, solve
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.tasks import DEFAULT_TASK
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable
from trace_trainer.experts import expert_names
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.traces.steps_shown import run_steps


def print_solution(solution: Solution, console: Console) -> None:
    """The trace with the value of each step and the answer; or the trace with what is wrong with it and a hint."""
    console.print(Text(printable(solution.question), style="dim"))
    if solution.solved:
        _print_steps(solution, console)
    else:
        _print_violations(solution, console)


def _print_steps(solution: Solution, console: Console) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", style="cyan", no_wrap=True)
    steps = run_steps(solution.chosen.text)
    for subtrace, step, text, value in steps:
        if step == 0 and steps[-1].subtrace > 0:
            table.add_row(Text(f"sub-trace {subtrace}", style="dim"))
        table.add_row(Text(text), "" if value is None else format_number(value))
    console.print(table)
    answer = Text.assemble(("answer ", "bold"), (str(solution.answer), "bold green"))
    answer.append(f"  expert {solution.verdict.expert}, {solution.verdict.steps} steps executed", style="dim")
    if solution.vote and solution.samples > 1:
        counts = solution.vote.counts
        answer.append(
            f", {counts[solution.vote.answer]} of {sum(counts.values())} verified traces agree", style="dim"
        )
        answer.append(f" ({solution.samples} samples)", style="dim")
    console.print(answer)


def _print_violations(solution: Solution, console: Console) -> None:
    wrong = {violation.line for violation in solution.verdict.violations}
    for number, line in enumerate(printable(solution.chosen.text).splitlines(), start=1):
        console.print(
            Text(
                f"{number:3} {'>' if number in wrong else ' '} {line}", style="red" if number in wrong else ""
            )
        )
    console.print(Text(f"no answer: {solution.verdict.outcome}", style="bold red"))
    for violation in solution.verdict.violations:
        place = "" if violation.line is None else f"line {violation.line}: "
        console.print(Text.assemble("  ", (violation.code, "red"), f" {place}{violation.message}"))
    console.print(Text(solution.hint))


def _read_question(argument: str) -> str:
    question = argument.strip()
    if question in ("", "-"):
        question = sys.stdin.read().strip()
    if not question:
        raise UserError(
            'there is no question; give one: trainer solve "Tom has 3 apples and buys 4. How many has he?"'
        )
    return question


@click.command("solve")
@click.argument("question", default="-")
@click.option(
    "--model",
    metavar="MODEL",
    help="Folder, embedded model or hub id. [default: the newest RL run, else SFT run]",
)
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Traces to vote over.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    metavar="T",
    help=f"0 is greedy. [default: 0 for one sample, {SAMPLING_TEMPERATURE} for several]",
)
@click.option(
    "--max-new-tokens",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    metavar="N",
    help="A longer trace is cut.",
)
@dtype_option
@click.option("--expert", type=Name(expert_names), help="Accept only a trace that names this expert.")
@click.option("--guided", is_flag=True, help="Decode by the grammar of traces, or by that of --expert.")
@click.option(
    "--card/--no-card",
    default=None,
    help="Show the model the prompt card. [default: if it was trained with it]",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sampling.")
def command(
    question: str, model: str | None, samples: int, temperature: float | None, max_new_tokens: int, dtype: str,
    guided: bool, expert: str | None, card: bool | None, form: str, seed: int,
) -> None:  # fmt: skip
    """Answer one QUESTION with a model, and show the trace with the value of every step.

    Without QUESTION, or with -, it is read from standard input.

    \b
    Examples:
      trainer solve "A shirt costs $40. It is 20% off. How much is it now?"
      trainer solve --samples 8 --format json - < question.txt

    Exit code: 0 the trace verifies, 1 it does not (the answer is then withheld).
    """
    from trace_trainer.engine.models.loading import load_model

    asked = _read_question(question)
    name = model or default_model(DEFAULT_TASK)
    settings = run_settings(name)
    if (task := settings.get("task", DEFAULT_TASK)) != DEFAULT_TASK:
        raise UserError(
            f"{name} was trained for the task {task}, not to write traces; trainer eval measures it"
        )
    loaded = load_model(name, dtype=dtype)
    if temperature is None:
        temperature = SAMPLING_TEMPERATURE if samples > 1 else 0.0
    solution = solve(
        loaded,
        asked,
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        card=bool(settings.get("card")) if card is None else card,
        expert=expert,
        guided=guided,
        seed=seed,
    )
    if form == "json":
        click.echo(json.dumps(solution.to_json(), indent=2, ensure_ascii=False))
    else:
        print_solution(solution, console_on())
    click.get_current_context().exit(0 if solution.solved else 1)
