"""Whatever the text and whatever the tools: a verdict, in less than a tenth of a second."""

from __future__ import annotations

import time
from typing import Any

import pytest
from helpers.call_turns import calls, machine
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import Call, verify_call
from trace_trainer.verifiers.calls import INSTALLER_TOOLS
from trace_trainer.verifiers.limits import MAX_CHARACTERS

MACHINE = machine()
TEXTS = [
    {"type": "text", "response": "I will not do that, it would damage the system.", "intent": "refuse"},
    {"type": "text", "response": "Which disk should I use, sda (500G) or sdb (1T)?", "intent": "ask"},
    {"type": "text", "response": "This erases everything on sda (500G). Continue?", "intent": "confirm"},
    {"type": "text", "response": "At least 20 GB, better 50 GB.", "intent": "answer"},
]
PIECES = [
    "run ", "run: ", "Run `ls -la` ", "`", "$ ", "$ rm -rf /mnt/x\n", "ls -l\n", "a ", "1.", "?", "\n", "\nUser: a",
    "<|", "[", "get_weather(", "get_weather ", '{"get_weather":', "not ", "can't ", "I'll ", "I have ", "ich habe a",
    "j'ai a a", "sda ", "500G ", "with dd ", "don't hesitate ", "mount /dev/sda1 /mnt\n", "```", "é", "--a ", "~# ",
    "'\n", "lo ", ":", "execute the following command: ",
    "dd if=/dev/zero of=/dev/sda\n", "Action: ", "Which disk? ", "which ", "\t",
]  # fmt: skip
WEATHER = {"name": "get_weather", "parameters": {"type": "dict", "properties": {"city": {"type": "string"}}}}
KEYWORDS = st.sampled_from(
    [
        "type",
        "minimum",
        "pattern",
        "$ref",
        "enum",
        "items",
        "properties",
        "anyOf",
        "allOf",
        "not",
        "format",
        "required",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["string", "integer", "#", "#/a", "(", "date", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS | st.just("a"), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("piece", PIECES)
def test_the_longest_reply_in_words_is_judged_in_a_tenth_of_a_second(piece: str) -> None:
    verify_call("$ ls", "hermes", TEXTS[0], INSTALLER_TOOLS, MACHINE)  # the machine is loaded
    for other in ("", "run "):
        text = ((piece + other) * MAX_CHARACTERS)[:MAX_CHARACTERS]
        for expected in TEXTS[:2]:
            best = 9.0
            for _ in range(2):
                started = time.process_time()
                verdict = verify_call(text, "hermes", expected, [*INSTALLER_TOOLS, WEATHER], MACHINE)
                best = min(best, time.process_time() - started)
            assert verdict.outcome != "error" and best < 0.1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8).map("".join), st.sampled_from(TEXTS)
)
def test_any_words_get_a_verdict(text: str, expected: Any) -> None:
    verdict = verify_call(text, "auto", expected, [*INSTALLER_TOOLS, WEATHER], MACHINE)
    assert verdict.outcome != "error"
    assert (not verdict.violations) is (verdict.outcome == "correct")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYWORDS, VALUES, max_size=4), VALUES)
def test_any_schema_gets_a_verdict_or_an_error_of_the_data(schema: Any, value: Any) -> None:
    tools = [{"name": "f", "parameters": {"type": "object", "properties": {"x": schema}}}]
    verdict = verify_call(calls(Call("f", {"x": value})), "hermes", None, tools)
    assert verdict.outcome in ("valid", "invalid_call") or verdict.violations[0].code == "bad_tools"
