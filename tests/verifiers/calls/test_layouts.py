"""Layouts: a wire format that is declared writes what it reads, and is told from the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS, ParseFailure, RenderError
from trace_trainer.verifiers.calls.formats import detect
from trace_trainer.verifiers.calls.formats.json_calls import json_format
from trace_trainer.verifiers.calls.formats.layout import Layout

BRACKETS = Layout('[CALL]{"tool": @name, "with": @arguments}[/CALL]', between="\n", before="\n")
WHOLE = Layout('{"say": @text, "do": @name, "how": @arguments}')
ARGUMENTS = st.dictionaries(
    st.text("ab", min_size=1), st.one_of(st.text('a"é{}[]\n'), st.integers(), st.booleans())
)


@pytest.fixture(scope="module", autouse=True)
def _declared() -> Iterator[None]:
    with FORMATS.trial():
        json_format("brackets", BRACKETS)
        json_format("whole", WHOLE)
        yield


@given(st.lists(ARGUMENTS, min_size=1, max_size=3), st.sampled_from(["", "Here you are."]))
def test_calls_between_tags_read_back_and_are_recognised(
    arguments: list[dict[str, object]], text: str
) -> None:
    reply = Reply(tuple(Call("f", found) for found in arguments), text)
    written = FORMATS["brackets"].render(reply)
    assert FORMATS["brackets"].parse(written) == reply and detect(written) is FORMATS["brackets"]


@given(ARGUMENTS, st.sampled_from(["", "Look it up."]))
def test_a_call_that_is_the_whole_turn_reads_back_and_is_recognised(
    arguments: dict[str, object], text: str
) -> None:
    reply = Reply((Call("f", arguments),), text)
    written = FORMATS["whole"].render(reply)
    assert FORMATS["whole"].parse(written) == reply and detect(written) is FORMATS["whole"]


def test_a_call_of_a_declared_format_is_no_words_in_another() -> None:
    written = FORMATS["brackets"].render(Reply((Call("f", {}),)))
    for name in ("hermes", "llama3", "functiongemma", "structured"):
        found = FORMATS[name].parse(f"Which one? {written}")
        assert isinstance(found, ParseFailure) and found.code == "stray_call"


def test_what_a_layout_has_no_place_for_is_refused_by_the_formats_name() -> None:
    with pytest.raises(RenderError, match="whole has one call a turn"):
        FORMATS["whole"].render(Reply((Call("f", {}), Call("g", {}))))


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("call @name with @arguments", "has no object"),
        ('{"name": @name}', "has no object"),
        ('[CALL]{"name": @name, "arguments": @arguments}', "tags on both sides or on neither"),
    ],
)
def test_a_layout_without_a_call_is_refused(layout: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        json_format("broken", Layout(layout))
