"""Where a violation is: its sub-trace, step and line, in every style that a trace can be written in."""

from __future__ import annotations

import pytest
from helpers.traces import composition, trace

from trace_trainer.verifiers import Violation, verify_trace

FIRST = trace(
    "init, var: a, value: 16",
    "init, var: b, value: 3",
    "compute, compute_op: mul, args: [a, b], var: c",
    "query, var: c",
)
SECOND = trace(
    "init, var: d, source: prev.result",
    "compute, compute_op: mul, args: [d, missing], var: e",
    "query, var: e",
)

BLOCK = """\
# a comment
expert: arithmetic

trace:
- op: init
  var: a
  value: 16
-
  op: compute
  compute_op: mul
  args:
  - a
  - missing
  var: c
- {op: query, var: c}
"""


def place(text: str) -> tuple[int | None, int | None, int | None]:
    """Sub-trace, step and line of the one violation."""
    (violation,) = verify_trace(text).violations
    return violation.subtrace, violation.step, violation.line


def test_lines_count_from_1_in_a_single_trace() -> None:
    assert place(FIRST.replace("[a, b]", "[a, missing]")) == (0, 2, 5)


def test_lines_count_on_through_a_composition() -> None:
    assert place(composition(FIRST, SECOND)) == (1, 1, 10)


def test_the_line_of_a_block_style_step_is_that_of_its_first_key() -> None:
    assert place(BLOCK) == (0, 1, 9)


@pytest.mark.parametrize("opening", ["```yaml\n", "```\n", "\n\n```YAML  \r\n"])
def test_lines_count_from_the_top_of_a_fenced_text(opening: str) -> None:
    text = f"{opening}{FIRST.replace('[a, b]', '[a, missing]')}```\n"
    assert place(text) == (0, 2, 5 + opening.count("\n"))


def test_a_sub_trace_as_a_whole_is_at_its_first_line() -> None:
    text = composition(FIRST, SECOND.replace("missing", "d"), FIRST.replace("arithmetic", "geometry"))
    violations = {v.code: v for v in verify_trace(text).violations}
    assert violations["unknown_expert"] == Violation(
        "unknown_expert", violations["unknown_expert"].message, 2, None, 12
    )
    assert violations["unused_subtrace"].line == 7


def test_a_missing_query_is_at_the_last_step() -> None:
    assert place(FIRST.replace("- {op: query, var: c}\n", "")) == (0, 2, 5)


def test_a_key_that_stands_twice_is_at_its_second_place() -> None:
    assert place(BLOCK.replace("  value: 16", "  value: 16\n  value: 3").replace("missing", "a")) == (
        None,
        None,
        8,
    )


def test_broken_yaml_is_at_the_line_where_reading_stops() -> None:
    assert place(FIRST.replace("value: 16}", "value: 16")) == (None, None, 4)


def test_prose_behind_a_trace_is_at_its_first_line() -> None:
    assert place(f"{FIRST}\nThe answer is 48.\n") == (None, None, 8)
    assert place(f"```\n{FIRST}```\n\n\nThe answer is 48.\n") == (None, None, 11)


def test_an_answer_that_is_wrong_is_at_the_query() -> None:
    (violation,) = verify_trace(FIRST, answer=47).violations
    assert (violation.subtrace, violation.step, violation.line) == (0, 3, 6)


def test_an_unused_variable_tells_its_sub_trace() -> None:
    text = composition(FIRST.replace("[a, b]", "[a, a]"), SECOND.replace("missing", "d"))
    assert [(lint.message, lint.subtrace) for lint in verify_trace(text).lints] == [("b is never read", 0)]
