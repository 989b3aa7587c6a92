"""The queue: what waits together is taken together, and nobody who left holds it up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from trace_trainer.engine.serving.batching import Batcher
from trace_trainer.engine.serving.requests import RequestError


async def here() -> bool:
    return False


class Passes:
    """Answers each request with itself, once it may; remembers what came together."""

    def __init__(self, most: int = 4, queue: int = 10) -> None:
        self.taken: list[list[Any]] = []
        self.may = threading.Event()
        self.batcher = Batcher(self._answer, most, queue)

    def _answer(self, requests: Sequence[Any]) -> Sequence[Any]:
        self.taken.append(list(requests))
        while not self.may.wait(0.005):
            self.batcher.check()
        if "fault" in requests:
            raise MemoryError("no room")
        return requests

    def submit(self, request: Any, key: str = "k", size: int = 1) -> Any:
        return self.batcher.submit(request, key, size)

    def begin(self) -> Any:
        """A request whose pass runs, until it may end."""
        job = self.submit("first")
        while not self.taken:
            time.sleep(0.005)
        return job


@pytest.fixture
def passes() -> Any:
    made = Passes()
    yield made
    made.batcher.close()


def result(passes: Passes, job: Any, seconds: float = 10.0) -> Any:
    return asyncio.run(passes.batcher.wait(job, seconds, here))


def test_what_waits_and_shares_a_key_is_taken_together(passes: Passes) -> None:
    passes.begin()
    jobs = [passes.submit(n, key) for n, key in enumerate("aabab")]
    passes.may.set()
    assert [result(passes, job) for job in jobs] == [0, 1, 2, 3, 4]
    assert passes.taken == [["first"], [0, 1, 3], [2, 4]]


def test_no_pass_is_larger_than_it_may_be(passes: Passes) -> None:
    passes.begin()
    jobs = [passes.submit(n, size=size) for n, size in enumerate((9, 2, 2, 1))]
    passes.may.set()
    for job in jobs:
        result(passes, job)
    assert passes.taken[1:] == [[0], [1, 2], [3]]


def test_a_full_queue_says_when_to_come_back(passes: Passes) -> None:
    passes.begin()
    for number in range(10):
        passes.submit(number)
    with pytest.raises(RequestError, match="10 requests are waiting already") as failed:
        passes.submit("one too many")
    assert (failed.value.status, failed.value.after) == (429, 1)


def test_who_waits_too_long_is_told_and_its_request_never_taken(passes: Passes) -> None:
    passes.begin()
    late = passes.submit("late")
    with pytest.raises(RequestError, match=r"no answer within 0\.05 s") as failed:
        result(passes, late, 0.05)
    assert failed.value.status == 503
    passes.may.set()
    assert result(passes, passes.submit("next")) == "next"
    assert passes.taken == [["first"], ["next"]]


def test_a_pass_that_nobody_waits_for_ends(passes: Passes) -> None:
    first = passes.begin()
    with pytest.raises(RequestError):
        result(passes, first, 0.01)
    later = passes.submit("later")
    passes.may.set()
    assert result(passes, later) == "later"


def test_who_leaves_is_noticed(passes: Passes) -> None:
    async def gone() -> bool:
        return True

    with pytest.raises(RequestError, match="the client left"):
        asyncio.run(passes.batcher.wait(passes.begin(), 10, gone))


def test_a_fault_is_one_answer_and_the_queue_goes_on(passes: Passes) -> None:
    passes.may.set()
    with pytest.raises(RequestError, match="MemoryError: no room") as failed:
        result(passes, passes.submit("fault"))
    assert failed.value.status == 500
    assert result(passes, passes.submit("next")) == "next"


def test_ending_ends_what_runs_and_what_waits(passes: Passes) -> None:
    running, waiting = passes.begin(), passes.submit("waiting")
    assert passes.batcher.close(5)
    for job in (running, waiting):
        with pytest.raises(RequestError, match="the server is ending"):
            result(passes, job)
    with pytest.raises(RequestError, match="the server is ending"):
        passes.submit("late")
