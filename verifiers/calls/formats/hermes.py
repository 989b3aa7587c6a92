"""hermes (Qwen, SmolLM3, Hermes): a JSON object between `<tool_call>` tags, one block for each call, text around them.

<tool_call>
{"name": "run_shell_command", "arguments": {"command": "lsblk"}}
</tool_call>
"""

from __future__ import annotations

from trace_trainer.verifiers.calls.formats.json_calls import json_format
from trace_trainer.verifiers.calls.formats.layout import Layout

HERMES = json_format(
    "hermes",
    Layout(
        '<tool_call>\n{"name": @name, "arguments": @arguments}\n</tool_call>',
        between="\n",
        before="\n",
        result="<tool_response>\n@content\n</tool_response>",
        tokens=("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"),
    ),
)
