"""The whole chain on this machine: a base model that has never seen a trace, fine-tuned by SFT and trained by RL.

It calls what `trainer sft`, `trainer rl` and `trainer eval` call, with their default settings. The three models are
measured on the same held-out problems: known schemas with new questions (test_numbers), and schemas that were never
trained on (test_schemas).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import click

from trace_trainer.engine.evaluation.answering import evaluate_model, generated_problems
from trace_trainer.engine.evaluation.difference import Difference
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.settings.recipes import Recipe
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.stopping import stop_exit_code
from trace_trainer.experts.problems import Problem

NUMBERS = 500
"""Problems of test_numbers; with 500 an accuracy is known to about 4 points."""
SCHEMAS = 300


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
        tell(f"== {what}")
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
        tell(f"{stage}: {', '.join(accuracies)}")

    def finish_run(self, folder: Path, evaluations: Sequence[Evaluation]) -> None:
        """Note a training run. Exits where it was interrupted: it then has no evaluation after it."""
        if len(evaluations) < 2:
            tell(f"Interrupted; {folder} holds what was trained so far.")
            raise click.exceptions.Exit(stop_exit_code())
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
    from trace_trainer.engine.commands.examined_training import train_rl, train_sft

    seed, task = recipe.sft.seed, recipe.sft.make_task()
    sets = [
        ProblemSet(*generated_problems(task, "test_numbers", numbers, seed)),
        ProblemSet(*generated_problems(task, "test_schemas", schemas, seed)),
    ]
    demo = Demonstration(recipe, sets)
    demo.measure("before SFT", recipe.sft.model)
    with demo.timed("train by SFT"):
        run, _, evaluations = train_sft(recipe.sft, recipe=recipe)
        demo.finish_run(run.path, evaluations)
    demo.measure("after SFT", str(run.path))
    with demo.timed("train by RL"):
        run, evaluations = train_rl(replace(recipe.rl, model=str(run.path)), recipe=recipe)
        demo.finish_run(run.path, evaluations)
    demo.measure("after RL", str(run.path))
    return demo
