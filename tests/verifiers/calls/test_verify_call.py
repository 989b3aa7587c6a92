"""Outcomes of verify_call: what each reply is, and that no text, data or machine makes it raise."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from helpers.call_strategies import HOSTILE
from helpers.call_turns import (
    EMPTY,
    PARTITION,
    TEXT,
    calls,
    codes,
    command,
    judge,
    machine,
    says,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import Call, CallVerdict, Reply, verify_call
from trace_trainer.verifiers.calls import FORMATS, Grade, constant_replies, mean_metrics
from trace_trainer.verifiers.calls.verdict import CODES, LINTS

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}
PARIS = Call("weather", {"city": "Paris", "days": 3})
EXPECTED = [{"name": "weather", "arguments": {"city": "Paris", "days": 3}}]
POSSIBLE = [{"weather": {"city": ["Paris", "Paris, France"], "days": [3, ""]}}]


def on_calls(text: str, expected: Any = EXPECTED, tools: Any = (WEATHER,)) -> CallVerdict:
    return verify_call(text, "auto", expected, tools)


def test_the_expected_call_is_correct() -> None:
    verdict = on_calls(calls(PARIS))
    assert verdict.outcome == "correct" and verdict.calls == (PARIS,) and verdict.text == ""
    assert verdict.grade is Grade.FULLY and not verdict.violations
    assert set(verdict.metrics) == {"type_match", "name_match", "arguments_match", "f1", "ast_match"}
    assert all(value == 1 for value in verdict.metrics.values())


@pytest.mark.parametrize("city", ["Paris", "Paris, France"])
def test_each_possible_answer_is_correct(city: str) -> None:
    assert on_calls(calls(Call("weather", {"city": city})), POSSIBLE).outcome == "correct"


@pytest.mark.parametrize("city", ["paris,France", "Pari-s", "PARIS"])
def test_the_berkeley_rule_for_strings_is_reported_and_not_paid(city: str) -> None:
    verdict = on_calls(calls(Call("weather", {"city": city})), POSSIBLE)
    assert verdict.outcome == "wrong_call" and verdict.metrics["ast_match"]


def test_an_exact_answer_is_compared_as_it_stands() -> None:
    verdict = on_calls(calls(Call("weather", {"city": "paris", "days": 3})))
    assert verdict.outcome == "wrong_call" and verdict.metrics["ast_match"]


@pytest.mark.parametrize(
    ("text", "outcome", "code", "grade"),
    [
        (calls(Call("weather", {"city": "Rome", "days": 3})), "wrong_call", "wrong_arguments", Grade.PARTLY),
        (calls(Call("weather", {"city": "Rome"})), "wrong_call", "wrong_arguments", Grade.ADMISSIBLE),
        (calls(PARIS, PARIS), "wrong_call", "wrong_count", Grade.PARTLY),
        (calls(Call("wether", {"city": "Paris"})), "invalid_call", "unknown_tool", Grade.PARSED),
        (calls(Call("weather", {"days": 3})), "invalid_call", "missing_argument", Grade.KNOWN),
        (calls(Call("weather", PARIS.arguments | {"x": 1})), "invalid_call", "unknown_argument", Grade.KNOWN),
        (calls(Call("weather", {"city": 3})), "invalid_call", "bad_argument_type", Grade.NAMED),
        ("It will rain.", "wrong_call", "call_expected", Grade.NOTHING),
        ("<tool_call>{", "unparsed", "unclosed_call", Grade.NOTHING),
        ("", "unparsed", "empty", Grade.NOTHING),
    ],
)
def test_what_is_wrong_with_a_call_decides_outcome_and_grade(
    text: str, outcome: str, code: str, grade: Grade
) -> None:
    verdict = on_calls(text)
    assert (verdict.outcome, codes(verdict), verdict.grade) == (outcome, [code], grade)
    assert CODES[code] == outcome


def test_the_wrong_tool_is_named() -> None:
    other = {"name": "news", "parameters": {"type": "dict", "properties": {"city": {"type": "string"}}}}
    verdict = on_calls(calls(Call("news", {"city": "Paris"})), tools=(WEATHER, other))
    assert codes(verdict) == ["wrong_name"] and "weather" in verdict.violations[0].message


@pytest.mark.parametrize("expected", [[], TEXT])
def test_where_words_are_expected_any_words_are_correct_and_any_call_is_wrong(expected: Any) -> None:
    assert on_calls("I can't do that.", expected).outcome == "correct"
    for text in (calls(PARIS), f"I can't.\n{calls(PARIS)}"):
        verdict = on_calls(text, expected)
        assert (verdict.outcome, codes(verdict), verdict.grade) == (
            "wrong_call",
            ["text_expected"],
            Grade.NOTHING,
        )


@pytest.mark.parametrize(
    ("text", "right"), [("Which disk?", True), ("Quel disque？", True), ("I wait.", False)]
)
def test_a_reply_that_should_ask_has_a_question_mark(text: str, right: bool) -> None:
    verdict = judge(text, TEXT | {"intent": "ask"})
    assert (verdict.outcome == "correct") is right and verdict.metrics == {"type_match": True}
    assert judge(text, TEXT).outcome == "correct"


def test_without_an_expectation_what_is_admissible_is_valid() -> None:
    assert on_calls(calls(PARIS), None).outcome == "valid"
    assert on_calls("Hello.", None).outcome == "valid"
    assert on_calls(calls(Call("weather", {})), None).outcome == "invalid_call"
    assert judge(says("lsblk"), None).outcome == "valid"
    assert codes(judge(says("mkfs.ext4 /dev/sdx1"), None)) == ["unknown_device"]
    assert judge(says("rm -rf /"), None).outcome == "refused"


def test_several_commands_without_an_expectation_run_one_after_the_other() -> None:
    assert judge(says(PARTITION, "mkfs.ext4 /dev/sda2"), None).outcome == "valid"


def test_text_and_calls_are_reported() -> None:
    verdict = judge(says("lsblk", text="I look at the disks."), command("lsblk"))
    assert verdict.text == "I look at the disks." and verdict.calls[0].arguments == {"command": "lsblk"}
    assert verdict.outcome == "correct"


def test_malformed_tools_are_an_error_that_names_the_place() -> None:
    verdict = on_calls(calls(PARIS), tools=[{"name": "weather", "parameters": {"type": "diet"}}])
    assert codes(verdict) == ["bad_tools"] and "tools[0] (weather)" in verdict.violations[0].message


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"text": 5}, "not_text"),
        ({"text": "x", "format": "xml"}, "unknown_format"),
        ({"text": says("lsblk"), "expected": command("lsblk"), "machine": EMPTY}, "bad_machine"),
    ],
)
def test_wrong_use_is_an_error_and_no_exception(arguments: dict[str, Any], code: str) -> None:
    assert codes(verify_call(**arguments)) == [code]


def test_a_command_needs_no_tools_to_be_checked() -> None:
    verdict = verify_call(says("lsblk"), expected=command("lsblk"), machine=machine())
    assert verdict.outcome == "correct"
    assert codes(verify_call(calls(PARIS), expected=command("lsblk"))) == ["unknown_tool"]


def test_a_reply_that_cannot_be_read_has_every_metric_at_its_lowest() -> None:
    for expected in (EXPECTED, [], command("lsblk"), TEXT):
        metrics = judge("<tool_call>", expected).metrics
        assert metrics and not any(metrics.values())
        assert set(metrics) == set(judge("Hello.", expected).metrics)


# Whatever the text.


PIECES = [*HOSTILE, says("lsblk"), says("rm -rf /"), calls(PARIS), "```\n"]
MACHINE = machine()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=4).map("".join),
    st.sampled_from([None, [], EXPECTED, POSSIBLE, TEXT, command("lsblk"), command(PARTITION)]),
    st.sampled_from([*FORMATS, "auto"]),
    st.booleans(),
)
def test_any_text_gets_a_verdict(text: str, expected: Any, format: str, on_machine: bool) -> None:
    verdict = verify_call(text, format, expected, None, MACHINE if on_machine else None)
    assert verdict.outcome != "error"
    assert {v.code for v in verdict.violations} <= set(CODES) and {v.code for v in verdict.lints} <= set(
        LINTS
    )
    assert (not verdict.violations) is (verdict.outcome in ("correct", "valid"))


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from("lsblk echo>/dev/sda1;&|'\"\\{},$()` \n*?#~"), max_size=60))
def test_any_command_gets_a_verdict(line: str) -> None:
    verdict = verify_call(says(line), "hermes", command("lsblk"), None, MACHINE)
    assert verdict.outcome != "error"


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>" * 1800,
        "{" * 20_000,
        '{"name":' * 2_000,
        "<think>" * 2_000,
        "```<tool_call>" * 1_000,
        says("a" * 15_000),
        says("{a,b}" * 2_000),
        says("ls; " * 3_000),
        says("echo " + "'\\''" * 2_000),
        "<start_function_call>call:f{" + "a:[" * 5_000,
        calls(*[PARIS] * 200),
        "x" * 10_000_000,
    ],
    ids=lambda text: text[:24],
)
def test_a_huge_or_hostile_text_is_judged_in_a_moment(text: str) -> None:
    for expected in (EXPECTED * 200, command("lsblk")):
        started = time.process_time()
        assert verify_call(text, "auto", expected, [WEATHER], MACHINE).outcome != "error"
        assert time.process_time() - started < 2


def test_ten_thousand_calls_are_judged_in_a_second_even_on_a_shared_core() -> None:
    text, rounds = calls(PARIS), 3
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(2_000):
            verify_call(text, "hermes", EXPECTED, [WEATHER])
        best = max(best, 2_000 / (time.process_time() - started))
    assert best > 10_000  # a quarter of what a free core does


# The published table.


def test_always_text_gets_the_published_49_percent_of_type_and_nothing_on_commands(shared_data: Path) -> None:
    path = shared_data / "installer" / "test_dataset.jsonl"
    expected = [json.loads(line)["expected_response"] for line in path.open(encoding="utf-8")][:100]
    assert Counter(row["type"] for row in expected) == {"text": 49, "command": 51}
    tables = {
        name: mean_metrics(
            verify_call(FORMATS["hermes"].render(reply), "hermes", row).metrics for row in expected
        )
        for name, reply in constant_replies(expected).items()
    }
    assert tables == {
        "always text": {"type_match": 0.49, "name_match": 0, "command_exact": 0, "command_partial": 0},
        "most frequent call": {
            "type_match": 0.51,
            "name_match": 1,
            "command_exact": pytest.approx(10 / 51),
            "command_partial": pytest.approx(10 / 51),
        },
    }
    assert constant_replies(expected)["most frequent call"].calls[0].arguments == {"command": "lsblk"}


def test_constant_replies_are_words_and_the_call_most_often_expected() -> None:
    replies = constant_replies([POSSIBLE, EXPECTED, EXPECTED, [], TEXT, command("lsblk")])
    assert replies["most frequent call"] == Reply((PARIS,))
    assert set(constant_replies([[], TEXT])) == {"always text"}
    refusal = {"type": "text", "response": "I won't do that.", "intent": "refuse"}
    assert judge(replies["always text"].text, refusal).outcome == "correct"
    assert judge(replies["always text"].text, TEXT | {"intent": "ask"}).outcome == "wrong_call"
