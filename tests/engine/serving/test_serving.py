"""A served model answers as it does without a server, and keeps others out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from helpers.served import served

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.evaluation.difference import Difference
from trace_trainer.engine.evaluation.hosted import evaluate_hosted
from trace_trainer.engine.inference.completions import complete
from trace_trainer.engine.inference.hosted.client import HostedModel, Limits
from trace_trainer.engine.inference.hosted.endpoint import Endpoint
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.problems.functions import SYSTEM
from trace_trainer.engine.serving.answerer import Answerer
from trace_trainer.engine.serving.app import Bounds, Service
from trace_trainer.engine.tasks import Task, task_for
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.cards import prompt_card

QUESTION = "Tom has 3 apples and buys 4. How many apples has he now?"
ASKED = [{"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def loaded(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


@pytest.fixture(scope="module")
def url(loaded: LoadedModel) -> Iterator[str]:
    bounds = Bounds(max_tokens=64, body=20_000)
    with served(Service(Answerer(loaded, TraceTask()), bounds)) as url:
        yield url


def post(url: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
    body = {"messages": ASKED, "max_tokens": 8, **fields}
    return httpx2.post(f"{url}/chat/completions", json=body, headers=headers or {}, timeout=60)


def test_completions_are_those_of_the_model_itself(url: str, loaded: LoadedModel) -> None:
    ((own,),) = complete(loaded, [Prompt(ASKED)], max_new_tokens=8, progress=False)
    body = post(url).json()
    (choice,) = body["choices"]
    assert choice["message"] == {"role": "assistant", "content": own.text}
    assert choice["finish_reason"] == ("stop" if own.ended else "length")
    assert body["usage"]["completion_tokens"] == own.tokens
    assert body["model"] == loaded.name == httpx2.get(f"{url}/models").json()["data"][0]["id"]


def test_an_evaluation_over_the_server_finds_no_difference(url: str, loaded: LoadedModel) -> None:
    task = TraceTask()
    problems = list(task.generate("validation", 12))
    own = evaluate_model(loaded, task, problems, max_new_tokens=16, progress=False)
    hosted = HostedModel(Endpoint(url), loaded.name, limits=Limits(concurrency=6))
    over = evaluate_hosted(hosted, task, problems, max_new_tokens=16, progress=False)
    assert list(over.rows()) == list(own.rows())
    assert Difference.between(over, own).difference == 0


def test_samples_differ_and_a_seed_repeats_them(url: str) -> None:
    def texts(**fields: Any) -> list[str]:
        body = post(url, temperature=1.0, n=4, **fields).json()
        return [choice["message"]["content"] for choice in body["choices"]]

    assert texts(seed=1) == texts(seed=1) != texts(seed=2)
    assert len(set(texts())) > 1


def test_a_completion_ends_before_what_is_to_stop_it(url: str) -> None:
    whole = post(url).json()["choices"][0]["message"]["content"]
    stop = whole[len(whole) // 2 :]
    (choice,) = post(url, stop=stop).json()["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (whole[: whole.index(stop)], "stop")


def test_a_stream_has_the_same_text_and_ends_as_streams_do(url: str) -> None:
    whole = post(url).json()
    response = post(url, stream=True, stream_options={"include_usage": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    *events, done = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    chunks = [json.loads(event) for event in events]
    assert done == "[DONE]" and chunks[0]["choices"][0]["delta"] == whole["choices"][0]["message"]
    assert chunks[1]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]
    assert chunks[-1]["usage"] == whole["usage"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"model": "other"}, 404, "no model 'other' here"),
        ({"max_tokens": 65}, 400, "from 1 to 64"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "calls no tools"),
        (
            {"messages": [{"role": "user", "content": "word " * 3000}]},
            400,
            "are more than the 1024 positions",
        ),
        ({"messages": [{"role": "user", "content": "x" * 30_000}]}, 413, "longer than 20,000 bytes"),
    ],
)
def test_bad_requests_get_a_line_of_json(url: str, fields: dict[str, Any], status: int, said: str) -> None:
    response = post(url, **fields)
    assert response.status_code == status
    assert said in response.json()["error"]["message"] and response.json()["error"]["code"] == status


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "chat/completions", 405), ("POST", "nothing", 404)]
)
def test_other_addresses_say_which_there_are(url: str, method: str, path: str, status: int) -> None:
    response = httpx2.request(method, f"{url}/{path}")
    assert response.status_code == status and "/v1/chat/completions" in response.json()["error"]["message"]


def test_one_bad_conversation_does_not_spoil_those_it_waits_with(url: str) -> None:
    async def both() -> list[int]:
        async with httpx2.AsyncClient(timeout=60) as client:
            asked = [ASKED, [{"role": "user", "content": "word " * 3000}], ASKED]
            posts = [
                client.post(f"{url}/chat/completions", json={"messages": one, "max_tokens": 8})
                for one in asked
            ]
            return [response.status_code for response in await asyncio.gather(*posts)]

    assert asyncio.run(both()) == [200, 400, 200]


def test_pages_of_other_hosts_get_nothing(url: str) -> None:
    assert post(url, {"Host": "rebound.example"}).status_code == 403
    as_text = {"Content-Type": "text/plain"}  # what a page may send without asking first
    response = httpx2.post(
        f"{url}/chat/completions", content=json.dumps({"messages": ASKED}), headers=as_text
    )
    assert response.status_code == 415


def test_where_there_is_a_token_nothing_but_health_goes_without(loaded: LoadedModel) -> None:
    with served(Service(Answerer(loaded, TraceTask()), token="s3cret")) as url:
        assert httpx2.get(url.replace("/v1", "/health")).json() == {"status": "ok"}
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "s3cret"}):
            assert httpx2.get(f"{url}/models", headers=headers).status_code == 401
            assert post(url, headers).status_code == 401
        assert post(url, {"Authorization": "Bearer s3cret", "Host": "elsewhere.example"}).status_code == 200


def test_guided_completions_begin_as_traces_whatever_the_model(url: str, loaded: LoadedModel) -> None:
    with served(Service(Answerer(loaded, TraceTask(), constrain="grammar"))) as guided:
        texts = [post(at).json()["choices"][0]["message"]["content"] for at in (guided, url)]
    assert [text.startswith("expert: ") for text in texts] == [True, False]


@pytest.mark.parametrize(
    ("task", "told"),
    [(TraceTask(card=True), prompt_card(EXPERTS.values())), (task_for("functions", "llama3"), SYSTEM)],
    ids=["card", "functions"],
)
def test_a_model_is_told_what_it_was_trained_with_unless_there_is_a_system_text(
    task: Task[Any], told: str, loaded: LoadedModel
) -> None:
    shown = []

    class Spy(Answerer):
        def _prompt_tokens(self, prompt: Prompt, room: int) -> int:
            shown.append(prompt.messages[0])
            return super()._prompt_tokens(prompt, room)

    with served(Service(Spy(loaded, task), Bounds(max_tokens=8))) as url:
        own = {"role": "system", "content": "mine"}
        post(url, max_tokens=1)
        post(url, max_tokens=1, messages=[own, *ASKED])
    assert shown == [{"role": "system", "content": told}, own]


def test_conversations_with_tools_are_served(tiny_call_model_dir: Path) -> None:
    task = task_for("functions")
    model = load_model(tiny_call_model_dir)
    problems = [problem for problem in task.generate("validation", 6) if problem.tools]
    with served(Service(Answerer(model, task, constrain="grammar"), Bounds(max_tokens=40))) as url:
        hosted = HostedModel(Endpoint(url), model.name)
        over = evaluate_hosted(hosted, task, problems, max_new_tokens=40, progress=False)
    own = evaluate_model(model, task, problems, max_new_tokens=40, constrain="grammar", progress=False)
    assert [c.verdict for c in over.completions] == [c.verdict for c in own.completions]
