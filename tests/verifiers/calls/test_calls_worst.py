"""The longest command lines and arguments: each verdict in less than a tenth of a second.

The bound is twice that, of the best of three, as tests run beside each other.
"""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from helpers.call_turns import FORMATTED, machine, says

from trace_trainer.verifiers import Machine, verify_call
from trace_trainer.verifiers.limits import MAX_CHARACTERS
from trace_trainer.verifiers.shell import MAX_LENGTH

BOUND = 0.2
LINES = {
    "sed": "echo " + "x" * 9_000 + " | sed s/x/" + "y" * 9_000 + "/g",
    "many_edits": "echo " + "x" * 8_000 + " | sed" + " -e s/.a/b/" * 800,
    "many_patterns": "echo " + "x" * 8_000 + " | grep" + " -e .a" * 1_500,
    "parted": "parted -s /dev/sda mklabel gpt " + "mkpart a 1MiB 2MiB rm 1 " * 800,
    "printf": "printf '%s\\n' " + "a " * 9_000,
    "echo": "echo " + "a " * 9_900,
    "wrappers": "env " * 3_900 + "ls",
    "sudo": "sudo " * 3_900 + "ls",
    "devices": "ls " + "/dev/sda " * 2_000,
    "find": "; ".join(["find /"] * 2_400),
    "copies": "; ".join(["cp -a /etc /tmp/e"] * 900),
    "pipes": "lsblk | " * 2_000 + "cat",
    "tests": "test " + "! " * 8_000 + "x",
    "files": "touch " + " ".join(f"/tmp/d{number}" for number in range(1_500)) + "; rm -rf /tmp/*",
}
LIMIT = MAX_CHARACTERS - 200
ARGUMENTS = {
    "deep": '{"x": ' + '{"a": ' * 60 + "1" + "}" * 60 + "}",
    "deepest": '{"x": ' + "[" * (LIMIT // 2) + "]" * (LIMIT // 2) + "}",
    "many_keys": "{" + ", ".join(f'"k{number}": {number}' for number in range(LIMIT // 14)) + "}",
    "many_keys_within": '{"x": {' + ", ".join(f'"k{number}": 1' for number in range(LIMIT // 12)) + "}}",
    "long_text": '{"s": "' + "a" * LIMIT + 'b"}',
    "escapes": '{"s": "' + "\\u0041" * (LIMIT // 6) + '"}',
    "long_list": '{"l": [' + ", ".join(["1"] * (LIMIT // 3)) + "]}",
    "different_things": '{"u": [' + ", ".join(f'{{"a": {n}}}' for n in range(LIMIT // 12)) + "]}",
    "long_number": '{"l": [' + "9" * LIMIT + "]}",
    "too_long": '{"s": "' + "a" * 100_000 + '"}',
    "too_deep_and_long": '{"x": ' + '{"a": ' * 20_000 + "1" + "}" * 20_001,
}
TOOL = {
    "name": "f",
    "parameters": {
        "type": "object",
        "properties": {
            "x": {"type": "object"},
            "s": {"type": "string", "pattern": "^(a+)+$"},
            "l": {"type": "array", "items": {"type": "integer"}},
            "u": {"type": "array", "uniqueItems": True},
        },
    },
}


def seconds(text: str, expected: Any, tools: Any = None, start: Machine | None = None) -> float:
    best = 9.0
    for _ in range(3):
        started = process_time()
        verdict = verify_call(text, "hermes", expected, tools, start)
        best = min(best, process_time() - started)
        assert verdict.outcome != "error"
    return best


@pytest.mark.parametrize("name", LINES)
def test_the_longest_command_line_is_judged_soon(name: str) -> None:
    start, line = machine(FORMATTED), LINES[name]
    assert len(line) <= MAX_LENGTH
    start.copy().run("ls")  # the commands are loaded
    for expected in (None, {"type": "command", "command": "lsblk"}):
        assert seconds(says(line), expected, start=start) < BOUND


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_longest_arguments_are_judged_soon(name: str) -> None:
    text = f'<tool_call>\n{{"name": "f", "arguments": {ARGUMENTS[name]}}}\n</tool_call>'
    wanted = [{"name": "f", "arguments": {"x": {}}}]
    for expected in (None, wanted):
        for tools in (None, [TOOL]):
            assert seconds(text, expected, tools) < BOUND


def test_very_many_calls_are_judged_soon() -> None:
    call = '<tool_call>\n{"name": "f", "arguments": {"x": {}}}\n</tool_call>\n'
    count = MAX_CHARACTERS // len(call)
    wanted = [{"name": "f", "arguments": {"x": {}}}] * count
    for expected in (None, wanted, wanted[1:]):
        assert seconds(call * count, expected, [TOOL]) < BOUND
