"""reasoning-gym in both directions: our problems as a dataset of its, and its datasets as a problem file of ours.

dataset = reasoning_gym.create_dataset("traces", split="train", size=100, seed=1)
dataset.score_answer(text, entry=dataset[0])

python -m trace_trainer.integrations.reasoning_gym chain_sum --size 500 --out problems.jsonl
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import click
from reasoning_gym import create_dataset
from reasoning_gym.dataset import ProceduralDataset
from reasoning_gym.factory import DATASETS, register_dataset

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.experts.problems import Problem, generate
from trace_trainer.integrations.judge import Judge, judged
from trace_trainer.verifiers.questions.answers import AnswerError, parse_answer

NAME = "traces"
"""Under which our problems are registered there."""


@dataclass
class TracesConfig:
    """Which problems of the generator, and how a trace is judged.

    Attributes:
        policy: the reward policy.
        reference: whether a trace must compute what the gold trace does, not merely its answer.
    """

    seed: int | None = None
    size: int = 500
    split: str = "train"
    policy: str = "gated"
    reference: bool = True

    def validate(self) -> None:
        """Raise ValueError for a size, and by drawing for a split, that can't be."""
        if self.size < 1:
            raise ValueError(f"size is {self.size}; it must be at least 1")
        list(generate(self.split, 1))


class TracesDataset(ProceduralDataset):  # type: ignore[misc, unused-ignore]
    """Word problems whose answer is a trace, or the number alone.

    An entry's `answer` is the number; `metadata` holds expert and trace, the gold one.
    """

    def __init__(self, config: TracesConfig) -> None:
        super().__init__(config, config.seed, config.size)
        self._judge = Judge(policy=config.policy, reference=config.reference)

    @cached_property
    def _problems(self) -> list[Problem]:
        return list(generate(self.config.split, self.size, self.seed))

    def __getitem__(self, idx: int) -> dict[str, Any]:
        problem = self._problems[idx]
        about = {
            "source_dataset": NAME,
            "source_index": idx,
            "expert": problem.expert,
            "trace": problem.trace,
        }
        return {"question": problem.question, "answer": problem.answer, "metadata": about}

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """What an answer is worth: a number by its value, anything else as a trace, by the reward policy.

        Raises UnjudgedError where the entry's own answer is none.
        """
        try:
            value = parse_answer(answer or "").value
            return float(parse_answer(entry["answer"]).matches(value))
        except AnswerError:
            about = {"expert": entry["metadata"]["expert"], "trace": entry["metadata"]["trace"]}
            row = {"question": entry["question"], "answer": entry["answer"], **about}
            return judged(self._judge.record(answer or "", row))


if NAME not in DATASETS:
    register_dataset(NAME, TracesDataset, TracesConfig)


def problems_of(name: str, size: int = 500, seed: int = 0, **config: Any) -> Iterator[Problem]:
    """The problems of one of its datasets whose answers are numbers; others can't be verified here, and are left out.

    Raises UserError for a dataset, or a setting of it, that there is not.
    """
    if name not in DATASETS:
        raise UserError(f"reasoning-gym has no dataset {name!r}{nearest(name, DATASETS)}")
    try:
        dataset = create_dataset(name, size=size, seed=seed, **config)
    except (TypeError, ValueError, AssertionError) as error:
        raise UserError(f"reasoning-gym can't make {name}: {error}") from None
    for index, entry in enumerate(dataset):
        problem = Problem(f"{name}-{seed}-{index}", entry["question"], str(entry["answer"]), source=name)
        try:
            parse_answer(problem.answer)
        except AnswerError:
            continue
        yield replace(problem, answer=problem.answer.strip())


@click.command()
@click.argument("name")
@click.option("--size", type=click.IntRange(1, 1_000_000), default=500, show_default=True, help="How many.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Of its generator."
)
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="Problem file to write.")
def command(name: str, size: int, seed: int, out: str) -> None:
    """Write the problems of a dataset of reasoning-gym as a problem file, for trainer rl and trainer eval."""
    try:
        problems = list(problems_of(name, size, seed))
    except UserError as error:
        raise click.ClickException(str(error)) from None
    if not problems:
        raise click.ClickException(f"no answer of {name} is a number, and others can't be verified here")
    write_problems(out, problems)
    click.echo(
        f"{len(problems)} of {size} problems of {name} in {out}; the rest have answers that are no numbers"
    )


if __name__ == "__main__":
    command()
