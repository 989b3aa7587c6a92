"""Conversations as text, by the tokenizer's own chat template, and how that template opens and ends a reply.

Some templates ask for a reply in other words than those in which they then write it: DeepSeek's distils open a block of
thought that a finished turn does not have, GPT-OSS names the channel of a finished turn alone. A model that is trained
on the one and asked by the other never meets what it learned, so a prompt ends as a finished turn begins, where the
difference is made of tokens of the template's own.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.probes import PROBE, PROBE_REPLY
from trace_trainer.engine.models.template_limits import check_size, template_limits
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_WORD = "PROBE"
_MARK = re.compile(r"<[^<>\s]+>")


def rendered(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Prompt], *, asks: bool = False
) -> list[str]:
    """The texts of conversations.

    Args:
        asks: what comes next is a reply.

    Raises UserError where the template refuses one of them, fails, or takes too long.
    """
    with template_limits(len(conversations)):
        texts = [_rendered(tokenizer, conversation, asks) for conversation in conversations]
    if not asks:
        return texts
    openings = [
        _opening(tokenizer, str(tokenizer.chat_template), conversation.tools is not None)
        for conversation in conversations
    ]
    return [o.text_of(text) for o, text in zip(openings, texts, strict=True)]


def reply_lead(tokenizer: PreTrainedTokenizerBase) -> str:
    """Blanks that the template writes between a prompt and an answer, and so are part of what is learned."""
    return _reply_lead(tokenizer, str(tokenizer.chat_template))


@lru_cache(maxsize=8)
def _reply_lead(tokenizer: PreTrainedTokenizerBase, template: str) -> str:
    lead = _finished(tokenizer)[0].removeprefix(rendered(tokenizer, [_prompt()], asks=True)[0])
    return lead if lead.isspace() else ""


def turn_ends(tokenizer: PreTrainedTokenizerBase) -> tuple[int, ...]:
    """The special tokens with which the template ends an answer: in words, and where that differs, in calls of tools.

    Raises UserError where it writes no answer, or none behind one.
    """
    return _turn_ends(tokenizer, str(tokenizer.chat_template))


@lru_cache(maxsize=8)
def _turn_ends(tokenizer: PreTrainedTokenizerBase, template: str) -> tuple[int, ...]:
    tail = _finished(tokenizer)[1]
    of_words = _special_tokens(tokenizer, tail)
    if not of_words:
        raise UserError(
            f"the chat template ends an answer with {tail!r}, which holds no special token of the vocabulary; use a "
            "template that ends the assistant's turn with the tokenizer's end token"
        )
    end, of_calls = of_words[0], _special_tokens(tokenizer, _behind_a_call(tokenizer))
    # The marks that close a call are special tokens too; what ends the turn is the last of them.
    return (end,) if not of_calls or end in of_calls else (end, of_calls[-1])


class _Opening(NamedTuple):
    """What a prompt has at its end that a finished turn does not begin with, and the other way round."""

    dropped: str = ""
    added: str = ""

    def text_of(self, text: str) -> str:
        """A prompt as a finished turn begins."""
        return text.removesuffix(self.dropped) + self.added


@lru_cache(maxsize=16)
def _opening(tokenizer: PreTrainedTokenizerBase, template: str, with_tools: bool) -> _Opening:
    prompt = _prompt(with_tools)
    with template_limits():
        asked = _rendered(tokenizer, prompt, asks=True)
    begun = _finished(tokenizer, with_tools)[0]
    if with_tools and (called := _called(tokenizer)):
        shared = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(begun, called, strict=False))
        begun = "".join(ours for ours, _ in shared)
    if begun.startswith(asked):
        found = _Opening(added=begun.removeprefix(asked))
    elif asked.startswith(begun):
        found = _Opening(dropped=asked.removeprefix(begun))
    else:
        return _Opening()
    return found if _MARK.search("".join(found)) else _Opening()


def _prompt(with_tools: bool = False) -> Prompt:
    return Prompt([{"role": "user", "content": _WORD}], PROBE.tools if with_tools else None)


def _finished(tokenizer: PreTrainedTokenizerBase, with_tools: bool = False) -> tuple[str, str]:
    """What stands before and behind an answer in words."""
    reply = {"role": "assistant", "content": _WORD}
    with template_limits():
        text = _rendered(tokenizer, _prompt(with_tools).answered(reply), asks=False)
    parts = text.split(_WORD)
    if len(parts) < 3:
        raise UserError(
            "the chat template does not write what a user and an assistant say as text; use one for conversations in "
            "text alone"
        )
    return text[: -len(_WORD + parts[-1])], parts[-1]


def _behind_a_call(tokenizer: PreTrainedTokenizerBase) -> str:
    """What stands behind the argument of a call; nothing where the template writes no calls."""
    argument = PROBE_REPLY["tool_calls"][0]["function"]["arguments"]["title"]
    text = _called(tokenizer)
    return text.rpartition(argument)[2] if argument in text else ""


def _called(tokenizer: PreTrainedTokenizerBase) -> str:
    """A turn that calls a tool; nothing where the template refuses one."""
    try:
        with template_limits():
            return _rendered(tokenizer, _prompt(with_tools=True).answered(PROBE_REPLY), asks=False)
    except UserError:
        return ""


def _special_tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    special = set(tokenizer.get_added_vocab().values()) | set(tokenizer.all_special_ids)
    return [token for token in tokenizer(text, add_special_tokens=False)["input_ids"] if token in special]


def _rendered(tokenizer: PreTrainedTokenizerBase, conversation: Prompt, asks: bool) -> str:
    try:
        # Thinking models would otherwise open a block of free text before the reply; other templates ignore the flag.
        text = tokenizer.apply_chat_template(
            conversation.messages,
            tools=conversation.tools,
            tokenize=False,
            enable_thinking=False,
            add_generation_prompt=asks,
        )
    except Exception as error:  # a template is a program, and fails as programs do
        raise UserError(_refusal(conversation, error)) from error
    return check_size(str(text))


def _refusal(conversation: Prompt, error: Exception) -> str:
    from jinja2 import TemplateError  # problems of conversations are drawn and written without it

    roles = [message["role"] for message in conversation.messages]
    reason = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    advice = "; run with --no-card" if "system" in roles and conversation.tools is None else ""
    return (
        f"the chat template refuses a conversation of {', '.join(roles)}: {' '.join(reason.split())}{advice}"
    )


def settle_template(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Replace a template that ends no answer, by TRL's version for training, if there is one.

    Args:
        name: of the model, whose new template is announced on standard error.
    """
    try:
        turn_ends(tokenizer)
    except UserError:
        own, other = tokenizer.chat_template, training_template(tokenizer)
        if other is None:
            return
        tokenizer.chat_template = other
        try:
            turn_ends(tokenizer)
        except UserError:
            tokenizer.chat_template = own
            return
        tell(
            f"the chat template of {name} writes no token behind an answer: it is replaced by TRL's version of it for "
            "training, which is saved with what is trained"
        )


def takes_system(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the template takes a system message, and writes what it says."""
    try:
        return "Be brief." in rendered(tokenizer, [Prompt([PROBE.messages[0], *_prompt().messages])])[0]
    except UserError:
        return False


def training_template(tokenizer: PreTrainedTokenizerBase) -> str | None:
    """TRL's version of the tokenizer's template for training; None where TRL knows none."""
    from trl.chat_template_utils import get_training_chat_template

    try:
        with template_limits():
            template: str | None = get_training_chat_template(tokenizer)
    except UserError:
        raise
    except Exception:  # TRL tries the template out, and has no errors of its own for what it does not know
        return None
    return template


def positions_of(
    tokenizer: PreTrainedTokenizerBase, conversation: Prompt, template: str
) -> tuple[list[int], list[int]]:
    """The tokens of a conversation by a template, and for each of them 1 where it is marked as the assistant's."""
    with template_limits():
        encoded: Any = tokenizer.apply_chat_template(
            conversation.messages,
            tools=conversation.tools,
            chat_template=template,
            enable_thinking=False,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
    return encoded["input_ids"], encoded["assistant_masks"]
