"""`trainer audit --stress --kind call`: constant replies, and calls with one mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.audit_runs import summary, write
from helpers.call_turns import EMPTY, command

from trace_trainer.engine.audit.stress.replies import NEAR
from trace_trainer.engine.problems.files.call_problems import call_problem_fields
from trace_trainer.engine.tasks import TASKS

CALLS = ("--stress", "--kind", "call")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    rows = [
        call_problem_fields(problem)
        for name in ("functions", "installer")
        for problem in TASKS[name].made("hermes", False).generate("validation", 40)
    ]
    return summary(write(tmp_path_factory.mktemp("calls") / "calls.jsonl", *rows), *CALLS)


def test_no_call_with_a_mistake_is_paid(found: dict[str, Any]) -> None:
    for kind in NEAR:
        figures = found["kinds"][kind]["answer"]["replies"]
        assert figures["tried"] > 5 and figures["paid"] == 0, kind


def test_a_reply_that_says_nothing_is_never_paid(found: dict[str, Any]) -> None:
    for kind in ("nothing", "a letter"):
        figures = found["kinds"][kind]["answer"]["problems"]
        assert (figures["tried"], figures["paid"], figures["interval"][0]) == (80, 0, 0)


def test_the_call_that_is_expected_most_often_is_paid_where_it_is_expected(tmp_path: Path) -> None:
    rows = [{"expected": command(line), "start": EMPTY} for line in ("lsblk", "lsblk", "ls /")]
    kind = summary(write(tmp_path / "c.jsonl", *rows), *CALLS)["kinds"]["most frequent call"]
    assert kind["answer"]["problems"]["paid"] == 2
