"""The suite put to a model: by the log-probability of text that is given, nothing is sampled.

Text is read as it is, without a chat template: what is measured is the language model under it. Choices are scored as
lm-evaluation-harness does: `acc` takes the choice with the greatest sum of log-probabilities, `acc_norm` the one with
the greatest sum for each byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.reply_loss import reply_losses
from trace_trainer.engine.inference.sampling import positions
from trace_trainer.engine.models.chat import Row
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.retention.suite import Item, Suite

_MOST_NATS = 500.0
"""For a word; e to the power of more is no number, and no model that learned anything comes near it."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model made of the suite.

    Attributes:
        model: its name.
        device, dtype: what it was computed on and in.
        passages: nats that each passage costs.
        choices: of each task, of each item, the nats that each choice costs.
    """

    model: str
    device: str
    dtype: str
    passages: list[float]
    choices: dict[str, list[list[float]]]


def score_suite(loaded: LoadedModel, suite: Suite, advance: Callable[[int], None] | None = None) -> Scores:
    """Score all of the suite.

    Args:
        advance: is told how many texts have been scored since it was called last; there are `text_count` of them.

    Raises UserError where the model has no room for a text, or gives plain text no probability that differs from 0.
    """
    items = [item for task in suite.tasks.values() for item in task]
    rows = [_passage(loaded.tokenizer, text) for text in suite.passages]
    rows += [row for item in items for row in _continued(loaded.tokenizer, item)]
    longest, room = max(len(row.ids) for row in rows), positions(loaded.model)
    if longest > room:
        raise UserError(f"{loaded.name} reads {room} tokens at once; the longest text has {longest} for it")
    losses = iter(reply_losses(loaded, rows, advance))
    passages = [next(losses) for _ in suite.passages]
    if not sum(passages) < _MOST_NATS * sum(len(text.split()) for text in suite.passages):
        raise UserError(f"{loaded.name} gives plain text no probability that differs from 0: it has diverged")
    choices = {
        name: [[next(losses) for _ in item.choices] for item in task] for name, task in suite.tasks.items()
    }
    dtype = str(loaded.model.dtype).removeprefix("torch.")
    return Scores(loaded.name, str(loaded.device), dtype, passages, choices)


def text_count(suite: Suite) -> int:
    """How many texts are scored."""
    return len(suite.passages) + sum(len(item.choices) for task in suite.tasks.values() for item in task)


def chosen(costs: Sequence[float], item: Item, by_byte: bool) -> bool:
    """Whether the right choice costs less than every other: in nats, or in nats for each byte."""
    sizes = [len(choice.encode()) if by_byte else 1 for choice in item.choices]
    right, *wrong = (cost / size for cost, size in zip(costs, sizes, strict=True))
    return right < min(wrong)


def _passage(tokenizer: PreTrainedTokenizerBase, text: str) -> Row:
    """All of a text is scored; where it begins with no token of its own, the first or last of a text stands before."""
    start = _start(tokenizer)
    if not start:
        start = [tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id]
    return Row(start + _tokens(tokenizer, text), len(start))


def _continued(tokenizer: PreTrainedTokenizerBase, item: Item) -> Iterator[Row]:
    """The choices behind their context. Each is tokenised with it, and begins where the context alone would end."""
    start = _start(tokenizer)
    length = len(start) + len(_tokens(tokenizer, item.context))
    for choice in item.choices:
        ids = start + _tokens(tokenizer, f"{item.context} {choice}")
        yield Row(ids, min(length, len(ids) - 1))


def _start(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The token that the tokenizer begins a text with, if it does."""
    return [id for id in tokenizer("")["input_ids"][:1] if id == tokenizer.bos_token_id]


def _tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
