"""`trainer demo`: the whole chain on this machine, from a base model that has never seen a trace to one trained by RL.

It calls what `trainer sft`, `trainer rl`, `trainer eval` and `trainer solve` call, with their default settings. The
three models are measured on the same held-out problems: known schemas with new questions (test_numbers), and schemas
that were never trained on (test_schemas). Nothing is chosen to look good: the figures are those of all problems drawn,
and the question solved at the end is the last of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import click
import rich.box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.commands.examined_training import train_rl, train_sft
from trace_trainer.engine.commands.solve import print_solution
from trace_trainer.engine.errors import INTERRUPTED
from trace_trainer.engine.evaluation.answering import evaluate_model, generated_problems
from trace_trainer.engine.evaluation.difference import Difference
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.scoreboard import accuracy_with_interval
from trace_trainer.engine.evaluation.solving import solve
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.settings.recipes import Recipe, load_recipe
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.progress import duration
from trace_trainer.experts.problems import Problem

NUMBERS = 500
"""Problems of test_numbers; with 500 an accuracy is known to about 4 points."""
SCHEMAS = 300
SOLVE_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """Held-out problems and what they are called."""

    name: str
    problems: list[Problem]


@dataclass
class Demonstration:
    """What was done so far: the evaluations of each stage's model, one a problem set; the runs; the seconds."""

    recipe: Recipe
    sets: list[ProblemSet]
    stages: dict[str, list[Evaluation]] = field(default_factory=dict)
    runs: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Announce a part and note how long it took."""
        print(f"== {what}", file=sys.stderr, flush=True)
        started = time.monotonic()
        yield
        self.seconds[what] = time.monotonic() - started

    def measure(self, stage: str, model: str) -> None:
        """Evaluate a stage's model on every problem set, decoded greedily."""
        from trace_trainer.engine.models.loading import load_model

        config = self.recipe.rl
        with self.timed(f"evaluate the model {stage}"):
            loaded = load_model(model)
            self.stages[stage] = [
                evaluate_model(
                    loaded,
                    config.make_task(),
                    problem_set.problems,
                    data=problem_set.name,
                    max_new_tokens=config.max_new_tokens,
                    seed=config.seed,
                )
                for problem_set in self.sets
            ]
        accuracies = (f"{e.accuracy:.1%} of {e.data}" for e in self.stages[stage])
        print(f"{stage}: {', '.join(accuracies)}", file=sys.stderr)

    def finish_run(self, folder: Path, evaluations: Sequence[Evaluation]) -> None:
        """Note a training run. Exits where it was interrupted: it then has no evaluation after it."""
        if len(evaluations) < 2:
            click.echo(f"Interrupted; {folder} holds what was trained so far.", err=True)
            raise click.exceptions.Exit(INTERRUPTED)
        self.runs.append(folder)

    def differences(self) -> list[Difference]:
        """Each stage's model against the one before it, on each problem set."""
        found = list(self.stages.values())
        return [
            Difference.between(ours, theirs)
            for before, after in pairwise(found)
            for ours, theirs in zip(after, before, strict=True)
        ]

    @property
    def report_path(self) -> Path:
        return self.runs[-1] / "report.html"

    def write_report(self) -> Path:
        """The page about the chain, in the folder of its last run."""
        from trace_trainer.engine.report.page import Stage, write_report

        stages = [
            Stage(name, [e.to_json() for e in evaluations], [row for e in evaluations for row in e.rows()])
            for name, evaluations in self.stages.items()
        ]
        return write_report(self.report_path, self.runs, stages, [str(d) for d in self.differences()])


def demonstrate(recipe: Recipe, numbers: int = NUMBERS, schemas: int = SCHEMAS) -> Demonstration:
    """Evaluate the base model, fine-tune it, train it by RL, and evaluate both results on the same problems.

    Args:
        recipe: the settings of both trainings; RL starts from what SFT made, whatever `recipe.rl.model` says.
        numbers: problems of known schemas.
        schemas: problems of schemas that are never trained on.
    """
    seed, task = recipe.sft.seed, recipe.sft.make_task()
    sets = [
        ProblemSet(*generated_problems(task, "test_numbers", numbers, seed)),
        ProblemSet(*generated_problems(task, "test_schemas", schemas, seed)),
    ]
    demo = Demonstration(recipe, sets)
    demo.measure("before SFT", recipe.sft.model)
    with demo.timed("train by SFT"):
        run, _, evaluations = train_sft(recipe.sft)
        demo.finish_run(run.path, evaluations)
    demo.measure("after SFT", str(run.path))
    with demo.timed("train by RL"):
        run, evaluations = train_rl(replace(recipe.rl, model=str(run.path)))
        demo.finish_run(run.path, evaluations)
    demo.measure("after RL", str(run.path))
    return demo


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
        card=config.card,
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


@click.command("demo")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of the problems, the training and the sampling."
)
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
