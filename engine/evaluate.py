"""`trainer eval`: every completion is executed and compared with the gold answer, never matched as text.

Several models are evaluated in one call on the same prompts with the same decoding, and compared pair by
pair, because two intervals that overlap may still belong to models that differ on the same problems. What is
measured is accuracy with a trace that verifies (`engine/judge.py`); a right number behind an invalid trace
does not count.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.text import Text

from engine.atomic import atomic_write
from engine.difference import Difference
from engine.doctor import FILE_WIDTH
from engine.errors import UserError
from engine.evaluation import Completion, Evaluation, Record
from engine.judge import judge
from engine.model_choice import default_model, trained_with_card
from engine.problem_files import read_problems
from engine.progress import Progress
from engine.scoreboard import scoreboard, violation_examples
from experts.problems import SPLITS, generate
from experts.problems.problem import Problem
from verifiers import score
from verifiers.rewards import POLICIES

if TYPE_CHECKING:  # what needs torch is imported where it is used, so that `trainer --help` stays quick
    from engine.models import LoadedModel

DEFAULT_SPLIT = "test_numbers"
DEFAULT_COUNT = 500
SAMPLING_TEMPERATURE = 0.7
"""For several samples a problem, where no temperature is given."""
FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a model wrote: its text without the end token, its length in tokens, and whether it stopped by itself."""

    text: str
    tokens: int
    ended: bool


def complete(
    loaded: LoadedModel,
    questions: Sequence[str],
    *,
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    card: bool = False,
    seed: int = 0,
    progress: bool = True,
) -> list[list[Sampled]]:
    """Let the model answer questions: for each in order, `samples` completions.

    Args:
        temperature: of sampling; 0 decodes greedily.
        max_new_tokens: longer completions are cut.
        card: put the prompt card before the question, for models that were not trained on traces.

    Raises UserError for several greedy samples, which would all be the same.
    """
    from engine.chat import completion_text, end_token_ids, prompt_ids
    from engine.rollout import sample

    if samples > 1 and temperature == 0:
        raise UserError(f"{samples} greedy samples would all be the same; give a --temperature above 0")
    tokenizer = loaded.tokenizer
    with Progress(loaded.name, len(questions) * samples, "completions") as bar:
        groups = sample(
            loaded.model,
            [prompt_ids(tokenizer, question, card) for question in questions],
            group_size=samples,
            temperature=temperature,
            max_new_tokens=max_new_tokens,
            end_ids=end_token_ids(tokenizer, loaded.model),
            pad_id=tokenizer.pad_token_id,
            seed=seed,
            progress=bar.advance if progress else None,
        )
    return [
        [Sampled(completion_text(tokenizer, r.completion_ids), len(r.completion_ids), r.ended) for r in group]
        for group in groups
    ]


def evaluate_model(
    loaded: LoadedModel,
    problems: Sequence[Problem],
    *,
    data: str = "held-out problems",
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    card: bool = False,
    seed: int = 0,
    progress: bool = True,
    policy: str = "gated",
) -> Evaluation:
    """Let the model answer every problem and judge what it writes; sampling is set as for `complete`.

    Args:
        data: what the problems are, for the reader of the figures.
        policy: the reward policy behind `mean_reward`.

    Raises UserError where there is no problem, or none with an answer that can be compared.
    """
    if not problems:
        raise UserError(f"{data}: there is no problem to evaluate on")
    groups = complete(
        loaded,
        [problem.question for problem in problems],
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        card=card,
        seed=seed,
        progress=progress,
    )
    records = []
    for problem, group in zip(problems, groups, strict=True):
        judged = [(sampled, judge(problem, sampled.text)) for sampled in group]
        records.append(
            Record(
                problem,
                tuple(
                    Completion(s.text, verdict, score(verdict, policy), s.tokens, s.ended)
                    for s, verdict in judged
                ),
            )
        )
    try:
        return Evaluation(loaded.name, data, tuple(records), samples)
    except ValueError as error:
        raise UserError(str(error)) from None


def held_out(split: str, count: int, seed: int) -> tuple[str, list[Problem]]:
    """Generated problems of a split, and what to call them."""
    try:
        return f"{split} split, seed {seed}", list(generate(split, count, seed))
    except ValueError as error:
        raise UserError(str(error)) from None


def _read_or_generate(
    data: Path | None, split: str | None, count: int | None, seed: int
) -> tuple[str, list[Problem]]:
    if data is not None and split is not None:
        raise UserError("--data and --split name two sets of problems; give one of them")
    if data is not None:
        return str(data), read_problems(data, limit=count)
    return held_out(split or DEFAULT_SPLIT, count or DEFAULT_COUNT, seed)


def _print_result(evaluations: Sequence[Evaluation], form: str, stream: TextIO) -> None:
    """The figures of one model, or of several with the differences from the first."""
    differences = [Difference.between(evaluation, evaluations[0]) for evaluation in evaluations[1:]]
    if form == "json":
        figures = [evaluation.to_json() for evaluation in evaluations]
        compared = {"models": figures, "differences": [difference.to_json() for difference in differences]}
        json.dump(compared if differences else figures[0], stream, indent=2, ensure_ascii=False)
        stream.write("\n")
        return
    console = Console(file=stream, width=None if stream.isatty() else FILE_WIDTH)
    console.print(scoreboard(evaluations))
    for difference in differences:
        console.print(Text(str(difference)))
    console.print()
    for line in violation_examples(evaluations[-1]):
        console.print(line)


@click.command("eval")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="Folder, embedded model or hub id; may be repeated. [default: the newest run]",
)
@click.option(
    "--compare",
    "baseline",
    metavar="MODEL",
    help="The model that the others are compared with. [default: the first --model]",
)
@click.option("--data", type=FILE, metavar="FILE", help="Problem file, or a file of GSM8K or SVAMP.")
@click.option("--split", type=click.Choice(SPLITS), help=f"Generated problems. [default: {DEFAULT_SPLIT}]")
@click.option(
    "--n",
    "count",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Problems. [default: {DEFAULT_COUNT} generated ones, or all of --data]",
)
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="K",
    help="Completions a problem; several give pass@k and a majority vote.",
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
    help="Longer completions are cut.",
)
@click.option(
    "--card/--no-card",
    default=None,
    help="Show every model the prompt card. [default: if one was trained with it]",
)
@click.option(
    "--policy",
    type=click.Choice(list(POLICIES)),
    default="gated",
    show_default=True,
    help="What the mean reward is paid by.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--out", type=FILE, metavar="FILE", help="Write the result there, whole or not at all.")
@click.option(
    "--completions",
    type=FILE,
    metavar="FILE",
    help="Write each completion with its verdict there, as JSON lines.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of the generated problems and of the sampling."
)
def command(
    models: tuple[str, ...], baseline: str | None, data: Path | None, split: str | None, count: int | None,
    samples: int, temperature: float | None, max_new_tokens: int, card: bool | None, policy: str, form: str,
    out: Path | None, completions: Path | None, seed: int,
) -> None:  # fmt: skip
    """Measure executed accuracy on held-out problems, for one model or for several side by side.

    Several models get the same prompts and the same decoding, and are compared problem by problem. Where a
    problem states an expert, a trace that names another does not count as correct. The completions of
    --completions can be checked again with trainer audit.

    \b
    Examples:
      trainer eval
      trainer eval --compare tiny-base --split test_schemas
      trainer eval --model checkpoints/my-run --data test.jsonl --samples 8 --format json
    """
    from engine.models import load_model

    name, problems = _read_or_generate(data, split, count, seed)
    asked = list(models) or [default_model()]
    if baseline is not None:
        asked.insert(0, baseline)
    if temperature is None:
        temperature = SAMPLING_TEMPERATURE if samples > 1 else 0.0
    if card is None:
        card = any(trained_with_card(model) for model in asked)
    with contextlib.ExitStack() as files:
        # Opened first, so that a place that can't be written to is known before the evaluation and not after it.
        stream = files.enter_context(atomic_write(out)) if out else sys.stdout
        rows = files.enter_context(atomic_write(completions)) if completions else None
        evaluations = []
        for model in asked:
            evaluation = evaluate_model(
                load_model(model),
                problems,
                data=name,
                samples=samples,
                temperature=temperature,
                max_new_tokens=max_new_tokens,
                card=card,
                seed=seed,
                policy=policy,
            )
            evaluations.append(evaluation)
            if rows:
                for row in evaluation.rows():
                    rows.write(json.dumps({"model": evaluation.model, **row}, ensure_ascii=False) + "\n")
        _print_result(evaluations, form, stream)
