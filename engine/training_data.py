"""What a run trains on and is measured on: problems from a file or generated, and their rows of tokens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from engine.config import RLConfig, SFTConfig, TuningConfig
from engine.errors import UserError
from engine.problem_files import read_problems
from experts.problems import Problem, generate

if TYPE_CHECKING:
    from engine.chat import Row
    from engine.models import LoadedModel

_RL_SEED_OFFSET = 500_000  # RL practises on other problems than SFT with the same seed
_ROUND = 10_000
HELD_OUT_SPLIT = "validation"
"""Settings are chosen by what a run measures, so it never measures on a test split."""


def sft_problems(config: SFTConfig) -> tuple[str, list[Problem]]:
    """What to train on, all with traces, and what to call it. Raises UserError where a problem has no trace."""
    if config.data is None:
        return f"train split, seed {config.seed}", list(generate("train", config.count, config.seed))
    problems = read_problems(config.data)
    lacking = [problem.id for problem in problems if not problem.trace]
    if lacking:
        raise UserError(
            f"{config.data}: {len(lacking)} of {len(problems)} problems have no trace, the first is {lacking[0]!r}; "
            "SFT needs gold traces, trainer rl does without"
        )
    if not problems:
        raise UserError(f"{config.data} holds no problem")
    return config.data, problems


def rl_problems(config: RLConfig) -> tuple[str, Iterator[Problem]]:
    """What to practise on, without end, and what to call it. Problems of a file come round again, in another order."""
    if config.data is None:
        seed = _RL_SEED_OFFSET + config.seed
        rounds = (
            generate("train", _ROUND, seed + 1000 * number, config.experts) for number in itertools.count()
        )
        return f"train split, seed {seed}", itertools.chain.from_iterable(rounds)
    problems = read_problems(config.data)
    if not problems:
        raise UserError(f"{config.data} holds no problem")
    return config.data, _shuffled_rounds(problems, config.seed)


def _shuffled_rounds(problems: Sequence[Problem], seed: int) -> Iterator[Problem]:
    for number in itertools.count():
        yield from Random(f"rl:{seed}:{number}").sample(problems, len(problems))


def held_out_problems(config: TuningConfig) -> tuple[str, list[Problem]]:
    """What to measure accuracy on, and what to call it."""
    if config.eval_data is None:
        problems = list(generate(HELD_OUT_SPLIT, config.eval_problems, config.seed))
        return f"{HELD_OUT_SPLIT} split, seed {config.seed}", problems
    problems = read_problems(config.eval_data, limit=config.eval_problems)
    if not problems:
        raise UserError(f"{config.eval_data} holds no problem")
    return config.eval_data, problems


def rows_of(loaded: LoadedModel, problems: Sequence[Problem], card: bool) -> list[Row]:
    """The training rows of problems with traces, in order."""
    from engine.chat import training_rows

    return training_rows(
        loaded.tokenizer, [(problem.question, problem.trace or "") for problem in problems], card
    )


def check_lengths(rows: Sequence[Row], problems: Sequence[Problem], max_length: int) -> str:
    """What to say of the rows' lengths.

    Raises UserError where a row is longer than `max_length`, naming it and the limit that would fit.
    """
    lengths = [len(row.ids) for row in rows]
    longest = max(lengths)
    if longest > max_length:
        row = lengths.index(longest)
        raise UserError(
            f"{sum(length > max_length for length in lengths)} of {len(rows)} rows are longer than {max_length} "
            f"tokens; the longest, row {row + 1} (id {problems[row].id!r}), has {longest}: --max-length {longest} "
            "would fit"
        )
    return (
        f"{min(lengths)} to {longest} tokens a row, half of them up to {median(lengths):.0f}; "
        f"the limit is {max_length}"
    )
