"""Patterns of grep and sed: the leftmost longest match, in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.machine.patterns import Pattern, PatternError

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


@given(PATTERNS, st.text("abc_ ", max_size=8))
def test_a_match_is_the_leftmost_and_there_the_longest(
    pattern: tuple[str, list[tuple[str, str]], str], line: str
) -> None:
    start, atoms, end = pattern
    body = "".join(atom + sign for atom, sign in atoms)
    found = Pattern(start + body + end, extended=True).find(line)
    assert found == leftmost_longest(bool(start), body, bool(end), line)


def test_signs_are_plain_text_in_a_basic_pattern_and_special_in_an_extended_one() -> None:
    assert Pattern("a+").find("xaa+") == (2, 4)
    assert Pattern(r"a\+").find("xaa+") == (1, 3)
    assert Pattern("a+", extended=True).find("xaa+") == (1, 3)


def test_alternatives_are_tried_side_by_side() -> None:
    assert Pattern(r"sdb\|sda").find("sda sdb") == (0, 3)
    assert Pattern("ab|abc|b", extended=True).find("xabc") == (1, 4)


def test_a_fixed_pattern_has_no_special_characters() -> None:
    assert Pattern("a.[", fixed=True).find("xa.[") == (1, 4)
    assert Pattern("a.c", fixed=True).find("abc") is None


def test_case_can_be_ignored() -> None:
    assert Pattern("[A-C]x", ignore_case=True).find("zbX") == (1, 3)


def test_character_classes_have_names() -> None:
    assert Pattern("[[:space:]][[:digit:]]*").find("ab 12") == (2, 5)


@pytest.mark.parametrize("text", [r"\(a\)", "[a", "a\\", "[[:nope:]]", "[z-a]"])
def test_what_is_wrong_or_not_covered_is_said(text: str) -> None:
    with pytest.raises(PatternError):
        Pattern(text)


def test_a_hostile_pattern_stops_soon() -> None:
    started = time.perf_counter()
    with pytest.raises(PatternError, match="too long"):
        Pattern("a*" * 200 + "b").find("a" * 20_000)
    assert time.perf_counter() - started < 2
