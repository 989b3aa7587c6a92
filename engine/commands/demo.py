"""`trainer demo`: the whole chain on this machine, from a base model that has never seen a trace to one trained by RL.

Nothing is chosen to look good: the figures are those of all problems drawn, and the question solved at the end is the
last of them.
"""

from __future__ import annotations

from pathlib import Path

import click
import rich.box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.commands.command import Command, seed_option
from trace_trainer.engine.commands.demonstration import Demonstration, demonstrate
from trace_trainer.engine.commands.solution_shown import print_solution
from trace_trainer.engine.evaluation.scoreboard import accuracy_with_interval
from trace_trainer.engine.evaluation.solving import solve
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.progress import duration

SOLVE_SAMPLES = 8


def summary(demo: Demonstration) -> Table:
    """Accuracy by problem set and, within it, by expert: one column a stage."""
    table = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("accuracy [95 %]")
    for stage in demo.stages:
        table.add_column(stage, justify="right")
    for position, problem_set in enumerate(demo.sets):
        evaluations = [found[position] for found in demo.stages.values()]
        cells = [accuracy_with_interval(e.accuracy, e.interval) for e in evaluations]
        table.add_row(f"{problem_set.name}, {len(problem_set.problems)} problems", *cells, style="bold")
        for name in evaluations[0].groups:
            shares = [e.groups[name] for e in evaluations]
            table.add_row(
                f"  {name}", *(f"{share.correct}/{share.n}  {share.accuracy:.0%}" for share in shares)
            )
        table.add_section()
    return table


def print_demonstration(demo: Demonstration, console: Console) -> None:
    """The figures, a question answered by the last model, where everything is, and what to try next."""
    console.print(summary(demo))
    for difference in demo.differences():
        console.print(Text(str(difference)))
    console.print()
    for what, seconds in demo.seconds.items():
        console.print(f"{what}: {duration(seconds)}")
    console.print(f"in all: {duration(sum(demo.seconds.values()))}\n")
    _solve_one(demo, console)
    for run in demo.runs:
        console.print(f"run: {shown_path(run)}", soft_wrap=True)
    console.print(f"report: {shown_path(demo.report_path)}\n", soft_wrap=True)
    console.print("Try next:")
    for line in _next_steps(demo):
        console.print(Text(f"  {line}"), soft_wrap=True)


def _solve_one(demo: Demonstration, console: Console) -> None:
    from trace_trainer.engine.models.loading import load_model

    config = demo.recipe.rl
    # The last problem of the set, not one chosen for its outcome.
    problem = demo.sets[0].problems[-1]
    console.print("A question that the model has not seen:")
    solution = solve(
        load_model(demo.runs[-1]),
        problem.question,
        samples=SOLVE_SAMPLES,
        temperature=SAMPLING_TEMPERATURE,
        max_new_tokens=config.max_new_tokens,
        task=config.make_task(),
        seed=config.seed,
    )
    print_solution(solution, console)
    console.print(f"The right answer is {problem.answer}.\n")


def _next_steps(demo: Demonstration) -> list[str]:
    sft_run, rl_run = (shown_path(run) for run in demo.runs)
    return [
        'trainer solve "Ann has 12 pens and buys 3 boxes of 4 pens. How many pens has she now?" --samples 8',
        f"trainer eval --compare {demo.recipe.sft.model} --split test_schemas",
        f"trainer rl --model {sft_run} --objective rloo",
        f"trainer audit {rl_run}/rollouts.jsonl",
    ]


def shown_path(path: Path) -> Path:
    """The path from the working directory, where that is shorter to type."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@click.command("demo", cls=Command)
@seed_option("Seed of the problems, the training and the sampling.")
def command(seed: int) -> None:
    """Train the embedded base model by SFT and then by RL, and measure it before, between and after.

    Takes about ten minutes on two CPU cores. Leaves two runs under checkpoints/ and a report to open in a browser.

    \b
    Example:
      trainer demo
    """
    demo = demonstrate(load_recipe("default", sft={"seed": seed}, rl={"seed": seed}))
    with demo.timed("write the report"):
        demo.write_report()
    print_demonstration(demo, console_on(highlight=False))
