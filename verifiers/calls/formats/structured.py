"""structured: a raw JSON object as the whole reply, `{"query": "...", "tool_name": "f", "arguments": {"x": 1}}`.

`query` restates what was asked for and is the reply's text. A reply in words is the words.
"""

from __future__ import annotations

from trace_trainer.verifiers.calls.formats.json_calls import json_format
from trace_trainer.verifiers.calls.formats.layout import Layout

STRUCTURED = json_format(
    "structured", Layout('{"query": @text, "tool_name": @name, "arguments": @arguments}')
)
