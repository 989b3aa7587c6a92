"""The notations of Gemma 4 and GPT-OSS, which are read where they are named."""

from __future__ import annotations

import pytest
from helpers.call_texts import COMMAND, EXAMPLES, code_of

from trace_trainer.verifiers import Call, Reply, verify_call
from trace_trainer.verifiers.calls import FORMATS
from trace_trainer.verifiers.calls.formats import parse

CALL = Call(
    "get_weather", {"days": 3, "City": "Paris", "none": None, "l": ["a", 1.5], "m": {"z": 1, "y": True}}
)
_TO = "to=functions.run_shell_command"
_ARGUMENTS = '{"command": "lsblk"}'


def test_gemma4_sorts_keys_whatever_their_case_and_writes_no_spaces() -> None:
    assert FORMATS["gemma4"].render(Reply((CALL,))) == (
        '<|tool_call>call:get_weather{City:<|"|>Paris<|"|>,days:3,l:[<|"|>a<|"|>,1.5],m:{y:true,z:1},none:null}'
        "<tool_call|>"
    )


def test_gemma4_reads_null_as_its_first_templates_write_it() -> None:
    assert parse("<|tool_call>call:f{a:None}<tool_call|>", "gemma4") == Reply((Call("f", {"a": None}),))


@pytest.mark.parametrize("opening", ["<|channel>thought\n", "thought\n"])
def test_a_thought_in_gemmas_channel_is_no_part_of_the_reply(opening: str) -> None:
    for said, reply in ((EXAMPLES["gemma4"], Reply((COMMAND,))), ("Hello.", Reply((), "Hello."))):
        assert parse(f"{opening}They want disks.\n<channel|>{said}<turn|>", "gemma4") == reply


def test_a_call_in_gemmas_channel_is_none() -> None:
    assert code_of(f"<|channel>thought\n{EXAMPLES['gemma4']}<channel|>Hello.", "gemma4") == "call_in_thought"
    assert code_of(f"<|channel>thought\n{EXAMPLES['gemma4']}", "gemma4") == "unclosed_thought"


@pytest.mark.parametrize(
    "text",
    [
        f" {_TO}<|channel|>commentary json<|message|>{_ARGUMENTS}<|call|>",
        f"<|channel|>commentary {_TO} <|constrain|>json<|message|>{_ARGUMENTS}<|call|>",
        f"<|channel|>commentary {_TO}<|message|>{_ARGUMENTS}",
        f"<|start|>assistant<|channel|>commentary {_TO} json<|message|>{_ARGUMENTS}<|call|>",
        f"<|channel|>analysis<|message|>Disks.<|end|><|start|>assistant {_TO}<|channel|>commentary json<|message|>"
        f"{_ARGUMENTS}<|call|>",
        f"<|channel|>analysis<|message|>Disks.<|start|>assistant {_TO}<|channel|>commentary json<|message|>"
        f"{_ARGUMENTS}",
    ],
)
def test_harmony_reads_a_call_in_each_place_where_its_tool_may_stand(text: str) -> None:
    assert parse(text, "harmony") == Reply((COMMAND,))


def test_what_harmony_says_in_final_and_commentary_is_words() -> None:
    assert parse("<|channel|>final<|message|>Hello.<|return|>", "harmony") == Reply((), "Hello.")
    thought = "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant"
    assert parse(f"{thought}<|channel|>final<|message|>Hello.", "harmony") == Reply((), "Hello.")
    call = f"<|start|>assistant {_TO}<|channel|>commentary json<|message|>{_ARGUMENTS}<|call|>"
    assert parse(f"<|channel|>commentary<|message|>I look.<|end|>{call}", "harmony") == Reply(
        (COMMAND,), "I look."
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"<|channel|>analysis<|message|>{EXAMPLES['hermes']}<|end|>", "call_in_thought"),
        ("<|channel|>analysis<|message|>I think", "unclosed_thought"),
        ("<|channel|>analysis<|message|>I think.<|end|>", "empty"),
        ("<|channel|>commentary to=functions.f", "unclosed_call"),
        ("<|channel|>commentary to=python<|message|>1 + 1<|call|>", "not_a_call"),
        ("<|channel|>commentary to=functions.<|message|>{}<|call|>", "not_a_call"),
        ("<|channel|>secret<|message|>Hello.", "not_a_call"),
        (f" {_TO}<|channel|>commentary json<|message|>[1]<|call|>", "not_a_call"),
        (f" {_TO}<|channel|>commentary json<|message|>{_ARGUMENTS[:-3]}", "unclosed_call"),
        (EXAMPLES["harmony"] + "<|call|><|start|>assistant" + EXAMPLES["harmony"], "several_calls"),
        (EXAMPLES["harmony"] + "<|call|>Done.", "text_around_call"),
        ("<|channel|>final<|message|>Which?<|end|><|start|>user<|message|>sda", "stray_call"),
        (f"Hello. {_TO}", "stray_call"),
    ],
)
def test_what_is_no_turn_of_harmony_says_why(text: str, code: str) -> None:
    assert code_of(text, "harmony") == code


@pytest.mark.parametrize("name", ["gemma4", "harmony"])
def test_where_no_format_is_named_their_calls_are_another_notation(name: str) -> None:
    for format in ("auto", "hermes"):
        verdict = verify_call(EXAMPLES[name], format, [])
        assert (verdict.outcome, verdict.violations[0].code) == ("unparsed", "stray_call")


@pytest.mark.parametrize("name", ["gemma4", "harmony"])
def test_a_text_of_marks_in_any_order_makes_no_reader_raise(name: str) -> None:
    marks = [
        *FORMATS[name].layout.tokens,
        '<|"|>',
        "call:f{",
        "}",
        " to=functions.f",
        "<|end|>",
        "<|start|>assistant",
    ]
    for first in marks:
        for second in marks:
            for third in marks:
                parse(first + second + third, name)
