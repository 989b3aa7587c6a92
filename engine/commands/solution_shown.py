"""What `trainer solve` prints: a trace with the value of each step, or the turns of a conversation with tool calls."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.evaluation.dialogue import Turn
from trace_trainer.engine.evaluation.solving import Solution
from trace_trainer.engine.terminal.printable import printable
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.traces.steps_shown import run_steps

VERIFIED = (
    "verified: every number stands in the question and every step ran; whether it is the right calculation can't be "
    "checked without an answer"
)
VERIFIED_CALL = (
    "verified: the tools exist, the arguments fit them and the machine, where there is one, ran the commands; whether "
    "it is what you meant can't be checked"
)

NOTHING_CALLED = "nothing to verify: the model replied in words and called no tool"


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
    for message in solution.unused:
        console.print(
            Text(f"not used: the question's {message.removesuffix(' is never used')}", style="yellow")
        )
    console.print(Text(VERIFIED, style="dim"))


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


def print_turn(turn: Turn, console: Console) -> None:
    """What the user said, the calls or the words of the reply, and what the machine made of them."""
    console.print(Text(printable(turn.said), style="dim"))
    for call in turn.verdict.calls:
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        console.print(Text.assemble((printable(call.name), "bold"), f" {printable(arguments)}"))
    words = turn.verdict.text if turn.verified else turn.text
    if words.strip():
        console.print(Text(printable(words)))
    for _, result in turn.ran:
        style = "green" if result.verdict == "ok" else "red"
        console.print(Text.assemble("machine ", (result.verdict, style), f", exit {result.exit}"))
        for line in (*result.stdout.splitlines(), *result.stderr.splitlines()):
            console.print(Text(f"  {printable(line)}"))
        for effect in result.effects:
            console.print(Text(f"  changes: {printable(effect)}", style="cyan"))
    if turn.verified:
        console.print(Text(VERIFIED_CALL if turn.verdict.calls else NOTHING_CALLED, style="dim"))
        return
    console.print(Text(f"not verified: {turn.verdict.outcome}", style="bold red"))
    for violation in turn.verdict.violations:
        console.print(Text.assemble("  ", (violation.code, "red"), f" {printable(violation.message)}"))
