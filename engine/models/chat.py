"""The one renderer: every conversation and every target reaches a model's tokens through this file, which
`rendering.py` helps.

Training, sampling, evaluation and use all call it, so that they cannot differ. Text is rendered by the tokenizer's
own chat template, tools through its `tools=`, and tokenised whole; nothing is concatenated by hand. A training row is
what generation would see: the rendered prompt, then the completion up to and including the token that ends the turn.
Whatever a template writes behind that token (a newline, mostly) is never generated and never trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.rendering import (
    positions_of,
    rendered,
    reply_lead,
    training_template,
    turn_ends,
)

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PLAIN_TEMPLATE = (
    "{{- bos_token }}"
    "{%- for message in messages %}"
    "{%- if message['role'] == 'assistant' %}"
    "{{- 'Trace:\\n' }}{% generation %}{{- message['content'] + eos_token }}{% endgeneration %}"
    "{%- elif message['role'] == 'user' %}{{- 'Question: ' + message['content'] + '\\n' }}"
    "{%- else %}{{- message['content'] + '\\n\\n' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- 'Trace:\\n' }}{%- endif %}"
)
"""For base models, which have no template: words and line breaks, and no token but the model's own first and last."""

UNTRAINED = -100
"""The label of a token that earns no loss (PyTorch's `ignore_index`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One training row: `ids` is the prompt, `prompt_length` tokens of it, and the completion with its end token."""

    ids: list[int]
    prompt_length: int

    @property
    def completion_ids(self) -> list[int]:
        return self.ids[self.prompt_length :]

    @property
    def labels(self) -> list[int]:
        """As long as `ids`; the prompt is `UNTRAINED`."""
        return [UNTRAINED] * self.prompt_length + self.completion_ids


def prompt_text(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> str:
    """The text of a prompt. Its tokens are those of the text without special tokens added."""
    return rendered(tokenizer, [prompt], asks=True)[0]


def prompt_ids(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> list[int]:
    """The tokens after which a model writes its turn."""
    return _tokens(tokenizer, [prompt], asks=True)[0]


def continued_template(tokenizer: PreTrainedTokenizerBase) -> str:
    """A template that writes what is said and nothing else: for a base model that goes on with a text.

    The text begins as the tokenizer begins one by itself.
    """
    begins = tokenizer("")["input_ids"][:1] == [tokenizer.bos_token_id]
    start = "{{- bos_token }}" if begins else ""
    turn = "{{- message['content'] }}{%- if message['role'] == 'assistant' %}{{- eos_token }}{%- endif %}"
    return f"{start}{{%- for message in messages %}}{turn}{{%- endfor %}}"


def training_rows(tokenizer: PreTrainedTokenizerBase, pairs: Sequence[tuple[Prompt, Message]]) -> list[Row]:
    """The rows for prompts and the replies that are to be learned.

    Raises UserError where the rendered prompt is not what the rendered row begins with, or the row has no end token:
    such a row would teach the model to answer something that it is never asked, or never to stop.
    """
    prompts = _tokens(tokenizer, [prompt for prompt, _ in pairs], asks=True)
    wholes = _tokens(tokenizer, [prompt.answered(reply) for prompt, reply in pairs])
    ends = turn_ends(tokenizer)
    return [_row(tokenizer, prompt, whole, ends) for prompt, whole in zip(prompts, wholes, strict=True)]


def _row(tokenizer: PreTrainedTokenizerBase, prompt: list[int], whole: list[int], ends: Sequence[int]) -> Row:
    if whole[: len(prompt)] != prompt:
        at = next(i for i, token in enumerate(prompt) if i >= len(whole) or whole[i] != token)
        seen, trained = tokenizer.decode(prompt[at : at + 8]), tokenizer.decode(whole[at : at + 8])
        raise UserError(
            f"the chat template renders a prompt differently in training and in use: {trained!r} against {seen!r} at "
            f"token {at}; use a template that renders the prompt the same way with and without the answer"
        )
    end = next((at for at in range(len(prompt), len(whole)) if whole[at] in ends), None)
    if end is None:
        raise UserError(
            f"the rendered answer lacks the end token {tokenizer.decode([ends[0]])!r}, so the model would never learn "
            "to stop; use a chat template that ends the assistant's turn with it"
        )
    return Row(whole[: end + 1], len(prompt))


def completion_text(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """What the model wrote up to the first end token; other special tokens stay visible and fail to parse.

    Blanks that the template puts before every answer are none of it.
    """
    ends = end_token_ids(tokenizer)
    kept = list(ids)
    for position, token in enumerate(kept):
        if token in ends:
            kept = kept[:position]
            break
    text: str = tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text.removeprefix(reply_lead(tokenizer))


def end_token_ids(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel | None = None) -> set[int]:
    """The tokens that stop generation: those that end a turn, the tokenizer's own and the model's."""
    ends = set(turn_ends(tokenizer))
    if tokenizer.eos_token_id is not None:
        ends.add(tokenizer.eos_token_id)
    declared = model.generation_config.eos_token_id if model is not None and model.generation_config else None
    if declared is not None:
        ends.update([declared] if isinstance(declared, int) else declared)
    return ends


def turn_end_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """The first special token that the template writes after an answer in words. Raises UserError where it has none."""
    return turn_ends(tokenizer)[0]


def rendered_text(tokenizer: PreTrainedTokenizerBase, prompt: Prompt, reply: Message) -> str:
    """The text of a whole training row, before it is cut behind the end token."""
    return rendered(tokenizer, [prompt.answered(reply)])[0]


def assistant_positions(
    tokenizer: PreTrainedTokenizerBase, prompt: Prompt, reply: Message
) -> set[int] | None:
    """The positions of a row that the template marks as the assistant's with {% generation %}.

    A template without markers is replaced by TRL's training version of it, where TRL knows one. The answer is None
    where it knows none, and where that version renders the row in other tokens, so that positions say nothing of it.
    """
    from trl.chat_template_utils import has_generation_markers

    template, whole = tokenizer.chat_template, prompt.answered(reply)
    if not has_generation_markers(template):
        template = training_template(tokenizer)
        if template is None:
            return None
    ids, marks = positions_of(tokenizer, whole, template)
    if ids != _tokens(tokenizer, [whole])[0]:
        return None
    return {position for position, marked in enumerate(marks) if marked}


def _tokens(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Prompt], *, asks: bool = False
) -> list[list[int]]:
    """Of each conversation; all are tokenised in one call, as `apply_chat_template` does for each."""
    texts = rendered(tokenizer, conversations, asks=asks)
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids
