"""Asking a vLLM server: what it is asked, and what is said where it can't be trained with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.vllm_servers import VLLMStandIn, vllm_server

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.vllm import Request, VLLMServer

VOCABULARY = 800
ASKED = Request([5, 9, 3], count=2, max_tokens=4, temperature=0.7, ends=frozenset({2, 7}), seed=11)


@pytest.fixture
def stand_in(tiny_model_dir: Path) -> Iterator[VLLMStandIn]:
    with vllm_server(tiny_model_dir) as server:
        yield server


def ask(stand_in: VLLMStandIn, **changed: Any) -> Any:
    return VLLMServer(stand_in.url, 5, VOCABULARY).complete(replace(ASKED, **changed))


def test_the_whole_distribution_is_asked_for_and_only_the_named_tokens_end_it(stand_in: VLLMStandIn) -> None:
    completions = ask(stand_in)
    body = stand_in.bodies("/v1/completions")[-1]
    assert {**body, "model": None} == {
        "model": None, "prompt": [5, 9, 3], "n": 2, "max_tokens": 4, "temperature": 0.7, "seed": 11,
        "stop_token_ids": [2, 7], "ignore_eos": True, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0,
        "logprobs": 0, "return_token_ids": True, "return_tokens_as_token_ids": True,
    }  # fmt: skip
    assert body["model"] == "served"
    assert [len(c.tokens) for c in completions] == [4, 4] == [len(c.logprobs) for c in completions]


def test_an_address_may_end_as_that_of_a_client_of_chats_does(stand_in: VLLMStandIn) -> None:
    assert VLLMServer(f"{stand_in.url}/v1/", 5, VOCABULARY).url == stand_in.url


def test_completions_come_in_their_order_whatever_the_order_of_the_answer(stand_in: VLLMStandIn) -> None:
    in_order = ask(stand_in)
    stand_in.answer = lambda path, body, status, answer: (
        (status, {"choices": answer["choices"][::-1]}) if path == "/v1/completions" else (status, answer)
    )
    assert ask(stand_in) == in_order


def choice(**changed: Any) -> dict[str, Any]:
    right = {"index": 0, "token_ids": [4, 5, 6, 7], "logprobs": {"token_logprobs": [-1.0] * 4}}
    return {**right, **changed}


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ([choice()], "returned 1 of 2 completions"),
        ([choice(), {"index": 1, "text": "hello"}], "answers without tokens or their log-probabilities"),
        ("none", "answers without tokens or their log-probabilities"),
        ([choice(), choice(logprobs={"token_logprobs": [-1.0]})], "without a log-probability for each token"),
        (
            [choice(), choice(token_ids=[], logprobs={"token_logprobs": []})],
            "without a log-probability for each",
        ),
        ([choice(), choice(token_ids=[4, 5, 6, 800])], "serves another model: .* none of the 800"),
        ([choice(), choice(token_ids=[4, 5, 6, "7"])], "serves another model"),
        ([choice(), choice(logprobs={"token_logprobs": [-1.0, None, -1, -1]})], "that is no number"),
        ([choice(), choice(logprobs={"token_logprobs": [-1.0, float("nan"), -1, -1]})], "that is no number"),
        (
            [choice(), choice(token_ids=[4, 5], logprobs={"token_logprobs": [-1.0, -1.0]})],
            "2 tokens that neither ends nor has the 4",
        ),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_refused(
    stand_in: VLLMStandIn, choices: Any, said: str
) -> None:
    server = VLLMServer(stand_in.url, 5, VOCABULARY)
    stand_in.answer = lambda path, body, status, answer: (200, {"choices": choices})
    with pytest.raises(UserError, match=said):
        server.complete(ASKED)


def refusing(refused: str, status: int, message: str) -> Any:
    """An answer that the server gives to one path."""
    return lambda path, body, usual, answer: (
        (status, {"error": {"message": message}}) if path == refused else (usual, answer)
    )


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (
            "/health",
            503,
            "no vLLM server at .* within 0.1 s .it answers 503.: start one with VLLM_SERVER_DEV_MODE=1",
        ),
        ("/server_info", 404, "can't be sent weights: start it with VLLM_SERVER_DEV_MODE=1"),
        ("/v1/models", 401, "/v1/models refuses: 401 no"),
        ("/v1/completions", 400, "/v1/completions refuses: 400 no"),
    ],
)
def test_a_server_that_can_not_be_trained_with_is_one_line(
    stand_in: VLLMStandIn, path: str, status: int, said: str
) -> None:
    stand_in.answer = refusing(path, status, "no")
    with pytest.raises(UserError, match=said):
        VLLMServer(stand_in.url, 0.1 if path == "/health" else 5, VOCABULARY)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(UserError, match=f"no vLLM server at {url} within 0.1 s"):
            VLLMServer(url, 0.1, VOCABULARY)


def test_a_server_that_comes_up_is_waited_for(
    stand_in: VLLMStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.answer = lambda path, body, status, answer: (
        (503, None) if len(stand_in.bodies("/health")) < 2 else (status, answer)
    )
    VLLMServer(stand_in.url, 30, VOCABULARY)
    assert capsys.readouterr().err == f"waiting for the vLLM server at {stand_in.url}\n"


def test_log_probabilities_of_another_distribution_are_refused(stand_in: VLLMStandIn) -> None:
    stand_in.served = {"logprobs_mode": "raw_logprobs"}
    with pytest.raises(UserError, match="returns raw_logprobs: start it with VLLM_SERVER_DEV_MODE=1"):
        VLLMServer(stand_in.url, 5, VOCABULARY)


def test_a_model_with_fewer_tokens_is_refused_before_it_is_sent_weights(stand_in: VLLMStandIn) -> None:
    with pytest.raises(UserError, match="refuses: 400 Token id 900 is out of vocabulary"):
        VLLMServer(stand_in.url, 5, 901)
    assert not stand_in.taken


@pytest.mark.parametrize(
    ("path", "status", "answer", "said"),
    [
        (
            "/collective_rpc",
            500,
            {"error": {"message": "a size\nmismatch"}},
            "/collective_rpc refuses: 500 a size mismatch",
        ),
        ("/reset_prefix_cache", 200, {"success": False}, "keeps its prefix cache"),
    ],
)
def test_weights_that_are_not_taken_are_an_error(
    stand_in: VLLMStandIn, tiny_model_dir: Path, path: str, status: int, answer: Any, said: str
) -> None:
    server = VLLMServer(stand_in.url, 5, VOCABULARY)
    stand_in.answer = lambda asked, body, usual, own: (status, answer) if asked == path else (usual, own)
    with pytest.raises(UserError, match=said):
        server.load_weights(tiny_model_dir)


def test_an_answer_that_takes_too_long_names_the_option(stand_in: VLLMStandIn) -> None:
    server, answered = VLLMServer(stand_in.url, 0.3, VOCABULARY), threading.Event()
    stand_in.answer = lambda path, body, status, answer: (answered.wait() and status, answer)
    with pytest.raises(UserError, match=r"no answer within 0.3 s; raise --vllm-timeout"):
        server.complete(ASKED)
    answered.set()
