"""An expert that is declared after traces were read counts everywhere at once, and leaves nothing when it goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from trace_trainer.experts.language.cards import prompt_card
from trace_trainer.experts.language.declaration import EXPERTS, OPERATIONS, Operand, Result, expert
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.grammar import trace_grammar

TRACE = """\
expert: squares
trace:
- {op: init, var: side, value: 12}
- {op: square, side: side, var: result}
- {op: query, var: result}
"""
PLAIN = """\
expert: squares
trace:
- {op: init, var: side, value: 12}
- {op: compute, compute_op: mul, args: [side, side], var: result}
- {op: query, var: result}
"""


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with EXPERTS.trial(), OPERATIONS.trial():
        yield


def declare() -> None:
    squares = expert("squares", "areas of squares")

    @squares.operation
    def square(side: Operand) -> Result:
        """The area of a square: side 3 gives 9."""
        return side * side


@pytest.mark.parametrize("text", [TRACE, PLAIN])
@pytest.mark.parametrize("style", ["canonical", "yaml"])
def test_its_traces_verify_though_their_lines_were_read_before(text: str, style: str) -> None:
    shown = text if style == "canonical" else text.replace("{op: init", "{ op: init")
    assert verify_trace(shown, answer="144").outcome != "correct"
    declare()
    assert verify_trace(shown, answer="144").outcome == "correct"


def test_it_stands_in_the_grammar_and_on_the_card() -> None:
    assert "squares" not in trace_grammar()
    declare()
    assert "squares_square" in trace_grammar()
    assert "squares: areas of squares" in prompt_card(EXPERTS.values())


def test_nothing_is_left_of_it() -> None:
    with EXPERTS.trial(), OPERATIONS.trial():
        declare()
        assert verify_trace(TRACE, answer="144").outcome == "correct"
    assert verify_trace(TRACE, answer="144").outcome != "correct"
