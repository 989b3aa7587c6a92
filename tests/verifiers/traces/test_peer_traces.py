"""Traces of another generator of this format: what fails must be wrong, and nothing else may fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.verifiers import Outcome, Verdict, verify_trace


@pytest.fixture(scope="module")
def verdicts(shared_data: Path) -> list[tuple[dict[str, Any], Verdict]]:
    """Each row with its verdict."""
    rows = map(json.loads, (shared_data / "peer_traces" / "traces.jsonl").open(encoding="utf-8"))
    return [(row, verify_trace(row["trace"], row["question"], row["answer"], row["expert"])) for row in rows]


def test_nothing_is_wrong_but_numbers_that_the_question_does_not_hold(
    verdicts: list[tuple[dict, Verdict]],
) -> None:
    codes = {violation.code for _, verdict in verdicts for violation in verdict.violations}
    assert codes == {"ungrounded_number"}


def test_the_numbers_found_wanting_are_those_that_the_generator_computed_itself(
    verdicts: list[tuple[dict, Verdict]],
) -> None:
    # Half of 12 and of 14 things sold in pairs, and "Ellie and her 4 students" counted as 5.
    found = [verdict.violations[0].message.split()[0] for _, verdict in verdicts if verdict.violations]
    assert found == ["5", "6", "6", "7", "6"]


def test_every_other_row_is_correct(verdicts: list[tuple[dict, Verdict]]) -> None:
    assert {verdict.outcome for _, verdict in verdicts if not verdict.violations} == {Outcome.CORRECT}


def test_both_readers_and_the_grounding_leave_the_answer_alone(verdicts: list[tuple[dict, Verdict]]) -> None:
    assert all(
        verify_trace(row["trace"], None, row["answer"]).outcome is Outcome.CORRECT for row, _ in verdicts
    )
