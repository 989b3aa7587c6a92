"""The canonical text of a trace that was written in another way."""

from __future__ import annotations

import pytest

from trace_trainer.experts.problems import generate
from trace_trainer.verifiers.traces.canonical_text import canonical_text

GOLD = (
    "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 2}\n"
    "- {op: compute, compute_op: add, args: [a, 3], var: b}\n- {op: query, var: b}\n"
)


@pytest.mark.parametrize(
    "styled",
    [
        f"```yaml\n{GOLD}```",
        GOLD.replace("value: 2", "value: 2.0"),
        GOLD.replace("- {op: query, var: b}", "- op: query\n  var: b"),
        GOLD.rstrip("\n"),
    ],
)
def test_other_styles_have_the_same_canonical_text(styled: str) -> None:
    assert canonical_text(styled) == GOLD


def test_gold_traces_are_canonical() -> None:
    for problem in generate("train", 50, seed=1):
        assert canonical_text(problem.trace or "") == problem.trace


@pytest.mark.parametrize("text", ["", "words", GOLD[:50], GOLD.replace("var: b}", "vary: b}")])
def test_what_is_no_trace_has_none(text: str) -> None:
    assert canonical_text(text) is None
