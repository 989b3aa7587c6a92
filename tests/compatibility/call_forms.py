"""The forms of rows with tool calls that are tried: `DataForm`s, each with two rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compatibility.data_forms import DataForm, Rows, Writer, array, lines, parquet

NAME, ARGUMENTS = "get_weather", {"city": "Oslo"}
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
TOOLS = [
    {"type": "function", "function": {"name": NAME, "description": "Weather.", "parameters": PARAMETERS}}
]
ASKED = ("What is the weather in Oslo?", "Oslo, please: rain or sun?")
HERMES = f"<tool_call>\n{json.dumps({'name': NAME, 'arguments': ARGUMENTS})}\n</tool_call>"


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _calling(arguments: Any = ARGUMENTS) -> dict[str, Any]:
    call = {"type": "function", "function": {"name": NAME, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def calls(
    name: str,
    rows: Rows,
    write: Writer | None = None,
    task: str = "functions",
    audited: int | None = 2,
    outcome: str = "correct",
) -> DataForm:
    """Two rows with calls; so many of them have an outcome in an audit, None where they hold no reply."""
    outcomes = None if audited is None else {outcome: audited}
    return DataForm(f"calls: {name}", write or lines("c.jsonl"), rows, task=task, audited=outcomes)


def berkeley(folder: Path, rows: Rows) -> str:
    """Berkeley's rows with their answers in a file beside them."""
    (folder / "possible_answer").mkdir()
    answers = [{"id": row["id"], "ground_truth": row.pop("ground_truth")} for row in map(dict, rows)]
    lines("possible_answer/BFCL_simple.json")(folder, answers)
    return lines("BFCL_simple.json")(
        folder, [{k: v for k, v in row.items() if k != "ground_truth"} for row in rows]
    )


_IN_PARTS = {
    "role": "assistant",
    "content": [{"type": "tool_use", "id": "1", "name": NAME, "input": ARGUMENTS}],
}
_RESULT, _SAID = (
    {"role": "tool", "name": NAME, "content": "sun"},
    {"role": "assistant", "content": "It is sunny."},
)
_BERKELEY = {"name": NAME, "description": "Weather.", "parameters": {**PARAMETERS, "type": "dict"}}
_FLAT = {
    "city": {"type": "str", "description": "City."},
    "days": {"type": "int, optional", "description": "Days."},
}
_IN_WORDS = (
    f"Here is a list of functions in JSON format that you can invoke:\n{json.dumps([_BERKELEY])}.\nAnswer."
)
_STATE = "## Current System State\n\n- Boot mode: UEFI\n\n## Available Disks\n\n- /dev/sda: 256G (Samsung)"

CALLS = [
    calls(
        "own rows",
        [
            {
                "messages": [_user(q)],
                "tools": TOOLS,
                "expected": [{NAME: {"city": ["Oslo"]}}],
                "reply": _calling(),
            }
            for q in ASKED
        ],
    ),
    calls(
        "messages with tool_calls",
        [{"messages": [_user(q), _calling()], "tools": TOOLS} for q in ASKED],
        outcome="valid",
    ),
    calls(
        "messages, arguments and tools as JSON text",
        [
            {"messages": [_user(q), _calling(json.dumps(ARGUMENTS))], "tools": json.dumps(TOOLS)}
            for q in ASKED
        ],
        outcome="valid",
    ),
    calls(
        "messages, arguments encoded twice and tools as a list of JSON texts",
        [
            {
                "messages": [_user(q), _calling(json.dumps(json.dumps(ARGUMENTS)))],
                "tools": [json.dumps(tool) for tool in TOOLS],
            }
            for q in ASKED
        ],
        outcome="valid",
    ),
    calls(
        "messages with calls among the parts of a content",
        [{"messages": [_user(q), _IN_PARTS], "tools": TOOLS} for q in ASKED],
        outcome="valid",
    ),
    calls(
        "conversations of several turns",
        [
            {"messages": [_user(q), _calling(), _RESULT, _SAID, _user(q), _calling()], "tools": TOOLS}
            for q in ASKED
        ],
        outcome="valid",
    ),
    calls(
        "messages with tool_calls, Parquet",
        [{"messages": [_user(q), _calling()], "tools": TOOLS} for q in ASKED],
        parquet("c.parquet"),
        outcome="valid",
    ),
    calls(
        "prompt and completion as messages",
        [{"prompt": [_user(q)], "completion": [_calling()], "tools": TOOLS} for q in ASKED],
        outcome="valid",
    ),
    calls(
        "prompt and completion as text",
        [{"prompt": q, "completion": HERMES, "tools": TOOLS} for q in ASKED],
        outcome="valid",
    ),
    calls(
        "ShareGPT's conversations with function_call",
        [
            {
                "conversations": [
                    {"from": "human", "value": q},
                    {"from": "function_call", "value": json.dumps({"name": NAME, "arguments": ARGUMENTS})},
                ],
                "tools": json.dumps(TOOLS),
            }
            for q in ASKED
        ],
        outcome="valid",
    ),
    calls(
        "Berkeley, with its answers",
        [
            {
                "id": f"simple_{n}",
                "question": [[_user(q)]],
                "function": [_BERKELEY],
                "ground_truth": [{NAME: {"city": ["Oslo"], "days": ["", 1]}}],
            }
            for n, q in enumerate(ASKED)
        ],
        berkeley,
        audited=None,
    ),
    calls(
        "xLAM",
        [
            {
                "id": n,
                "query": q,
                "tools": json.dumps([{"name": NAME, "description": "Weather.", "parameters": _FLAT}]),
                "answers": json.dumps([{"name": NAME, "arguments": ARGUMENTS}]),
            }
            for n, q in enumerate(ASKED)
        ],
        array("xlam.json"),
        audited=None,
    ),
    calls(
        "ToolACE",
        [
            {
                "system": _IN_WORDS,
                "conversations": [
                    {"from": "user", "value": q},
                    {"from": "assistant", "value": f'[{NAME}(city="Oslo")]'},
                ],
            }
            for q in ASKED
        ],
        audited=None,
    ),
    calls(
        "mobile-actions",
        [
            {
                "metadata": "train",
                "tools": TOOLS,
                "messages": [{"role": "developer", "content": "It is Monday."}, _user(q), _calling()],
            }
            for q in ASKED
        ],
        outcome="valid",
    ),
    calls(
        "the installer's rows",
        [
            {
                "system_context": _STATE,
                "messages": [_user(q), {"role": "assistant", "content": "$ lsblk"}, _user("ok")],
                "expected_response": {"type": "command", "command": "lsblk -f"},
            }
            for q in ASKED
        ],
        task="installer",
        audited=None,
    ),
]
"""Rows with tool calls."""
