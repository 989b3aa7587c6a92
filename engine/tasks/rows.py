"""Problems as rows of tokens: what is trained on, how long it is, and the vocabulary that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks.task import Task

if TYPE_CHECKING:
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.models.loading import LoadedModel


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
