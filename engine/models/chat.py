"""The one renderer: every conversation and every target reaches a model's tokens through this file.

Training, sampling, evaluation and use all call it, so that they cannot differ. Text is rendered by the tokenizer's
own chat template, tools through its `tools=`, and tokenised whole; nothing is concatenated by hand. A training row is
what generation would see: the rendered prompt, then the completion up to and including the token that ends the turn.
Whatever a template writes behind that token (a newline, mostly) is never generated and never trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError

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
    return _text(tokenizer, prompt, add_generation_prompt=True)


def prompt_ids(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> list[int]:
    """The tokens after which a model writes its turn."""
    return _tokens(tokenizer, [prompt], add_generation_prompt=True)[0]


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
    prompts = _tokens(tokenizer, [prompt for prompt, _ in pairs], add_generation_prompt=True)
    wholes = _tokens(tokenizer, [prompt.answered(reply) for prompt, reply in pairs])
    end = turn_end_id(tokenizer)
    return [_row(tokenizer, prompt, whole, end) for prompt, whole in zip(prompts, wholes, strict=True)]


def _row(tokenizer: PreTrainedTokenizerBase, prompt: list[int], whole: list[int], end: int) -> Row:
    if whole[: len(prompt)] != prompt:
        at = next(i for i, token in enumerate(prompt) if i >= len(whole) or whole[i] != token)
        seen, trained = tokenizer.decode(prompt[at : at + 8]), tokenizer.decode(whole[at : at + 8])
        raise UserError(
            f"the chat template renders a prompt differently in training and in use: {trained!r} against {seen!r} at "
            f"token {at}; use a template that renders the prompt the same way with and without the answer"
        )
    if end not in whole[len(prompt) :]:
        raise UserError(
            f"the rendered answer lacks the end token {tokenizer.decode([end])!r}, so the model would never learn "
            "to stop; use a chat template that ends the assistant's turn with it"
        )
    return Row(whole[: whole.index(end, len(prompt)) + 1], len(prompt))


def completion_text(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """What the model wrote up to the first end token; other special tokens stay visible and fail to parse."""
    ends = end_token_ids(tokenizer)
    kept = list(ids)
    for position, token in enumerate(kept):
        if token in ends:
            kept = kept[:position]
            break
    return tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)


def end_token_ids(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel | None = None) -> set[int]:
    """The tokens that stop generation: the one that ends a turn, the tokenizer's own and the model's."""
    ends = {turn_end_id(tokenizer)}
    if tokenizer.eos_token_id is not None:
        ends.add(tokenizer.eos_token_id)
    declared = model.generation_config.eos_token_id if model is not None and model.generation_config else None
    if declared is not None:
        ends.update([declared] if isinstance(declared, int) else declared)
    return ends


def turn_end_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """The first special token that the template writes after an answer. Raises UserError where it writes none."""
    return _turn_end_id(tokenizer, str(tokenizer.chat_template))


@lru_cache(maxsize=8)
def _turn_end_id(tokenizer: PreTrainedTokenizerBase, template: str) -> int:
    probe = "PROBE"
    prompt, reply = Prompt([{"role": "user", "content": probe}]), {"role": "assistant", "content": probe}
    text = rendered_text(tokenizer, prompt, reply)
    tail = text[text.rindex(probe) + len(probe) :]
    special = set(tokenizer.get_added_vocab().values()) | set(tokenizer.all_special_ids)
    for token in tokenizer(tail, add_special_tokens=False)["input_ids"]:
        if token in special:
            return int(token)
    raise UserError(
        f"the chat template ends an answer with {tail!r}, which holds no special token of the vocabulary; use a "
        "template that ends the assistant's turn with the tokenizer's end token"
    )


def rendered_text(tokenizer: PreTrainedTokenizerBase, prompt: Prompt, reply: Message) -> str:
    """The text of a whole training row, before it is cut behind the end token."""
    return _text(tokenizer, prompt.answered(reply))


def assistant_positions(
    tokenizer: PreTrainedTokenizerBase, prompt: Prompt, reply: Message
) -> set[int] | None:
    """The positions of a row that the template marks as the assistant's with {% generation %}.

    A template without markers is replaced by TRL's training version of it, where TRL knows one; else the answer is
    None.
    """
    from trl.chat_template_utils import get_training_chat_template, has_generation_markers

    template = tokenizer.chat_template
    if not has_generation_markers(template):
        try:
            template = get_training_chat_template(tokenizer)
        except ValueError:
            return None
    encoded = tokenizer.apply_chat_template(
        prompt.answered(reply).messages,
        tools=prompt.tools,
        chat_template=template,
        enable_thinking=False,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    return {position for position, marked in enumerate(encoded["assistant_masks"]) if marked}


def _tokens(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Prompt], **options: Any
) -> list[list[int]]:
    """Of each conversation; all are tokenised in one call, as `apply_chat_template` does for each."""
    texts = [_text(tokenizer, conversation, **options) for conversation in conversations]
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def _text(tokenizer: PreTrainedTokenizerBase, conversation: Prompt, **options: Any) -> str:
    from jinja2 import TemplateError  # problems of conversations are drawn and written without it

    try:
        # Thinking models would otherwise open a block of free text before the reply; other templates ignore the flag.
        rendered = tokenizer.apply_chat_template(
            conversation.messages, tools=conversation.tools, tokenize=False, enable_thinking=False, **options
        )
    except TemplateError as error:
        roles = [message["role"] for message in conversation.messages]
        advice = "; run with --no-card" if "system" in roles and conversation.tools is None else ""
        raise UserError(
            f"the chat template refuses a conversation of {', '.join(roles)}: {error}{advice}"
        ) from error
    return str(rendered)
