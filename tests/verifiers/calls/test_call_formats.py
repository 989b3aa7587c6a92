"""Wire formats: what is written reads back as the same calls, and everything that looks like a call but is none."""

from __future__ import annotations

import json

import pytest
from helpers.call_strategies import HOSTILE, replies
from helpers.call_texts import COMMAND, EXAMPLES, IN_AUTO, call_of, code_of, gemma, hermes
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS, ParseFailure, RenderError
from trace_trainer.verifiers.calls.formats import detect, parse
from trace_trainer.verifiers.limits import MAX_CHARACTERS

FUZZ = settings(max_examples=60, deadline=None)
EXPRESSIBLE = {
    "hermes": replies(3, with_text=True),
    "llama3": replies(1, with_text=False),
    "functiongemma": replies(3, with_text=True),
    "gemma4": replies(3, with_text=True),
    "harmony": replies(1, with_text=False),
    "structured": replies(1, with_text=True),
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_reads_back_as_the_same_reply(name: str) -> None:
    @FUZZ
    @given(EXPRESSIBLE[name])
    def check(reply: Reply) -> None:
        try:
            text = FORMATS[name].render(reply)
        except RenderError:
            assert any("<escape>" in str(call) for call in reply.calls) or not reply.calls
            return
        assert FORMATS[name].parse(text) == reply

    check()


@pytest.mark.parametrize("name", IN_AUTO)
def test_auto_reads_what_each_format_writes(name: str) -> None:
    @FUZZ
    @given(EXPRESSIBLE[name])
    def check(reply: Reply) -> None:
        if reply.calls:
            text = FORMATS[name].render(reply)
            assert parse(text) == reply and detect(text) is FORMATS[name]

    check()


@pytest.mark.parametrize("name", FORMATS)
def test_the_canonical_text_is_the_specified_one(name: str) -> None:
    assert FORMATS[name].render(Reply((COMMAND,))) == EXAMPLES[name]


@pytest.mark.parametrize("name", [*FORMATS, "auto"])
def test_no_text_makes_a_reader_raise(name: str) -> None:
    pieces = [
        *EXAMPLES.values(),
        *HOSTILE,
        "<escape>",
        "call:",
        "{",
        "}",
        "[",
        "'",
        '"',
        ":",
        ",",
        "null",
        "1e999",
    ]
    pieces += [piece[:cut] for piece in EXAMPLES.values() for cut in (5, 20, 40)]

    @FUZZ
    @given(st.lists(st.sampled_from(pieces) | st.text(max_size=5), max_size=6).map("".join))
    def check(text: str) -> None:
        assert isinstance(parse(text, name), Reply | ParseFailure)

    check()


# The traps of the specification, one test each.


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("command", ["awk '{print {$1}}' f", "echo }}{", 'echo "a}" && b{1,2}'])
def test_braces_nested_and_inside_strings_are_no_end(name: str, command: str) -> None:
    call = Call("f", {"command": command, "deep": {"a": {"b": [{}, {"c": "}"}]}}})
    assert call_of(FORMATS[name].render(Reply((call,))), name) == call


@pytest.mark.parametrize("name", FORMATS)
def test_escaped_quotes_do_not_cut_a_command(name: str) -> None:
    call = Call("run_shell_command", {"command": 'echo "mypc" > /mnt/etc/hostname'})
    assert call_of(FORMATS[name].render(Reply((call,))), name) == call


@pytest.mark.parametrize("name", FORMATS)
def test_shell_operators_are_not_markup(name: str) -> None:
    call = Call("run_shell_command", {"command": "a && b < c > d 2>&1 | e </dev/null"})
    assert call_of(FORMATS[name].render(Reply((call,))), name) == call


@pytest.mark.parametrize("name", ["hermes", "functiongemma", "gemma4"])
def test_several_calls_are_read_in_their_order(name: str) -> None:
    reply = Reply((COMMAND, Call("f", {}), COMMAND))
    assert FORMATS[name].parse(FORMATS[name].render(reply)) == reply


@pytest.mark.parametrize("separator", [";", "\n", "", ", "])
def test_llama3_has_one_call_a_turn(separator: str) -> None:
    assert code_of(EXAMPLES["llama3"] + separator + EXAMPLES["llama3"], "llama3") == "several_calls"
    with pytest.raises(RenderError, match="one call a turn"):
        FORMATS["llama3"].render(Reply((COMMAND, COMMAND)))


@pytest.mark.parametrize("name", ["hermes", "functiongemma", "gemma4"])
def test_text_before_and_after_a_call_is_kept(name: str) -> None:
    assert parse(f"First I look.\n{EXAMPLES[name]}\nThen we talk.", name) == Reply(
        (COMMAND,), "First I look.\nThen we talk."
    )


@pytest.mark.parametrize("name", ["llama3", "structured"])
@pytest.mark.parametrize("form", ["Sure! {}", "{} Done."])
def test_a_whole_reply_format_has_no_text_around_a_call(name: str, form: str) -> None:
    assert code_of(form.replace("{}", EXAMPLES[name]), name) in ("stray_call", "text_around_call")


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_cut_anywhere_is_never_another_call(name: str) -> None:
    text = FORMATS[name].render(Reply((Call("f", {"a": "x}y", "b": [1, {"c": None}]}),)))
    assert {code_of(text[:cut], name) for cut in range(len(EXAMPLES[name][:23]), len(text))} <= {
        "unclosed_call", "bad_value", "stray_call"
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_a_name_inside_the_arguments_is_an_argument(name: str) -> None:
    call = Call("f", {"name": "g", "arguments": {"name": "h"}, "tool_name": "i", "parameters": {}})
    text = FORMATS[name].render(Reply((call,)))
    assert call_of(text, name) == call
    assert name not in IN_AUTO or call_of(text) == call


@pytest.mark.parametrize(
    "text",
    [
        hermes("{'name': 'f', 'arguments': {'a': 1}}"),
        hermes("""{"name": "f", "arguments": {'a': 1}}"""),
        "{'name': 'f', 'parameters': {'a': 1}}",
        "{'query': '', 'tool_name': 'f', 'arguments': {}}",
    ],
)
def test_python_dicts_in_single_quotes_are_named(text: str) -> None:
    assert code_of(text) == "single_quotes"


@pytest.mark.parametrize(
    "text",
    [
        hermes('{"name": "f", "arguments": {"a": 1, "a": 2}}'),
        hermes('{"name": "f", "name": "g", "arguments": {}}'),
        '{"name": "f", "parameters": {"x": {"a": 1, "a": 1}}}',
        gemma("f{a:1,a:2}"),
    ],
)
def test_duplicate_keys_are_refused(text: str) -> None:
    assert code_of(text) == "duplicate_key"


@pytest.mark.parametrize("value", ["10:30", "Paris", '"Paris"', "a:b,c:d", "https://x", "None", "nan", ""])
def test_functiongemma_strings_stand_between_marks(value: str) -> None:
    assert code_of(gemma(f"f{{time:{value}}}")) in ("bad_value", "not_a_call")


@pytest.mark.parametrize(
    "text",
    [
        hermes(json.dumps({"name": "f", "arguments": json.dumps({"a": 1})})),
        json.dumps({"name": "f", "parameters": json.dumps({"a": 1})}),
        json.dumps({"query": "", "tool_name": "f", "arguments": json.dumps({"a": 1})}),
    ],
)
def test_arguments_in_a_string_are_read_and_reported(text: str) -> None:
    reply = parse(text)
    assert reply == Reply((Call("f", {"a": 1}),))
    assert isinstance(reply, Reply) and reply.lints == ("arguments_as_string",)


def test_no_arguments_may_be_an_empty_string() -> None:
    assert parse(hermes('{"name": "f", "arguments": ""}')) == Reply((Call("f", {}),))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_json_does_not_have_are_refused(number: str) -> None:
    assert code_of(hermes(f'{{"name": "f", "arguments": {{"a": {number}}}}}')) == "bad_number"


@pytest.mark.parametrize("depth", [40, 900, 9_000])
@pytest.mark.parametrize("form", ['{{"name": "f", "parameters": {{"a": {}}}}}', "gemma"])
def test_nesting_without_end_is_refused(form: str, depth: int) -> None:
    value = "[" * depth + "]" * depth
    text = gemma(f"f{{a:{value}}}") if form == "gemma" else form.format(value)
    assert code_of(text) == "too_deep"


def test_a_text_beyond_the_limit_is_refused_unread() -> None:
    assert code_of(EXAMPLES["hermes"] + " " * MAX_CHARACTERS) == "too_large"


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("llama3", Reply((COMMAND,), "Look:")),
        ("structured", Reply((COMMAND, COMMAND))),
        ("functiongemma", Reply((Call("f", {"a": "<escape>"}),))),
        ("functiongemma", Reply((Call("two words", {}),))),
        ("gemma4", Reply((Call("f", {"a": '<|"|>'}),))),
        ("harmony", Reply((Call("f", {}), Call("g", {})))),
        ("harmony", Reply((Call("f", {"a": "<|end|>"}),))),
        ("hermes", Reply((), "<tool_call>")),
        ("hermes", Reply((), '{"name": "f", "parameters": {}}')),
        ("hermes", Reply((Call("f", {"a": float("nan")}),))),
        ("hermes", Reply((Call("f", {1: 2}),))),  # type: ignore[dict-item]
        ("hermes", Reply()),
    ],
)
def test_what_a_format_cannot_express_is_refused_when_written(name: str, reply: Reply) -> None:
    with pytest.raises(RenderError):
        FORMATS[name].render(reply)


@pytest.mark.parametrize(
    "body",
    [
        "[]", "1", "null", '{"name": "f"}', '{"arguments": {}}', '{"name": 1, "arguments": {}}',
        '{"name": "", "arguments": {}}', '{"name": "f", "arguments": []}', '{"name": "f", "arguments": "[]"}',
        '{"name": "f", "arguments": {}, "id": 1}',
    ],
)  # fmt: skip
def test_an_object_that_is_no_call_is_refused(body: str) -> None:
    assert code_of(hermes(body)) == "not_a_call"


def test_functiongemma_sorts_keys_and_writes_no_spaces() -> None:
    call = Call(
        "get_weather", {"days": 3, "city": "Paris", "ok": True, "none": None, "l": ["a", 1.5], "m": {"z": 1}}
    )
    assert FORMATS["functiongemma"].render(Reply((call,))) == gemma(
        "get_weather{city:<escape>Paris<escape>,days:3,l:[<escape>a<escape>,1.5],m:{z:1},none:null,ok:true}"
    )
