"""Texts that are no trace for what stands around one: each cause has a code, and none makes it a trace."""

from __future__ import annotations

import pytest
from helpers.traces import trace

from trace_trainer.verifiers import verify_trace

GOOD = trace(
    "init, var: a, value: 16",
    "init, var: b, value: 3",
    "compute, compute_op: add, args: [a, b], var: c",
    "query, var: c",
)
FENCED = f"```yaml\n{GOOD}```\n"


def _codes(text: str) -> list[str]:
    verdict = verify_trace(text)
    assert verdict.outcome == "unparsed"
    return [violation.code for violation in verdict.violations]


@pytest.mark.parametrize("lead", ["Here is the trace:\n", "Sure!\n\nLet me do that.\n"])
def test_text_before_a_fence_is_no_trace_and_counted_as_such(lead: str) -> None:
    assert _codes(lead + FENCED) == ["not_a_trace", "leading_text"]
    message = verify_trace(lead + FENCED).violations[0].message
    assert "before the fence" in message


def test_text_before_a_trace_is_counted_as_such() -> None:
    assert _codes(f"Let me add 16 and 3.\n{GOOD}") == ["not_a_trace", "leading_text"]


@pytest.mark.parametrize(
    "text",
    [
        f"<think>\n16 + 3\n</think>\n{GOOD}",
        f"<think>\n\n</think>\n\n{FENCED}",
        f"16 + 3\n</think>\n\n{GOOD}",
        f"[THINK]16 + 3[/THINK]{GOOD}",
        "<think>\n16 + 3 and then",
    ],
)
def test_a_thought_before_a_trace_has_a_code_of_its_own(text: str) -> None:
    assert _codes(text) == ["leading_thought"]


@pytest.mark.parametrize("fence", ["", "```yaml\n"])
def test_a_trace_that_is_cut_within_a_step_has_a_code_of_its_own(fence: str) -> None:
    steps = GOOD.index("- {")
    cut = [verify_trace(fence + GOOD[:end]).violations[0].code for end in range(steps + 3, len(GOOD) - 2)]
    # Between two steps nothing is open: there the query is missing, or a step has nothing in it yet.
    assert set(cut) == {"truncated", "missing_query", "bad_type"}
    assert cut.count("truncated") > 0.85 * len(cut)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD.replace("16}", "16"), "yaml_syntax"),
        ("The answer is 19.", "not_a_trace"),
        ("expert: arithmetic\n", "not_a_trace"),
        (f"{GOOD}\nThat is 19.", "trailing_text"),
    ],
)
def test_other_faults_keep_their_codes(text: str, code: str) -> None:
    assert _codes(text) == [code]
