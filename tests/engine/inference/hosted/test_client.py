"""A hosted model is asked patiently, and what it can't answer is a failure, never a reply."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from helpers.stand_ins import Said, StandIn, completion, refusal, standing_in

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.client import HostedModel, Limits, only_model
from trace_trainer.engine.inference.hosted.endpoint import Endpoint
from trace_trainer.engine.inference.hosted.messages import Reply

PROMPTS = [Prompt([{"role": "user", "content": str(number)}]) for number in range(4)]


def model_at(server: StandIn, **limits: Any) -> HostedModel:
    limits = {"first_wait": 0.001, "attempts": 3, "concurrency": 4, **limits}
    return HostedModel(Endpoint(server.url), "one", limits=Limits(**limits))


def content_of(reply: Reply) -> str:
    assert reply.message is not None, reply.failure
    return str(reply.message["content"])


def echo(body: dict[str, Any], number: int) -> Said:
    return completion(body["messages"][-1]["content"])


def failing_once(fault: Said) -> Callable[[dict[str, Any], int], Said]:
    """Answers the second time that the same is asked."""
    asked: set[str] = set()

    def answer(body: dict[str, Any], number: int) -> Said:
        content = body["messages"][-1]["content"]
        if content in asked:
            return completion(content)
        asked.add(content)
        return fault

    return answer


def test_replies_stand_in_the_order_of_their_prompts() -> None:
    def slower_first(body: dict[str, Any], number: int) -> Said:
        time.sleep(0.05 if number == 1 else 0)
        return echo(body, number)

    with standing_in(slower_first) as server:
        replies = model_at(server).complete(PROMPTS, progress=False)
    assert [content_of(reply) for (reply,) in replies] == ["0", "1", "2", "3"]


def test_no_more_requests_run_at_once_than_asked_for() -> None:
    def slow(body: dict[str, Any], number: int) -> Said:
        time.sleep(0.02)
        return completion()

    with standing_in(slow) as server:
        model_at(server, concurrency=2).complete(PROMPTS * 2, progress=False)
    assert server.most_at_once == 2


def test_all_are_told_the_same_decoding_and_each_sample_a_seed_of_its_own() -> None:
    with standing_in(echo) as server:
        model_at(server).complete(
            PROMPTS[:1], samples=2, temperature=0.5, max_new_tokens=7, seed=3, stops=["Q:"], progress=False
        )
    told = {"model": "one", "messages": PROMPTS[0].messages, "max_tokens": 7, "temperature": 0.5, "top_p": 1}
    assert [{**told, "stop": ["Q:"], "seed": seed} for seed in (3, 4)] == server.bodies


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "slow down"),
        refusal(500),
        refusal(503),
        Said(closes=True),
        Said(b"<html>oops</html>"),
        Said(b"\x1f\x8bno gzip", headers={"content-encoding": "gzip"}),
        Said({"choices": []}),
        Said({"error": {"message": "overloaded"}}),
    ],
    ids=["429", "500", "503", "closed", "html", "gzip", "no-choice", "error-as-200"],
)
def test_what_may_pass_is_tried_again(fault: Said) -> None:
    with standing_in(failing_once(fault)) as server:
        model = model_at(server)
        replies = model.complete(PROMPTS, progress=False)
    assert [content_of(reply) for (reply,) in replies] == ["0", "1", "2", "3"]
    assert model.requests == 8


def test_a_request_that_takes_too_long_is_tried_again() -> None:
    def slow_once(body: dict[str, Any], number: int) -> Said:
        time.sleep(0.5 if number == 0 else 0)
        return completion("in time")

    with standing_in(slow_once) as server:
        ((reply,),) = model_at(server, seconds=0.2).complete(PROMPTS[:1], progress=False)
    assert content_of(reply) == "in time"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_holds_for_all_requests(form: str) -> None:
    after = (
        "0.3" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
    )  # which has whole seconds
    times: list[float] = []

    def busy(body: dict[str, Any], number: int) -> Said:
        times.append(time.monotonic())
        return refusal(429, Retry_After=after) if number == 1 else completion()

    with standing_in(busy) as server:
        model_at(server, concurrency=1).complete(PROMPTS[:3], progress=False)
    assert times[2] - times[1] > 0.25


def test_a_server_on_this_machine_is_asked_past_the_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with standing_in(echo) as server:
        assert only_model(Endpoint(server.url)) == "one"
        ((reply,),) = model_at(server).complete(PROMPTS[:1], progress=False)
    assert content_of(reply) == "0"


def test_a_wait_beyond_all_patience_is_a_failure() -> None:
    def busy(body: dict[str, Any], number: int) -> Said:
        return refusal(429, "come back tomorrow", Retry_After="86400") if number else completion()

    with standing_in(busy) as server:
        _, (reply,) = model_at(server).complete(PROMPTS[:2], progress=False)
    assert reply.message is None and reply.failure is not None and "come back tomorrow" in reply.failure


def test_what_is_wrong_with_one_prompt_is_its_failure_alone() -> None:
    def picky(body: dict[str, Any], number: int) -> Said:
        return refusal(400, "too long") if body["messages"][-1]["content"] == "2" else completion()

    with standing_in(picky) as server:
        model = model_at(server)
        replies = model.complete(PROMPTS, progress=False)
    assert [reply.failure for (reply,) in replies] == [None, None, "400 Bad Request too long", None]
    assert model.requests == 4


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404])
def test_what_would_fail_for_all_is_found_with_the_first_request(status: int) -> None:
    with standing_in(lambda body, number: refusal(status, "no such model")) as server:
        with pytest.raises(UserError, match=f"refuses one: {status} .* no such model"):
            model_at(server).complete(PROMPTS, progress=False)
        assert len(server.bodies) == 1


def test_a_key_that_is_used_up_midway_costs_no_reply_that_came_before() -> None:
    with standing_in(
        lambda body, number: refusal(402, "no credit") if number > 2 else completion()
    ) as server:
        model = model_at(server, concurrency=1)
        replies = model.complete(PROMPTS * 5, progress=False)
    failures = [reply.failure for (reply,) in replies]
    assert failures[:4] == [None, None, None, "402 Payment Required no credit"] and model.requests == 11


def test_a_server_that_is_not_there_is_named() -> None:
    with standing_in(echo) as server:
        pass
    with pytest.raises(UserError, match=rf"{server.url} gives no reply: ConnectError"):
        model_at(server).complete(PROMPTS, progress=False)


def test_a_server_that_dies_is_not_asked_for_every_prompt() -> None:
    with standing_in(lambda body, number: refusal(500) if number else completion()) as server:
        model = model_at(server, attempts=1, concurrency=1)
        replies = model.complete(PROMPTS * 10, progress=False)
    assert model.requests == 9
    assert [reply.failure for (reply,) in replies].count("not asked: 8 requests before it had failed") == 31


def test_no_more_is_spent_than_allowed() -> None:
    with standing_in(lambda body, number: refusal(500) if number else completion()) as server:
        model = model_at(server, max_requests=5)
        replies = model.complete(PROMPTS, progress=False)
        assert len(server.bodies) == 5
        with pytest.raises(UserError, match="--max-requests allows 0"):
            model.complete(PROMPTS[:1], progress=False)
    assert [reply.message is None for (reply,) in replies] == [False, True, True, True]


def test_more_prompts_than_requests_are_refused_before_the_first() -> None:
    with standing_in(echo) as server:
        with pytest.raises(
            UserError, match="8 completions need as many requests, and --max-requests allows 7"
        ):
            model_at(server, max_requests=7).complete(PROMPTS, samples=2, temperature=1.0, progress=False)
        assert server.bodies == []


@pytest.mark.parametrize(
    ("message", "gone", "come"),
    [
        ("Unsupported parameter: 'seed' is not supported", "seed", None),
        ("Use 'max_completion_tokens': 'max_tokens' is not supported", "max_tokens", "max_completion_tokens"),
    ],
)
def test_what_a_server_does_not_know_is_left_out_or_renamed(
    message: str, gone: str, come: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with standing_in(lambda body, number: refusal(400, message) if gone in body else completion()) as server:
        model_at(server).complete(PROMPTS, progress=False)
    assert len(server.bodies) == 5
    assert all(gone not in body and (come is None or come in body) for body in server.bodies[1:])
    assert ("one can't be told a seed" in capsys.readouterr().err) == (come is None)


def test_the_key_is_sent_and_never_shown() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "sk-secret")
    assert "secret" not in repr(endpoint)
    with standing_in(lambda body, number: refusal(401, "wrong key sk-secret")) as server:
        with pytest.raises(UserError) as failed:
            HostedModel(Endpoint(server.url, "sk-secret"), "one").complete(PROMPTS, progress=False)
        assert server.headers[0]["authorization"] == "Bearer sk-secret"
    assert "secret" not in str(failed.value) and "***" in str(failed.value)


def test_what_a_server_says_can_steer_no_terminal() -> None:
    with (
        standing_in(lambda body, number: refusal(404, "\x1b[2J\u202egone")) as server,
        pytest.raises(UserError) as failed,
    ):
        model_at(server).complete(PROMPTS, progress=False)
    assert str(failed.value).isprintable()


def test_a_server_with_one_model_needs_no_name() -> None:
    with standing_in(echo) as server:
        assert only_model(Endpoint(server.url)) == "one"


def test_a_server_with_several_models_says_which() -> None:
    with standing_in(echo, models=("a", "b")) as server, pytest.raises(UserError, match="has a, b: name one"):
        only_model(Endpoint(server.url))
