"""What RL practises on: problems from a file or generated, without end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.training.mixture import Mixture, read_mixture, require_files
from trace_trainer.engine.training.rl.conversations import Conversations
from trace_trainer.engine.training.sft.problems import train_split

EXAMINED = 200
"""Problems that the doctor looks at before the run; more are drawn as it goes on."""

RL_SEED_OFFSET = 500_000
"""RL practises on other problems than SFT with the same seed."""
_ROUND = 10_000
_POOL = 1_000


def practised_task(config: RLConfig) -> Task[Any]:
    """The task as completions are paid by; held-out problems are judged as the task is, whatever is paid for."""
    task = config.make_task()
    return task if config.reference else task.without_references()


def rl_problems(config: RLConfig) -> tuple[str, Iterator[Any]]:
    """What to practise on, without end, and what to call it. Problems of a file come round again, in another order.
    Of whole conversations these are turns with right ones before them (`episodes.py` draws the conversations).

    Raises UserError for own histories where there are none.
    """
    task = config.make_task()
    seed = RL_SEED_OFFSET + config.seed
    if config.histories == "own":
        if config.data is not None:
            raise UserError("--histories own is for generated conversations, not for --data")
        split = train_split(seed, config.wording)
        return f"{split}, own histories", Conversations(
            task, seed, config.prompts_per_iteration, config.wording
        )
    if config.data is None:
        require_files(config)
        rounds = (
            task.generate("train", _ROUND, seed + 1000 * number, config.experts, config.wording)
            for number in itertools.count()
        )
        problems = itertools.chain.from_iterable(rounds)
        mixed = _mixed(problems, config.seed) if task.consecutive else problems
        split = train_split(seed, config.wording)
        return f"{split}, whole conversations" if config.episodes else split, mixed
    mixture = read_mixture(config)
    return mixture.source, _shuffled_rounds(mixture, config.seed)


def data_lines(config: RLConfig) -> Iterator[str]:
    """The problems of the files to practise on, as lines."""
    return read_mixture(config).lines(config.make_task())


def _shuffled_rounds(mixture: Mixture, seed: int) -> Iterator[Any]:
    for number in itertools.count():
        problems = mixture.round(number)
        yield from Random(f"rl:{seed}:{number}").sample(problems, len(problems))


def _mixed(problems: Iterator[Any], seed: int) -> Iterator[Any]:
    """The problems with neighbours taken apart: each is drawn from the next `_POOL` of them."""
    rng = Random(f"mixed:{seed}")
    pool = list(itertools.islice(problems, _POOL))
    for problem in problems:
        place = rng.randrange(len(pool))
        pool[place], problem = problem, pool[place]
        yield problem
