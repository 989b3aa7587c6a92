"""Patterns of grep and sed: the leftmost longest match, in linear time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.verifiers.machine.commands.files.patterns import Pattern, PatternError

ATOMS = st.tuples(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w"]), st.sampled_from(["", "", "*", "+", "?"])
)
PATTERNS = st.tuples(st.sampled_from(["", "^"]), st.lists(ATOMS, max_size=5), st.sampled_from(["", "$"]))


def leftmost_longest(from_start: bool, body: str, to_end: bool, line: str) -> tuple[int, int] | None:
    """The match by trying every span, longest first."""
    for start in range(1 if from_start else len(line) + 1):
        for end in range(len(line), start - 1, -1):
            if (not to_end or end == len(line)) and re.fullmatch(body, line[start:end]):
                return start, end
    return None


def found(pattern: Pattern, line: str) -> tuple[int, int] | None:
    return pattern.find(line, 0, lambda steps: None)


@given(PATTERNS, st.text("abc_ ", max_size=8))
def test_a_match_is_the_leftmost_and_there_the_longest(
    pattern: tuple[str, list[tuple[str, str]], str], line: str
) -> None:
    start, atoms, end = pattern
    body = "".join(atom + sign for atom, sign in atoms)
    assert found(Pattern(start + body + end, extended=True), line) == leftmost_longest(
        bool(start), body, bool(end), line
    )


def test_signs_are_plain_text_in_a_basic_pattern_and_special_in_an_extended_one() -> None:
    assert found(Pattern("a+"), "xaa+") == (2, 4)
    assert found(Pattern(r"a\+"), "xaa+") == (1, 3)
    assert found(Pattern("a+", extended=True), "xaa+") == (1, 3)


def test_alternatives_are_tried_side_by_side() -> None:
    assert found(Pattern(r"sdb\|sda"), "sda sdb") == (0, 3)
    assert found(Pattern("ab|abc|b", extended=True), "xabc") == (1, 4)


def test_a_fixed_pattern_has_no_special_characters() -> None:
    assert found(Pattern("a.[", fixed=True), "xa.[") == (1, 4)
    assert found(Pattern("a.c", fixed=True), "abc") is None


def test_case_can_be_ignored() -> None:
    assert found(Pattern("[A-C]x", ignore_case=True), "zbX") == (1, 3)


def test_character_classes_have_names() -> None:
    assert found(Pattern("[[:space:]][[:digit:]]*"), "ab 12") == (2, 5)


@pytest.mark.parametrize("text", [r"\(a\)", "[a", "a\\", "[[:nope:]]", "[z-a]"])
def test_what_is_wrong_or_not_covered_is_said(text: str) -> None:
    with pytest.raises(PatternError):
        Pattern(text)
