"""The reward server says what the verifier says, bounds what it takes on, and makes no reward up."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from helpers.plugins import without_traces
from helpers.served import served
from jsonschema import Draft202012Validator

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.plugins import named_policy
from trace_trainer.engine.rewarding.app import RewardBounds, RewardService
from trace_trainer.engine.rewarding.judging import COMPLETIONS
from trace_trainer.engine.rewarding.workers import ROWS_AT_ONCE
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import score, verify_trace

TRACES = AuditSettings(COMPLETIONS["trace"])
PROBLEMS = list(generate("validation", 40))
GOLD = [
    {"completion": one.trace, "question": one.question, "answer": one.answer, "expert": one.expert}
    for one in PROBLEMS
]
BOUNDS = RewardBounds(body=2**20, rows=2000, seconds=2.0)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(RewardService(TRACES, 2, BOUNDS)) as url:
        yield url


def post(url: str, path: str, body: Any, **headers: str) -> httpx2.Response:
    return httpx2.post(f"{url}/{path}", json=body, headers=headers, timeout=60)


def test_one_row_earns_what_the_verifier_says(url: str) -> None:
    wrong = {**GOLD[0], "answer": "999983"}
    for row in (GOLD[0], wrong):
        found = post(url, "reward", row).json()
        verdict = verify_trace(row["completion"], row["question"], row["answer"], row["expert"])
        assert (found["outcome"], found["reward"]) == (verdict.outcome, score(verdict))


def test_many_rows_come_back_in_their_order_and_none_is_lost(url: str) -> None:
    rows = [{**GOLD[n % 40], "answer": "999983" if n % 3 else GOLD[n % 40]["answer"]} for n in range(1000)]
    found = post(url, "rewards", {"rows": rows}).json()["results"]
    assert [one["outcome"] for one in found] == ["wrong_answer" if n % 3 else "correct" for n in range(1000)]
    assert len(rows) > 2 * ROWS_AT_ONCE


def test_what_can_not_be_judged_has_no_reward_and_no_zero(url: str) -> None:
    rows = [
        {**GOLD[0], "answer": "many"},  # gold that is no number
        {"completion": GOLD[0]["completion"]},  # no gold
        {"question": "How many?"},  # no completion
        {"completion": 7},
        "no object",
        None,
        {"completion": "nothing of a trace", "answer": "1"},  # the model's own fault
    ]
    found = post(url, "rewards", {"rows": rows}).json()["results"]
    assert [(one["outcome"], one["reward"]) for one in found] == [
        ("error", None), ("valid", None), ("error", None), ("error", None), ("error", None), ("error", None),
        ("unparsed", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "content", "status", "said"),
    [
        ("reward", b"{", 400, "not JSON"),
        ("reward", b"[1]", 400, "not a JSON object"),
        ("reward", b"\xff{}", 400, "not UTF-8"),
        ("reward", b"[" * 100_000, 400, "not JSON that can be read"),
        ("reward", b'{"completion": ' + b"9" * 5000 + b"}", 400, "not JSON that can be read"),
        ("reward", b'{"answer": "1"}', 422, "no field completion or response"),
        ("rewards", b'{"completion": "x"}', 400, '{"rows": [...]}'),
        ("rewards", b'{"rows": [' + b"1," * 2000 + b"1]}", 413, "2,001 rows, 2,000 at most"),
        ("reward", b'{"completion": "' + b"x" * 2**20 + b'"}', 413, "longer than 1,048,576 bytes"),
        ("nothing", b"{}", 404, "POST /v1/rewards"),
    ],
)
def test_bad_bodies_get_a_line_with_the_right_status(
    url: str, path: str, content: bytes, status: int, said: str
) -> None:
    response = httpx2.post(
        f"{url}/{path}", content=content, headers={"Content-Type": "application/json"}, timeout=30
    )
    assert response.status_code == response.json()["error"]["code"] == status
    assert said in response.json()["error"]["message"]


def test_text_that_no_other_program_could_read_is_judged_and_answered(url: str) -> None:
    odd = b'{"completion": "\\ud800\\u0000\\u2028 expert", "question": "\\udfff?", "answer": NaN}'
    response = httpx2.post(f"{url}/reward", content=odd, headers={"Content-Type": "application/json"})
    assert response.status_code == 200 and response.json()["reward"] is None


def test_answers_are_as_the_schema_has_them(url: str) -> None:
    described = httpx2.get(f"{url.removesuffix('/v1')}/openapi.json").json()
    assert described["openapi"].startswith("3.1") and not described["security"]

    def check(path: str, body: Any, status: str) -> None:
        operation = described["paths"][f"/v1/{path}"]["post"]
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        response = post(url, path, body)
        assert response.status_code == int(status)
        Draft202012Validator({**schema, "components": described["components"]}).validate(response.json())

    check("reward", GOLD[0], "200")
    check("reward", {**GOLD[0], "completion": "expert: arithmetic\ntrace: []"}, "200")
    check("rewards", {"rows": [GOLD[0], {}]}, "200")
    check("reward", {}, "422")
    check("rewards", {}, "400")
    row = described["components"]["schemas"]["Row"]["properties"]
    assert {"completion", "question", "answer", "expert", "reference"} == set(row)


def test_a_gold_trace_beside_the_completion_is_compared_with_and_not_paid(url: str) -> None:
    wrong = {**GOLD[0], "completion": PROBLEMS[1].trace, "trace": PROBLEMS[0].trace}
    assert post(url, "reward", wrong).json()["outcome"] not in ("correct", "valid", "error")
    assert post(url, "reward", {"trace": PROBLEMS[0].trace, "answer": "1"}).status_code == 422


def test_a_reply_does_not_wait_for_an_acknowledgement(url: str) -> None:
    with httpx2.Client() as client:
        taken = []
        for _ in range(21):
            start = time.perf_counter()
            assert client.post(f"{url}/reward", json=GOLD[0]).status_code == 200
            taken.append(time.perf_counter() - start)
    assert sorted(taken)[5] < 0.035  # of a delayed acknowledgement it is 0.04


def test_calls_are_rewarded_too() -> None:
    row = {
        "completion": '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>',
        "expected": [{"name": "f", "arguments": {"x": 1}}],
    }
    with served(RewardService(AuditSettings(COMPLETIONS["call"], "call", policy="binary"))) as url:
        found = post(url, "reward", row).json()
    assert (found["reward"], found["calls"]) == (1.0, [{"name": "f", "arguments": {"x": 1}}])


def test_where_there_is_a_token_nothing_is_judged_without() -> None:
    with served(RewardService(TRACES, token="s3cret")) as url:
        assert httpx2.get(url.replace("/v1", "/health")).json() == {"status": "ok"}
        assert httpx2.get(url.replace("/v1", "/openapi.json")).status_code == 401
        assert post(url, "reward", GOLD[0], Authorization="Bearer wrong").status_code == 401
        assert post(url, "reward", GOLD[0], Authorization="Bearer s3cret").json()["reward"] == 1.0


def test_pages_of_other_hosts_get_nothing(url: str) -> None:
    assert post(url, "reward", GOLD[0], Host="rebound.example").status_code == 403
    as_text = {"Content-Type": "text/plain"}
    assert httpx2.post(f"{url}/reward", content=json.dumps(GOLD[0]), headers=as_text).status_code == 415


@pytest.fixture
def harmful(tmp_path: Path) -> Iterator[str]:
    """A reward policy that hangs, ends its process or raises, as the trace's expert has it."""
    file = tmp_path / "harmful.py"
    file.write_text(
        "import os, time\n"
        f"MARK = {str(tmp_path / 'died')!r}\n"
        "def harmful(verdict):\n"
        "    if verdict.outcome == 'wrong_answer':\n"
        "        time.sleep(600)\n"
        "    if verdict.outcome == 'unparsed':\n"
        "        os._exit(1)\n"
        "    if verdict.outcome == 'wrong_expert':\n"
        "        raise RuntimeError('broken')\n"
        "    if not os.path.exists(MARK):\n"
        "        open(MARK, 'w').close()\n"
        "        os._exit(1)\n"
        "    return 0.5\n"
    )
    with without_traces():
        yield named_policy(f"{file}:harmful")


def test_a_policy_that_hangs_or_ends_its_process_costs_its_own_request_alone(harmful: str) -> None:
    hangs = {**GOLD[0], "answer": "999983"}
    dies = {**GOLD[0], "completion": "nothing"}
    raises = {**GOLD[0], "expert": next(one.expert for one in PROBLEMS if one.expert != PROBLEMS[0].expert)}
    with served(
        RewardService(AuditSettings(COMPLETIONS["trace"], policy=harmful), 2, RewardBounds(seconds=1.5))
    ) as url:
        # The first process dies once, and the row is judged by the next.
        assert post(url, "reward", GOLD[0]).json()["reward"] == 0.5
        with ThreadPoolExecutor(3) as pool:
            hung = pool.submit(post, url, "reward", hangs)
            time.sleep(0.1)
            others = list(pool.map(lambda _: post(url, "reward", GOLD[0]).json()["reward"], range(20)))
            assert others == [0.5] * 20 and hung.result().status_code == 503
        assert post(url, "reward", dies).status_code == 503
        failed = post(url, "reward", raises).json()
        assert (failed["reward"], failed["violations"][0]["code"]) == (None, "reward_failed")
        assert post(url, "reward", GOLD[0]).json()["reward"] == 0.5


def test_more_than_may_wait_is_told_to_come_again() -> None:
    with served(RewardService(TRACES, 1, RewardBounds(waiting=100))) as url:
        with ThreadPoolExecutor(8) as pool:
            many = {"rows": GOLD * 20}
            answers = list(pool.map(lambda _: post(url, "rewards", many), range(16)))
        refused = [answer for answer in answers if answer.status_code == 429]
        taken = [answer for answer in answers if answer.status_code == 200]
    assert len(refused) + len(taken) == 16 and refused and taken
    assert all(answer.headers["Retry-After"] == "1" for answer in refused)
    assert all(len(answer.json()["results"]) == 800 for answer in taken)


def test_processes_end_with_the_server() -> None:
    service = RewardService(TRACES, 2)
    processes = [process._process for process in service._workers._processes]
    with served(service) as url:
        assert post(url, "reward", GOLD[0]).status_code == 200
        os.kill(processes[0].pid or 0, signal.SIGKILL)  # one that is gone already is no hindrance
    for process in processes:
        process.join(5)
    assert not any(process.is_alive() for process in processes)
