"""What a run trains on and is measured on: problems from a file or generated, and their rows of tokens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig, TuningConfig
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.training.rl.conversations import Conversations

if TYPE_CHECKING:
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.models.loading import LoadedModel

_RL_SEED_OFFSET = 500_000  # RL practises on other problems than SFT with the same seed
_ROUND = 10_000
_POOL = 1_000
HELD_OUT_SPLIT = "validation"
"""Settings are chosen by what a run measures, so it never measures on a test split."""


def sft_problems(config: SFTConfig) -> tuple[str, list[Any]]:
    """What to train on, all with a gold reply, and what to call it. Raises UserError where a problem has none."""
    task = config.make_task()
    if config.data is None:
        problems = list(task.generate("train", config.count, config.seed, wording=config.wording))
        return _train_split(config.seed, config.wording), problems
    problems = task.read(config.data)
    lacking = [problem.id for problem in problems if task.reply(problem) is None]
    if lacking:
        raise UserError(
            f"{config.data}: {len(lacking)} of {len(problems)} problems have no {task.gold}, the first is "
            f"{lacking[0]!r}; SFT needs a gold {task.gold} for each, trainer rl does "
            "without; trainer convert makes traces of worked solutions"
        )
    if not problems:
        raise UserError(f"{config.data} holds no problem")
    return config.data, problems


def _train_split(seed: int, wording: str) -> str:
    return f"train split, seed {seed}" + ("" if wording == "any" else f", {wording} wording")


def rl_problems(config: RLConfig) -> tuple[str, Iterator[Any]]:
    """What to practise on, without end, and what to call it. Problems of a file come round again, in another order.

    Raises UserError for own histories where there are none.
    """
    task = config.make_task()
    seed = _RL_SEED_OFFSET + config.seed
    if config.histories == "own":
        if config.data is not None:
            raise UserError("--histories own is for generated conversations, not for --data")
        split = _train_split(seed, config.wording)
        return f"{split}, own histories", Conversations(
            task, seed, config.prompts_per_iteration, config.wording
        )
    if config.data is None:
        rounds = (
            task.generate("train", _ROUND, seed + 1000 * number, config.experts, config.wording)
            for number in itertools.count()
        )
        problems = itertools.chain.from_iterable(rounds)
        mixed = _mixed(problems, config.seed) if task.consecutive else problems
        return _train_split(seed, config.wording), mixed
    held = task.read(config.data)
    if not held:
        raise UserError(f"{config.data} holds no problem")
    return config.data, _shuffled_rounds(held, config.seed)


def _shuffled_rounds(problems: Sequence[Any], seed: int) -> Iterator[Any]:
    for number in itertools.count():
        yield from Random(f"rl:{seed}:{number}").sample(problems, len(problems))


def _mixed(problems: Iterator[Any], seed: int) -> Iterator[Any]:
    """The problems with neighbours taken apart: each is drawn from the next `_POOL` of them."""
    rng = Random(f"mixed:{seed}")
    pool = list(itertools.islice(problems, _POOL))
    for problem in problems:
        place = rng.randrange(len(pool))
        pool[place], problem = problem, pool[place]
        yield problem


def held_out_problems(config: TuningConfig) -> tuple[str, list[Any]]:
    """What to measure accuracy on, and what to call it."""
    task = config.make_task()
    if config.eval_data is None:
        problems = list(task.generate(HELD_OUT_SPLIT, config.eval_problems, config.seed))
        return f"{HELD_OUT_SPLIT} split, seed {config.seed}", problems
    problems = task.read(config.eval_data, limit=config.eval_problems)
    if not problems:
        raise UserError(f"{config.eval_data} holds no problem")
    return config.eval_data, problems


def rows_of(loaded: LoadedModel, problems: Sequence[Any], task: Task[Any]) -> list[Row]:
    """The training rows of problems with gold replies, in order.

    Raises UserError where a reply as rendered does not read back as what it was.
    """
    from trace_trainer.engine.models.chat import completion_text, training_rows

    pairs = [(task.prompt(problem), task.reply(problem)) for problem in problems]
    rows = training_rows(loaded.tokenizer, [(prompt, reply) for prompt, reply in pairs if reply is not None])
    for problem, row in zip(problems, rows, strict=True):
        wrong = task.misread(problem, completion_text(loaded.tokenizer, row.completion_ids))
        if wrong is not None:
            raise UserError(f"the gold reply of {problem.id} can't be trained on: {wrong}")
    return rows


def trim_vocabulary(loaded: LoadedModel, problems: Sequence[Any], task: Task[Any]) -> str:
    """Cut a model's vocabulary down to these problems' prompts and gold replies; returns what to say of it.

    Raises UserError where no problem has a gold reply: what the model is to write would be unknown.
    """
    from trace_trainer.engine.models.chat import prompt_text, rendered_text

    texts, answered = [], 0
    for problem in problems:
        prompt, reply = task.prompt(problem), task.reply(problem)
        answered += reply is not None
        texts.append(
            rendered_text(loaded.tokenizer, prompt, reply) if reply else prompt_text(loaded.tokenizer, prompt)
        )
    if not answered:
        raise UserError(
            f"--trim-vocab needs a gold {task.gold} of some problems, to know what the model must be able to write; "
            "leave it out"
        )
    before = len(loaded.tokenizer)
    loaded.trim_vocabulary(texts)
    return (
        f"the vocabulary is cut from {before:,} to {len(loaded.tokenizer):,} tokens until the model is saved"
    )


def check_lengths(rows: Sequence[Row], problems: Sequence[Any], max_length: int) -> str:
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
