"""Metrics of calls: names, arguments and F1 against what was expected, in both of its forms."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.call_strategies import calls as any_calls
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import Call
from trace_trainer.verifiers.calls.expected import ExpectedCall, ExpectedCalls, ExpectedError, read_expected
from trace_trainer.verifiers.calls.matching import match
from trace_trainer.verifiers.calls.metrics import arguments_match, f1, mean_metrics, name_match


def expected(*raw: Any) -> tuple[ExpectedCall, ...]:
    wanted = read_expected(list(raw))
    assert isinstance(wanted, ExpectedCalls)
    return wanted.calls


def exactly(*calls: Call) -> tuple[ExpectedCall, ...]:
    return expected(*({"name": call.name, "arguments": call.arguments} for call in calls))


F, G = Call("f", {"a": 1, "b": "x"}), Call("g", {})


@settings(max_examples=60, deadline=None)
@given(st.lists(any_calls, max_size=4), st.randoms())
def test_the_same_calls_in_any_order_match_in_everything(calls: list[Call], random: Any) -> None:
    shuffled = random.sample(calls, len(calls))
    assert arguments_match(calls, exactly(*shuffled))
    assert name_match(calls, exactly(*shuffled))
    assert f1(calls, exactly(*shuffled)) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(any_calls, max_size=3), st.lists(any_calls, max_size=3))
def test_f1_is_symmetric_and_1_only_for_equal_triples(one: list[Call], other: list[Call]) -> None:
    value = f1(one, exactly(*other))
    assert 0 <= value <= 1 and value == pytest.approx(f1(other, exactly(*one)))
    if arguments_match(one, exactly(*other)):
        assert value == 1


def test_names_are_compared_as_multisets() -> None:
    assert name_match([F, G, F], exactly(G, F, F))
    assert not name_match([F, G], exactly(F, F))
    assert not name_match([F], exactly(F, F))


@pytest.mark.parametrize(
    ("given", "wanted", "equal"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": [1, {"x": 2, "y": 3}]}, {"a": [1.0, {"y": 3, "x": 2}]}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 0}, {"a": False}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": None}, {}, False),
        ({"a": "X"}, {"a": "x"}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": ""}, {}, False),
    ],
)
def test_arguments_are_compared_as_json_values(
    given: dict[str, Any], wanted: dict[str, Any], equal: bool
) -> None:
    assert arguments_match([Call("f", given)], exactly(Call("f", wanted))) is equal


@pytest.mark.parametrize(
    ("given", "wanted", "value"),
    [
        ([], [], 1),
        ([], [F], 0),
        ([F], [], 0),
        ([F], [Call("f", {"a": 1, "b": "y"})], 0.5),
        ([Call("f", {"a": 1})], [F], 2 / 3),
        ([F, F], [F], 2 / 3),
        ([Call("h", F.arguments)], [F], 0),
        ([G], [G], 1),
        ([G], [Call("h", {})], 0),
        ([F, G], [F], 4 / 5),
    ],
)
def test_f1_counts_triples_of_call_key_and_value(given: list[Call], wanted: list[Call], value: float) -> None:
    assert f1(given, exactly(*wanted)) == pytest.approx(value)


def test_possible_values_are_all_right_and_what_may_be_left_out_counts_for_neither_side() -> None:
    wanted = expected({"f": {"a": [1, 2], "b": ["x", ""], "c": [{"k": [5, 6], "l": [7, ""]}]}})
    full = Call("f", {"a": 2, "b": "x", "c": {"k": 6, "l": 7}})
    short = Call("f", {"a": 1, "c": {"k": 5}})
    assert arguments_match([full], wanted) and arguments_match([short], wanted)
    assert f1([full], wanted) == f1([short], wanted) == 1
    assert f1([Call("f", {"a": 3, "c": {"k": 5}})], wanted) == 0.5
    assert not arguments_match([Call("f", {"a": 1, "c": {}})], wanted)


def test_calls_are_paired_as_well_as_possible_not_first_come_first_served() -> None:
    wanted = expected({"f": {"a": [1, 2]}}, {"f": {"a": [1]}})
    assert arguments_match([Call("f", {"a": 1}), Call("f", {"a": 2})], wanted)
    assert arguments_match([Call("f", {"a": 2}), Call("f", {"a": 1})], wanted)
    assert not arguments_match([Call("f", {"a": 2}), Call("f", {"a": 2})], wanted)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), max_size=5))
)
def test_a_matching_is_as_large_as_can_be(fits: list[list[bool]]) -> None:
    width = len(fits[0]) if fits else 3

    def largest(row: int, taken: frozenset[int]) -> int:
        if row == len(fits):
            return 0
        free = [column for column in range(width) if fits[row][column] and column not in taken]
        return max([largest(row + 1, taken), *(1 + largest(row + 1, taken | {c}) for c in free)])

    partners = match(range(len(fits)), range(width), lambda row, column: fits[row][column])
    used = [partner for partner in partners if partner != -1]
    assert len(set(used)) == len(used) == largest(0, frozenset())
    assert all(partner == -1 or fits[partner][column] for column, partner in enumerate(partners))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("lsblk", "expected: a list of calls"),
        ({}, "expected.type: None"),
        ({"type": "image"}, "expected.type: 'image'"),
        ({"type": "command"}, "expected.command: a command line is needed"),
        ({"type": "command", "command": " "}, "expected.command: a command line is needed"),
        ({"type": "command", "command": "ls", "goal": ["x"]}, "expected.goal: an object of facts"),
        ({"type": "text", "intent": "sing"}, "expected.intent: 'sing'; there are answer, ask"),
        ([1], r"expected\[0\]: a call is an object"),
        ([{"f": {}, "g": {}}], r"expected\[0\]: one name"),
        ([{"f": [1]}], r"expected\[0\]\.f: an object of possible values"),
        ([{"f": {"a": 1}}], r"expected\[0\]\.f\.a: a list of possible values"),
        ([{"f": {"a": [{"b": 1}]}}], r"expected\[0\]\.f\.a\.b: a list of possible values"),
        ([{"name": "f", "arguments": []}], r"expected\[0\]\.arguments: an object"),
    ],
)
def test_what_cannot_be_expected_is_one_line_that_names_the_place(raw: Any, message: str) -> None:
    with pytest.raises(ExpectedError, match=message) as caught:
        read_expected(raw)
    assert "\n" not in str(caught.value)


def test_a_mean_is_over_the_replies_that_a_metric_applies_to() -> None:
    rows = [{"type_match": True}, {"type_match": False, "f1": 0.5}, {"type_match": True, "f1": 1.0}]
    assert mean_metrics(rows) == {"type_match": pytest.approx(2 / 3), "f1": 0.75}
