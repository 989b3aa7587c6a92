"""Asking a hosted model: many prompts at once, patiently, and never more often than was allowed.

A request is tried again where a later try can succeed: no connection, a time limit, a busy or broken server, an answer
that is no chat completion. Waits double, with jitter, and a `Retry-After` holds for all requests. What fails all the
same is a failure of that prompt, never a reply. What would fail for every prompt (a wrong key, a name that the server
doesn't know) is an error of the user's; the first prompt is sent alone, to find it out.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.completions import check_samples
from trace_trainer.engine.inference.hosted.endpoint import Endpoint
from trace_trainer.engine.inference.hosted.messages import (
    NotAReplyError,
    Reply,
    api_messages,
    error_message,
    read_reply,
)
from trace_trainer.engine.terminal.printable import printable, tell
from trace_trainer.engine.terminal.progress import Progress

_LONGEST_BODY = 2**24  # bytes of an answer
_LONGEST_WAIT = 300.0  # seconds that a server may ask for
_SECONDS_FOR_NAMES = 20.0
_FAILURES_IN_A_ROW = 8  # with all their tries; then the server is taken for gone
_LATER = frozenset({408, 409, 425, 429})  # and all of 500 and above
_OF_THIS_PROMPT = frozenset({400, 413, 422})
_UNKNOWN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|not permitted|unexpected|not allowed", re.I
)
_RENAMED = {"max_tokens": "max_completion_tokens", "seed": None, "top_p": None, "temperature": None}
"""What a server may refuse to be told, and what says the same."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How a server is asked.

    Attributes:
        concurrency: requests at once.
        max_requests: in all, tries again included; None for any number.
        seconds: that a request may take.
        attempts: of each prompt.
        first_wait: seconds before the second attempt, about; each wait is twice the one before.
    """

    concurrency: int = 8
    max_requests: int | None = None
    seconds: float = 300.0
    attempts: int = 6
    first_wait: float = 1.0


class _TryAgainError(Exception):
    """A request failed, and a later one may not. Its argument says why; `after` is the wait that the server wants."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class _SpentError(Exception):
    """As many requests were sent as were allowed."""


class HostedModel:
    """A model behind an address.

    Args:
        endpoint: where.
        api_name: what the server calls it.
        name: what people call it.
        limits: of asking it.

    Attributes:
        requests: sent so far, tries again included.
        tokens: that the server says it read and wrote so far.
    """

    def __init__(
        self, endpoint: Endpoint, api_name: str, name: str | None = None, limits: Limits | None = None
    ) -> None:
        self.name = name or api_name
        self.requests = 0
        self.tokens = [0, 0]
        self._endpoint = endpoint
        self._api_name = api_name
        self._limits = limits or Limits()
        self._names = {name: name for name in _RENAMED}
        self._not_before = 0.0
        self._failed_in_a_row = 0
        self._has_answered = False

    @property
    def spent(self) -> str:
        """What was spent so far, in words."""
        read, written = self.tokens
        return f"{self.requests:,} requests, {read:,} tokens read and {written:,} written"

    def complete(
        self,
        prompts: Sequence[Prompt],
        *,
        samples: int = 1,
        temperature: float = 0.0,
        max_new_tokens: int = 256,
        seed: int = 0,
        stops: Sequence[str] = (),
        progress: bool = True,
    ) -> list[list[Reply]]:
        """The replies to prompts: for each in order `samples` of them, each asked for by itself.

        Raises UserError for several greedy samples, for fewer requests than it takes, and for what would fail for every
        prompt.
        """
        check_samples(samples, temperature)
        asked = [(prompt, sample) for prompt in prompts for sample in range(samples)]
        allowed = self._limits.max_requests
        if allowed is not None and self.requests + len(asked) > allowed:
            raise UserError(
                f"{self.name}: {len(asked)} completions need as many requests, and --max-requests allows "
                f"{allowed - self.requests}: ask for fewer with --count, or allow more"
            )
        settings = {"max_tokens": max_new_tokens, "temperature": temperature, "top_p": 1, "seed": seed}
        bodies = [self._body(prompt, {**settings, "seed": seed + sample}, stops) for prompt, sample in asked]
        with Progress(self.name, len(asked), "completions") as bar:
            replies = asyncio.run(self._ask_all(bodies, bar.advance if progress else lambda _: None))
        return [replies[start : start + samples] for start in range(0, len(replies), samples)]

    def _body(self, prompt: Prompt, settings: dict[str, Any], stops: Sequence[str]) -> dict[str, Any]:
        body = {"model": self._api_name, "messages": api_messages(prompt), **settings}
        if prompt.tools:
            body["tools"] = prompt.tools
        if stops:
            body["stop"] = list(stops)
        return body

    async def _ask_all(self, bodies: Sequence[dict[str, Any]], advance: Callable[[int], None]) -> list[Reply]:
        replies: dict[int, Reply] = {}
        waiting = iter(range(1, len(bodies)))
        async with httpx2.AsyncClient(timeout=None, **_reaching(self._endpoint)) as client:

            async def work() -> None:
                for number in waiting:  # shared: each takes the next one
                    replies[number] = await self._ask(client, bodies[number])
                    advance(1)

            replies[0] = await self._ask(client, bodies[0])
            if not self._has_answered:
                raise UserError(f"{self._endpoint.url} gives no reply: {replies[0].failure}")
            advance(1)
            await asyncio.gather(*(work() for _ in range(self._limits.concurrency)))
        return [replies[number] for number in range(len(bodies))]

    async def _ask(self, client: httpx2.AsyncClient, body: dict[str, Any]) -> Reply:
        """The reply to one body, after as many attempts as it takes and may take."""
        if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
            return Reply(None, failure=f"not asked: {self._failed_in_a_row} requests before it had failed")
        reason = ""
        for attempt in range(self._limits.attempts):
            if attempt:
                await asyncio.sleep(self._limits.first_wait * 2 ** (attempt - 1) * random.uniform(0.5, 1))
            await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
            try:
                reply = await self._try(client, body)
            except _SpentError:
                return Reply(None, failure=f"not asked again, as --max-requests was reached; {reason}")
            except _TryAgainError as error:
                reason = str(error)
                if error.after is not None:
                    if error.after > _LONGEST_WAIT:
                        break
                    self._not_before = max(self._not_before, time.monotonic() + error.after)
                continue
            self._failed_in_a_row = 0
            return reply
        self._failed_in_a_row += 1
        return Reply(None, failure=reason)

    async def _try(self, client: httpx2.AsyncClient, body: dict[str, Any]) -> Reply:
        """One request. Raises _TryAgainError, _SpentError, and UserError for what would fail for every prompt."""
        sent = {self._names.get(key, key): value for key, value in body.items() if self._names.get(key, key)}
        if self.requests == self._limits.max_requests:
            raise _SpentError
        self.requests += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                response, content = await self._send(client, sent)
        except TimeoutError:
            raise _TryAgainError(f"no reply within {self._limits.seconds:g} s") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _TryAgainError(self._shown(f"{type(error).__name__}: {error}")) from None
        except (httpx2.InvalidURL, httpx2.HTTPError) as error:
            raise UserError(f"{self._endpoint.url} can't be asked: {self._shown(str(error))}") from None
        try:
            decoded = json.loads(content)
        except (ValueError, RecursionError):
            decoded = None
        if response.status_code == 200:
            try:
                reply = read_reply(decoded)
            except NotAReplyError as error:
                raise _TryAgainError(self._shown(str(error))) from None
            self._has_answered = True
            self.tokens = [self.tokens[0] + reply.prompt_tokens, self.tokens[1] + (reply.tokens or 0)]
            return reply
        said = self._shown(f"{response.status_code} {response.reason_phrase} {error_message(decoded)}")
        if response.status_code in _LATER or response.status_code >= 500:
            raise _TryAgainError(said, _wait_of(response))
        if response.status_code in _OF_THIS_PROMPT:
            if self._has_answered:
                return Reply(None, failure=said)
            if self._adapt(sent, error_message(decoded)):
                return await self._try(client, body)
        if self._has_answered:  # and no longer does: what was paid for is kept
            raise _TryAgainError(said, math.inf)
        raise UserError(f"{self._endpoint.url} refuses {self._api_name}: {said}")

    async def _send(self, client: httpx2.AsyncClient, body: dict[str, Any]) -> tuple[httpx2.Response, bytes]:
        url = f"{self._endpoint.url}/chat/completions"
        async with client.stream("POST", url, json=body) as response:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > _LONGEST_BODY:
                    raise _TryAgainError(f"a reply of more than {_LONGEST_BODY:,} bytes")
        return response, bytes(content)

    def _adapt(self, sent: dict[str, Any], message: str) -> bool:
        """Leave out, or call by another name, what the server says it does not know; whether there was such a thing."""
        if not _UNKNOWN.search(message):
            return False
        for name, other in _RENAMED.items():
            if self._names[name] == name and name in sent and re.search(rf"\b{name}\b", message):
                self._names[name] = other or ""
                if not other:
                    tell(f"{self.name} can't be told a {name}: it uses its own")
                return True
        return False

    def _shown(self, text: str) -> str:
        """A text of the server's, safe to show and without the key."""
        return printable(" ".join(self._endpoint.without_key(text).split()))[:300]


def only_model(endpoint: Endpoint) -> str:
    """What a server calls the one model that it has. Raises UserError where that can't be told."""
    url = f"{endpoint.url}/models"
    try:
        response = httpx2.get(url, timeout=_SECONDS_FOR_NAMES, **_reaching(endpoint))
        names = [str(model["id"]) for model in response.raise_for_status().json()["data"]]
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
        reason = printable(endpoint.without_key(" ".join(str(error).split())))[:200]
        raise UserError(
            f"{url} does not say which models there are ({reason}): name one with --api-model"
        ) from None
    if len(names) != 1:
        shown = printable(", ".join(names[:20])) or "no model"
        raise UserError(f"{endpoint.url} has {shown}: name one with --api-model")
    return names[0]


def _reaching(endpoint: Endpoint) -> dict[str, Any]:
    """How the server is reached: with the key, and past the proxies of the environment where it is on this machine."""
    return {"headers": endpoint.headers, "trust_env": not endpoint.is_here}


def _wait_of(response: httpx2.Response) -> float | None:
    """The seconds of a `Retry-After`, which is a number of them or a date; None where there is none."""
    value = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
