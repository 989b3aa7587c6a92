"""A Modelfile: how Ollama is to put a conversation to a model.

Ollama fills a template of its own language for each turn, the system text in the first. What stands around the texts is
read off the model's own chat template; where the two can't say the same, there is no Modelfile.
"""

from __future__ import annotations

from typing import NamedTuple

from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.rendering import rendered

_MARKS = ("\u2060S\u2060", "\u2060U\u2060", "\u2060R\u2060", "\u2060V\u2060")
"""Stand for a system text, a request, a reply and another request, while a template is asked."""


class Frame(NamedTuple):
    """What stands around the texts of a conversation.

    Attributes:
        before_system: where there is a system text, at the very beginning.
        after_system: between it and the first request.
        before_user: before a request; before the first one only where there is no system text.
        before_reply: between a request and its reply.
        after_reply: the end of a turn.
        system: the template's own system text, for a conversation without one; "" where it has none.
    """

    before_system: str
    after_system: str
    before_user: str
    before_reply: str
    after_reply: str
    system: str

    def render(self, system: str | None, *texts: str) -> str:
        """What Ollama makes of a conversation: requests and replies in turn, a request last."""
        system = system or self.system
        said = ""
        for place, text in enumerate(texts):
            if place % 2:
                said += text + self.after_reply
            elif place == 0 and system:
                said += f"{self.before_system}{system}{self.after_system}{text}{self.before_reply}"
            else:
                said += self.before_user + text + self.before_reply
        return said


def frame_of(tokenizer: PreTrainedTokenizerBase) -> Frame:
    """The frame of a tokenizer's chat template, the token that begins every text left to Ollama.

    Raises UserError where it can't be told so.
    """
    system, user, reply, other = _MARKS
    alone = _rendered(tokenizer, None, user)
    led = _rendered(tokenizer, system, user)
    try:
        first, before_reply = alone.split(user)
        after_reply = _rendered(tokenizer, None, user, reply).split(reply)[1]
        between = _rendered(tokenizer, None, user, reply, other).split(reply)[1].split(other)[0]
        before_user = between.removeprefix(after_reply)
        before_system, rest = led.split(system)
        after_system = rest.split(user)[0]
        own = "" if first == before_user else first.removeprefix(before_system).removesuffix(after_system)
        frame = Frame(before_system, after_system, before_user, before_reply, after_reply, own)
    except ValueError:
        raise _unlike() from None
    asked = ([None, "a"], [None, "a", "b", "c"], ["s", "a"], ["s", "a", "b", "c", "d", "e"])
    if any(frame.render(*texts) != _rendered(tokenizer, *texts) for texts in asked):
        raise _unlike()
    return frame


def _rendered(tokenizer: PreTrainedTokenizerBase, system: str | None, *texts: str) -> str:
    """A conversation by the model's own template, up to where a reply begins after a request.

    The token that begins every text is left out. Raises UserError where the template takes no such conversation.
    """
    messages: list[Message] = [{"role": "system", "content": system}] if system is not None else []
    for place, text in enumerate(texts):
        messages.append({"role": "assistant" if place % 2 else "user", "content": text})
    said = rendered(tokenizer, [Prompt(messages)], asks=len(texts) % 2 == 1)[0]
    return said.removeprefix(tokenizer.bos_token or "")


def _unlike() -> UserError:
    return UserError(
        "Ollama's templates can't say what this model's chat template says; --to gguf works, and llama.cpp reads the "
        "template itself"
    )


def modelfile(weights: str, tokenizer: PreTrainedTokenizerBase, ends: list[str]) -> str:
    """The text of a Modelfile.

    Args:
        weights: the GGUF file, as seen from the Modelfile.
        ends: texts of the tokens that end a reply.

    Raises UserError as `frame_of` does.
    """
    frame = frame_of(tokenizer)
    led = f"{frame.before_system}{{{{ .System }}}}{frame.after_system}"
    if frame.after_system.endswith(frame.before_user):
        # What comes between them is the request's own beginning, which later turns have too.
        kept = frame.after_system[: len(frame.after_system) - len(frame.before_user)]
        head = f"{{{{ if .System }}}}{frame.before_system}{{{{ .System }}}}{kept}{{{{ end }}}}{frame.before_user}"
    else:
        head = f"{{{{ if .System }}}}{led}{{{{ else }}}}{frame.before_user}{{{{ end }}}}"
    lines = [f"FROM ./{weights}"]
    body = f"{head}{{{{ .Prompt }}}}{frame.before_reply}{{{{ .Response }}}}{frame.after_reply}"
    lines.append(f'TEMPLATE """{body}"""')
    if frame.system:
        lines.append(f'SYSTEM """{frame.system}"""')
    lines += [f'PARAMETER stop "{end}"' for end in ends]
    lines.append("PARAMETER temperature 0")
    return "\n".join(lines) + "\n"
