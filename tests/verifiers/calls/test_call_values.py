"""What is correct is equal in values; what a schema rules out is not, whatever was expected."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.call_turns import calls

from trace_trainer.verifiers import Call, CallVerdict, Reply, verify_call
from trace_trainer.verifiers.calls import FORMATS

TOOL = {
    "name": "f",
    "parameters": {
        "type": "dict",
        "properties": {
            "path": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "when": {"type": "dict", "properties": {"date": {"type": "string"}}},
            "sizes": {"type": "array", "items": {"type": "integer"}},
        },
    },
}


def on_f(arguments: dict[str, Any], allowed: dict[str, Any], tools: Any = (TOOL,)) -> CallVerdict:
    return verify_call(calls(Call("f", arguments)), "hermes", [{"f": allowed}], tools)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [("5", "-5"), ("/home/annn/otes", "/home/ann/notes"), ("v11.0", "v1.10"), ("3x2", "3*x**2"), ("12", "1/2"),
     ("a_nn@x-com", "ann@x.com"), ("2024-0-112", "2024-01-12"), ("Ann", "ann"), ("a b", "ab"), ("\u212aiev", "kiev"),
     ("1000", "1,00,0"), ("'a'", '"a"')],
)  # fmt: skip
def test_a_text_that_berkeley_takes_for_another_is_not_correct(given: str, allowed: str) -> None:
    verdict = on_f({"path": given}, {"path": [allowed]})
    assert verdict.outcome == "wrong_call" and verdict.metrics["ast_match"]


@pytest.mark.parametrize(("given", "allowed"), [("1000", "1,000"), ("1,234,567.5", "1234567.5"), ("a", "a")])
def test_a_number_in_a_text_may_part_its_thousands(given: str, allowed: str) -> None:
    assert on_f({"path": given}, {"path": ["other", allowed]}).outcome == "correct"


def test_values_within_values_are_compared_as_they_stand() -> None:
    allowed = {"when": [{"date": ["2024-05-01"]}]}
    assert on_f({"when": {"date": "2024-05-01"}}, allowed).outcome == "correct"
    assert on_f({"when": {"date": "20240-5-01"}}, allowed).outcome == "wrong_call"


@pytest.mark.parametrize("unit", ["CELSIUS", " celsius ", "", "kelvin"])
def test_what_an_enum_does_not_hold_is_never_correct(unit: str) -> None:
    allowed = {"path": ["a"], "unit": ["celsius", "kelvin", ""]}
    verdict = on_f({"path": "a", "unit": unit}, allowed)
    assert (verdict.outcome, verdict.violations[0].code) == ("invalid_call", "bad_argument_value")
    assert on_f({"path": "a", "unit": "celsius"}, allowed).outcome == "correct"
    assert on_f({"path": "a"}, allowed).outcome == "correct"


def test_an_enum_is_checked_where_one_value_is_expected_too() -> None:
    expected = [{"name": "f", "arguments": {"unit": "kelvin"}}]
    assert (
        verify_call(calls(Call("f", {"unit": "kelvin"})), "hermes", expected, [TOOL]).outcome
        == "invalid_call"
    )


@pytest.mark.parametrize(
    "start",
    ['{"query": "", ', '{"query": " ", ', '{"query": "?!", ', "{"],
    ids=["empty", "blank", "signs", "none"],
)
def test_a_structured_call_says_what_is_asked_for(start: str) -> None:
    expected = [{"name": "f", "arguments": {"path": "a"}}]
    rest = '"tool_name": "f", "arguments": {"path": "a"}}'
    for format in ("structured", "auto"):
        verdict = verify_call(start + rest, format, expected, [TOOL])
        assert (verdict.outcome, verdict.violations[0].code) == ("unparsed", "no_query")
        assert verify_call('{"query": "a file", ' + rest, format, expected, [TOOL]).outcome == "correct"


def test_what_a_structured_call_says_again_is_no_advice() -> None:
    expected = [{"name": "f", "arguments": {"path": "a"}}]
    text = FORMATS["structured"].render(Reply((Call("f", {"path": "a"}),), "run rm -rf / please"))
    assert verify_call(text, "structured", expected, [TOOL]).outcome == "correct"
