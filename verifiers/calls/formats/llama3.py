"""llama3: one JSON object, the whole turn, with the key `parameters`: `{"name": "f", "parameters": {"x": 1}}`.

A leading `<|python_tag|>` and `"type": "function"` are put up with. A reply in words is the words; words and a call, or
two calls, are not a turn of this format.
"""

from __future__ import annotations

from typing import Any

from trace_trainer.verifiers.calls.formats.json_calls import json_format
from trace_trainer.verifiers.calls.formats.layout import Layout
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError


def _check(value: dict[str, Any]) -> None:
    if "arguments" in value and "parameters" not in value:
        raise CallSyntaxError("not_a_call", "llama3 has the key 'parameters' in place of 'arguments'")


LLAMA3 = json_format(
    "llama3",
    Layout('{"name": @name, "parameters": @arguments}'),
    leads=("<|python_tag|>",),
    others={"type": "function"},
    check=_check,
)
