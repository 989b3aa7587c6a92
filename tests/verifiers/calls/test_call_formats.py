"""Wire formats: what is written reads back as the same calls, and everything that looks like a call but is none."""

from __future__ import annotations

import json

import pytest
from helpers.call_strategies import HOSTILE, replies
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS, ParseFailure, RenderError
from trace_trainer.verifiers.calls.formats import detect, parse
from trace_trainer.verifiers.limits import MAX_CHARACTERS

FUZZ = settings(max_examples=60, deadline=None)
COMMAND = Call("run_shell_command", {"command": "lsblk"})
EXPRESSIBLE = {
    "hermes": replies(3, with_text=True),
    "llama3": replies(1, with_text=False),
    "functiongemma": replies(3, with_text=True),
    "structured": replies(1, with_text=True),
}
EXAMPLES = {
    "hermes": '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "lsblk"}}\n</tool_call>',
    "llama3": '{"name": "run_shell_command", "parameters": {"command": "lsblk"}}',
    "functiongemma": "<start_function_call>call:run_shell_command{command:<escape>lsblk<escape>}<end_function_call>",
    "structured": '{"query": "", "tool_name": "run_shell_command", "arguments": {"command": "lsblk"}}',
}


def hermes(body: str) -> str:
    return f"<tool_call>\n{body}\n</tool_call>"


def gemma(body: str) -> str:
    return f"<start_function_call>call:{body}<end_function_call>"


def call_of(text: str, format: str = "auto") -> Call:
    reply = parse(text, format)
    assert isinstance(reply, Reply), reply
    (call,) = reply.calls
    return call


def code_of(text: str, format: str = "auto") -> str:
    failure = parse(text, format)
    assert isinstance(failure, ParseFailure), failure
    assert failure.hint and "\n" not in failure.hint
    return failure.code


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


@pytest.mark.parametrize("name", FORMATS)
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


@pytest.mark.parametrize("name", ["hermes", "functiongemma"])
def test_several_calls_are_read_in_their_order(name: str) -> None:
    reply = Reply((COMMAND, Call("f", {}), COMMAND))
    assert FORMATS[name].parse(FORMATS[name].render(reply)) == reply


@pytest.mark.parametrize("separator", [";", "\n", "", ", "])
def test_llama3_has_one_call_a_turn(separator: str) -> None:
    assert code_of(EXAMPLES["llama3"] + separator + EXAMPLES["llama3"], "llama3") == "several_calls"
    with pytest.raises(RenderError, match="one call a turn"):
        FORMATS["llama3"].render(Reply((COMMAND, COMMAND)))


@pytest.mark.parametrize("name", ["hermes", "functiongemma"])
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
    assert call_of(text, name) == call_of(text) == call


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


@pytest.mark.parametrize("text", ["", "  \n", "<think>hm</think>", "<|im_end|>"])
@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_reply_is_no_text(text: str, name: str) -> None:
    assert code_of(text, name) == "empty"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "end", ["<|im_end|>", "<|eot_id|>", "<end_of_turn>\n", "<start_function_response>", "</s>"]
)
def test_the_end_of_a_turn_is_no_text(name: str, end: str) -> None:
    assert parse(EXAMPLES[name] + end, name) == Reply((COMMAND,))


def test_llama3_tolerates_the_python_tag_and_the_type() -> None:
    assert call_of("<|python_tag|>" + EXAMPLES["llama3"]) == COMMAND
    assert call_of('{"type": "function", "name": "f", "parameters": {}}') == Call("f")


def test_llama3_says_that_its_key_is_parameters() -> None:
    failure = parse('{"name": "f", "arguments": {}}', "llama3")
    assert isinstance(failure, ParseFailure) and "'parameters'" in failure.hint


@pytest.mark.parametrize("name", FORMATS)
def test_a_thought_before_a_reply_is_not_part_of_it(name: str) -> None:
    for thought in ("<think>\nThey want disks.\n</think>\n\n", "They want disks.\n</think>\n"):
        assert parse(thought + EXAMPLES[name], name) == parse(thought + EXAMPLES[name]) == Reply((COMMAND,))
        assert parse(thought + "Hello.", name) == Reply((), "Hello.")


@pytest.mark.parametrize("name", FORMATS)
def test_a_call_inside_a_thought_is_neither_call_nor_thought(name: str) -> None:
    for form in ("<think>{}</think>Hello.", "{}</think>Hello."):
        text = form.replace("{}", EXAMPLES[name])
        assert isinstance(parse(text, name), ParseFailure) and isinstance(parse(text), ParseFailure)
    assert code_of(f"<think>{EXAMPLES[name]}", name) == "unclosed_thought"


@pytest.mark.parametrize("name", FORMATS)
def test_a_call_inside_a_code_fence_is_neither_call_nor_text(name: str) -> None:
    for opening in ("```\n", "```json\n", "Like this:\n```\n"):
        text = f"{opening}{EXAMPLES[name]}\n```"
        assert code_of(text, name) in ("call_in_fence", "stray_call")
        assert isinstance(parse(text), ParseFailure)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("other", FORMATS)
def test_a_call_of_another_format_is_never_words(name: str, other: str) -> None:
    if name != other:
        assert isinstance(parse(f"Hello. {EXAMPLES[other]}", name), ParseFailure)


@pytest.mark.parametrize(
    "text", ["Use {braces}.", 'The key "name": is needed.', "a < b", "```\nlsblk\n```", "$ lsblk"]
)
@pytest.mark.parametrize("name", [*FORMATS, "auto"])
def test_words_with_signs_in_them_are_words(text: str, name: str) -> None:
    assert parse(text, name) == Reply((), text)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("llama3", Reply((COMMAND,), "Look:")),
        ("structured", Reply((COMMAND, COMMAND))),
        ("functiongemma", Reply((Call("f", {"a": "<escape>"}),))),
        ("functiongemma", Reply((Call("two words", {}),))),
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
