"""A vLLM server that samples for a training: tokens in, tokens out, and weights that it reads from a folder.

What is spoken is the protocol of `vllm serve` itself (VLLM_SERVER_DEV_MODE=1): completions of OpenAI's kind, of and in
token ids, and vLLM's `reload_weights` for weights that lie in files, which takes neither a GPU nor vLLM where the
training runs. Not covered: weights over NCCL.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.endpoint import Endpoint
from trace_trainer.engine.inference.hosted.messages import error_message
from trace_trainer.engine.terminal.printable import printable, tell

STARTING = "VLLM_SERVER_DEV_MODE=1 vllm serve MODEL --logprobs-mode processed_logprobs"
"""How a server is started that can be trained with."""
_BETWEEN = 1.0  # seconds from one question whether it is up to the next
_RETRIES = 3  # of connecting
_LONGEST_ERROR = 300  # characters of what a server says is wrong
_WHOLE = {"top_p": 1.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0}
"""The whole distribution: what is not said is as the model's own generation settings have it."""
_AS_TOKENS = {"logprobs": 0, "return_token_ids": True, "return_tokens_as_token_ids": True}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        prompt: its tokens.
        count: completions of it.
        max_tokens: of each.
        temperature: of sampling.
        ends: tokens that end a completion, and belong to it.
        seed: of the first completion; vLLM seeds the others with the numbers that follow.
    """

    prompt: list[int]
    count: int
    max_tokens: int
    temperature: float
    ends: frozenset[int]
    seed: int


@dataclass(frozen=True, slots=True)
class Completion:
    """Sampled tokens and the log-probability of each, in nats."""

    tokens: list[int]
    logprobs: list[float]


class VLLMServer:
    """A server that runs, or is about to.

    Args:
        address: `http://HOST:PORT`.
        seconds: that it may take to come up, and for each answer.
        vocabulary: tokens of the model that it is to serve.

    Raises UserError where it can't be reached, was started in another way, or serves a model with fewer tokens.
    """

    def __init__(self, address: str, seconds: float, vocabulary: int) -> None:
        endpoint = Endpoint.at(address.rstrip("/").removesuffix("/v1"))
        self.url, self._seconds, self._vocabulary = endpoint.url, seconds, vocabulary
        self._client = httpx2.Client(
            headers=endpoint.headers,
            trust_env=not endpoint.is_here,
            timeout=seconds,
            transport=httpx2.HTTPTransport(retries=_RETRIES, trust_env=not endpoint.is_here),
        )
        self._wait()
        self._check_mode()
        self._model = self._served()
        self.complete(Request([vocabulary - 1], 1, 1, 1.0, frozenset(), 0))

    def complete(self, request: Request) -> list[Completion]:
        """The completions of a prompt. Raises UserError for an answer that is not what was asked for."""
        body = {
            "model": self._model,
            "prompt": request.prompt,
            "n": request.count,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop_token_ids": sorted(request.ends),
            "ignore_eos": True,  # the tokens that end a completion are those that were named
            **_WHOLE,
            **_AS_TOKENS,
        }
        answer = self._ask("POST", "/v1/completions", json=body)
        try:
            choices = sorted(answer["choices"], key=lambda choice: choice["index"])
            completions = [Completion(c["token_ids"], c["logprobs"]["token_logprobs"]) for c in choices]
        except (KeyError, TypeError):
            raise UserError(f"{self.url} answers without tokens or their log-probabilities") from None
        if len(completions) != request.count:
            raise UserError(f"{self.url} returned {len(completions)} of {request.count} completions")
        for completion in completions:
            self._check(completion, request)
        return completions

    def load_weights(self, folder: Path) -> None:
        """Have the server take the weights of a folder, which it must see under the same name, and forget keys and
        values that it computed with others.
        """
        body = {"method": "reload_weights", "kwargs": {"weights_path": str(folder)}}
        self._ask("POST", "/collective_rpc", json=body)
        answer = self._ask("POST", "/reset_prefix_cache")
        if isinstance(answer, dict) and answer.get("success") is False:
            raise UserError(
                f"{self.url} keeps its prefix cache, as it is asked by others: let it serve this run alone"
            )

    def _wait(self) -> None:
        """Wait until the server is up."""
        until, told = time.monotonic() + self._seconds, False
        while True:
            try:
                status = self._client.get(f"{self.url}/health").status_code
                reason = f"it answers {status}"
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                status, reason = 0, printable(str(error))
            if status == httpx2.codes.OK:
                return
            if time.monotonic() + _BETWEEN > until:
                raise UserError(
                    f"no vLLM server at {self.url} within {self._seconds:g} s ({reason}): start one with "
                    f"{STARTING}, or name another with --vllm-url"
                )
            if not told:
                tell(f"waiting for the vLLM server at {self.url}")
                told = True
            time.sleep(_BETWEEN)

    def _check_mode(self) -> None:
        """Raise UserError where it takes no weights, or returns other log-probabilities than it samples by."""
        answer = self._client.get(f"{self.url}/server_info", params={"config_format": "json"})
        try:
            mode = answer.raise_for_status().json()["vllm_config"]["model_config"]["logprobs_mode"]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            raise UserError(f"{self.url} can't be sent weights: start it with {STARTING}") from None
        if mode != "processed_logprobs":
            raise UserError(f"{self.url} returns {printable(str(mode))}: start it with {STARTING}")

    def _served(self) -> str:
        """What the server calls its model."""
        answer = self._ask("GET", "/v1/models")
        try:
            return str(answer["data"][0]["id"])
        except (KeyError, TypeError, IndexError):
            raise UserError(f"{self.url} does not say which model it serves") from None

    def _check(self, completion: Completion, request: Request) -> None:
        tokens, logprobs = completion.tokens, completion.logprobs
        if not (isinstance(tokens, list) and isinstance(logprobs, list) and len(tokens) == len(logprobs) > 0):
            raise UserError(f"{self.url} returned a completion without a log-probability for each token")
        if not all(type(token) is int and 0 <= token < self._vocabulary for token in tokens):
            raise UserError(
                f"{self.url} serves another model: it returned a token that is none of the {self._vocabulary}"
            )
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in logprobs):
            raise UserError(f"{self.url} returned a log-probability that is no number")
        if len(tokens) != request.max_tokens and tokens[-1] not in request.ends:
            raise UserError(
                f"{self.url} returned a completion of {len(tokens)} tokens that neither ends nor has the "
                f"{request.max_tokens} that were asked for"
            )

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        """The answer, decoded; None where it is empty."""
        try:
            answer = self._client.request(method, f"{self.url}{path}", **sent)
        except httpx2.TimeoutException:
            raise UserError(
                f"{self.url}{path} gave no answer within {self._seconds:g} s; raise --vllm-timeout"
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UserError(f"{self.url}{path} can't be reached: {printable(str(error))}") from None
        try:
            decoded = answer.json() if answer.content else None
        except ValueError:
            decoded = None
        if answer.status_code != httpx2.codes.OK:
            said = printable(" ".join(error_message(decoded).split()))[:_LONGEST_ERROR]
            raise UserError(f"{self.url}{path} refuses: {answer.status_code} {said or answer.reason_phrase}")
        return decoded
