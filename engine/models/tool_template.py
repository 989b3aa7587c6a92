"""Chat templates that show tools: the tokenizer's own where it has one, else one made around its template for talk.

A template that knows no tools is wrapped: before it runs, tools become lines of the system text, and calls and results
become the text of turns. So the wrapped template keeps the markers of its model, and needs nothing but text and the
markers of the wire format. It is saved with the tokenizer and works wherever chat templates do.

A tool is one line, `convert(amount: number, base: string (Currency to convert from), to?: "EUR"|"USD" = "EUR") Exchange
money.`, which takes half the tokens of its schema. A schema that says more than this form holds is shown as JSON.

How calls and results become text follows from the layout of the wire format (`verifiers/calls/formats/layout.py`).

Not covered: an own template in a wire format whose values are not JSON, or whose calls stand in the header of a turn
(functiongemma, gemma4 and harmony, whose markers no other model has).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import completion_text, rendered_text, training_rows
from trace_trainer.engine.models.probes import PROBE, PROBE_REPLY
from trace_trainer.engine.models.rendering import settle_template, takes_system
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.verifiers.calls import FORMATS, Call, Reply
from trace_trainer.verifiers.calls.formats.layout import Layout
from trace_trainer.verifiers.calls.formats.notation import JSON

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_AROUND = next(name for name, format in FORMATS.items() if format.layout.holds_text)
"""A format that can be made for any template."""

# What `tools` become. `\n` in quotes is for Jinja to read, hence the raw strings.
_TOOL_LINES = r"""
{%- macro parameter_type(schema) -%}
{%- set known = ['type', 'enum', 'items', 'properties', 'required', 'description', 'default'] -%}
{%- if schema.keys() | reject('in', known) | list or (schema.type is not string and schema.enum is not defined) -%}
{{ schema | tojson }}
{%- elif schema.enum is defined -%}
{%- for value in schema.enum -%}{{ '|' if not loop.first }}{{ value | tojson }}{%- endfor -%}
{%- elif schema['items'] is mapping -%}[{{ parameter_type(schema['items']) }}]
{%- elif schema.properties is mapping -%}{{ '{' }}{{ parameter_list(schema) }}{{ '}' }}
{%- else -%}{{ schema.type }}
{%- endif -%}
{%- endmacro -%}
{%- macro parameter_list(schema) -%}
{%- for name, value in (schema.properties or {}).items() -%}
{{ ', ' if not loop.first }}{{ name }}{{ '?' if name not in (schema.required or []) }}: {{ parameter_type(value) }}
{%- if value.default is defined %}{{ ' = ' }}{{ value.default | tojson }}{% endif -%}
{%- if value.description %}{{ ' (' }}{{ value.description }}){% endif -%}
{%- endfor -%}
{%- endmacro -%}
{%- macro tool_line(function) -%}
{{ function.name }}({{ parameter_list(function.parameters or {}) }})
{%- if function.description %}{{ ' ' }}{{ function.description }}{% endif -%}
{%- endmacro -%}
"""

_AS_SYSTEM = "[{'role': 'system', 'content': turn.system}] + turn.messages"
_IN_FIRST = (
    "[{'role': 'user', 'content': turn.system ~ '\\n\\n' ~ turn.messages[0].content}] + turn.messages[1:]"
)
"""The system text as a turn of its own, and within the user's first for templates that refuse one."""

# `turn.said` collects the user's side, results and words, until the assistant answers: many templates insist that the
# two alternate.
_WRAPPER = r"""
{%- set turn = namespace(messages=[], said='', system='') -%}
{%- for message in messages -%}
{%- if message.role == 'system' -%}{%- set turn.system = message.content -%}
{%- elif message.role == 'assistant' -%}
{%- if turn.said -%}{%- set turn.messages = turn.messages + [{'role': 'user', 'content': turn.said}] -%}{%- endif -%}
{%- set turn.said = '' -%}
{%- set calls -%}{%- if message.tool_calls -%}@CALLS@{%- endif -%}{%- endset -%}
{%- set content = @CONTENT@ -%}
{%- set turn.messages = turn.messages + [{'role': 'assistant', 'content': content}] -%}
{%- else -%}
{%- set said = @RESULT@ if message.role == 'tool' else message.content -%}
{%- set turn.said = turn.said + '\n' + said if turn.said else said -%}
{%- endif -%}
{%- endfor -%}
{%- if turn.said -%}{%- set turn.messages = turn.messages + [{'role': 'user', 'content': turn.said}] -%}{%- endif -%}
{%- for tool in tools or [] -%}
{%- set turn.system = turn.system + ('\n' if turn.system else '') + tool_line(tool.function) -%}
{%- endfor -%}
{%- if turn.system -%}
{%- set turn.messages = @SYSTEM@ -%}
{%- endif -%}
{%- set messages = turn.messages -%}
{%- set tools = none -%}
"""


def fit_template(tokenizer: PreTrainedTokenizerBase, format: str, name: str) -> None:
    """See to it that the tokenizer's template shows tools and writes calls in a wire format.

    Args:
        format: a key of `verifiers.calls.FORMATS`.
        name: of the model; a template that is assigned is announced on standard error.

    Raises UserError where the tokenizer's own template writes calls in another format, and where the vocabulary lacks
    markers that the format needs.
    """
    settle_template(tokenizer, name)
    own = own_formats(tokenizer)
    if own is not None:
        if format in own:
            return
        if not _goes_around(tokenizer, FORMATS[format].layout):
            raise UserError(
                f"the chat template of {name} writes calls in the format {' or '.join(own) or 'of its own'}, not "
                f"{format}; give format {own[0] if own else _AROUND}"
            )
    made = [other for other in FORMATS.values() if other.layout.notation is JSON and not other.layout.header]
    if FORMATS[format] not in made:
        raise UserError(
            f"{name} has no chat template for tools, and none can be made for the format {format}; formats that one "
            f"can be made for: {', '.join(other.name for other in made)}"
        )
    missing = [marker for marker in FORMATS[format].layout.tokens if not _is_token(tokenizer, marker)]
    if missing:
        free = [other.name for other in made if not other.layout.tokens]
        raise UserError(
            f"the format {format} needs {', '.join(missing)} as tokens, which the vocabulary of {name} lacks; the "
            f"formats {' and '.join(free)} need none"
        )
    tokenizer.chat_template = wrapped(
        str(tokenizer.chat_template), format, has_system=takes_system(tokenizer)
    )
    tell(
        f"{name} has no chat template for tools in the format {format}: it gets one around its own, made of its own "
        "tokens and saved with what is trained from it"
    )


def _goes_around(tokenizer: PreTrainedTokenizerBase, layout: Layout) -> bool:
    """Whether a format may stand in for a template's: its calls hold all there is, or the vocabulary has its marks.

    The latter is how models of the Hermes family come, which were trained on marks that the template knows nothing of.
    """
    return layout.holds_text or (
        bool(layout.tokens) and all(_is_token(tokenizer, mark) for mark in layout.tokens)
    )


def own_formats(tokenizer: PreTrainedTokenizerBase) -> list[str] | None:
    """The wire formats in which the tokenizer's template writes calls; None where it shows no tools."""
    asked, reply = Prompt(PROBE.messages[:2], PROBE.tools), {"role": "assistant", "content": "Yes."}
    try:
        shown = rendered_text(tokenizer, asked, reply) != rendered_text(
            tokenizer, Prompt(asked.messages), reply
        )
    except UserError:
        return None
    if not shown:
        return None
    row = training_rows(tokenizer, [(PROBE, PROBE_REPLY)])[0]
    text = completion_text(tokenizer, row.completion_ids)
    return [name for name, format in FORMATS.items() if format.parse(text) == as_reply(PROBE_REPLY)]


def wrapped(template: str, format: str, has_system: bool = True) -> str:
    """The template with what comes before it in order to show tools and to write calls in a format.

    Args:
        has_system: whether it takes system messages; else their text opens the first of the user's.
    """
    layout = FORMATS[format].layout
    # Where the text of a turn stands within its call, the call is all there is.
    joined = "calls or message.content" if layout.holds_text else "(message.content or '') + calls"
    result = _joined(re.split(r"(@content)", layout.result), {"@content": "message.content"})
    wrapper = _WRAPPER.replace("@CALLS@", _calls(format, layout))
    wrapper = wrapper.replace("@SYSTEM@", _AS_SYSTEM if has_system else _IN_FIRST)
    return (_TOOL_LINES + wrapper.replace("@CONTENT@", joined).replace("@RESULT@", result)).strip() + template


def _calls(format: str, layout: Layout) -> str:
    """What renders the calls of a message."""
    name = "call.function.name"
    values = {
        "@name": name if layout.bare_name else f"({name} | tojson)",
        "@arguments": "(call.function.arguments | tojson)",
        "@text": "((message.content or '') | tojson)",
    }
    pieces = re.split(f"({'|'.join(values)})", layout.call)
    lines = []
    if layout.limits:
        crowded = ["message.tool_calls | length > 1"]
        if layout.before is None and not layout.holds_text:
            crowded.append("message.content")
        refused = _quoted(f"the format {format} has {layout.limits}")
        lines.append(
            f"{{%- if {' or '.join(crowded)} -%}}{{{{ raise_exception({refused}) }}}}{{%- endif -%}}"
        )
    lines.append("{%- for call in message.tool_calls -%}")
    if layout.between:
        lines.append(f"{{{{- {_quoted(layout.between)} if not loop.first -}}}}")
    if layout.before:
        lines.append(f"{{{{- {_quoted(layout.before)} if loop.first and message.content -}}}}")
    lines.append(f"{{{{- {_joined(pieces, values)} -}}}}")
    return "\n".join([*lines, "{%- endfor -%}"])


def _joined(pieces: Sequence[str], values: Mapping[str, str]) -> str:
    """A Jinja expression: the pieces as text, but for those that stand for values."""
    return " ~ ".join(values.get(piece) or _quoted(piece) for piece in pieces if piece)


def _quoted(text: str) -> str:
    """A text as Jinja has it in an expression."""
    return json.dumps(text, ensure_ascii=False)


def as_reply(message: Message) -> Reply:
    """An assistant's message as what a wire format reads and writes."""
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    return Reply(
        tuple(Call(call["name"], call["arguments"]) for call in calls), (message.get("content") or "").strip()
    )


def _is_token(tokenizer: PreTrainedTokenizerBase, text: str) -> bool:
    return len(tokenizer(text, add_special_tokens=False)["input_ids"]) == 1
