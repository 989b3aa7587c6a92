"""What stands around calls: empty replies, ends of turns, thoughts, fences, other formats and words."""

from __future__ import annotations

import pytest
from helpers.call_texts import COMMAND, EXAMPLES, IN_AUTO, call_of, code_of

from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS, ParseFailure
from trace_trainer.verifiers.calls.formats import parse


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
        assert parse(thought + EXAMPLES[name], name) == Reply((COMMAND,))
        assert name not in IN_AUTO or parse(thought + EXAMPLES[name]) == Reply((COMMAND,))
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
