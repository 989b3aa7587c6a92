"""The addresses of the server: chat completions, the list of models, whether it is well."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from trace_trainer.engine.inference.hosted.endpoint import is_loopback
from trace_trainer.engine.serving.answerer import Answerer
from trace_trainer.engine.serving.batching import Batcher
from trace_trainer.engine.serving.replies import error_body, reply_body, reply_events
from trace_trainer.engine.serving.requests import RequestError, read_request

CHAT = "/v1/chat/completions"
_SECONDS_FOR_A_BODY = 30.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a server takes on at most.

    Attributes:
        max_tokens: of a completion.
        body: bytes of a request.
        rows: completions that are sampled together.
        queue: requests that wait.
        seconds: from a request to its answer.
    """

    max_tokens: int = 1024
    body: int = 2**20
    rows: int = 32
    queue: int = 128
    seconds: float = 600.0


class Service:
    """A model behind the addresses of an application.

    Args:
        token: that requests must bear; None lets in whoever speaks to this machine by its own name.
    """

    def __init__(self, answerer: Answerer, bounds: Bounds | None = None, token: str | None = None) -> None:
        self.name = answerer.loaded.name
        self._answerer, self._bounds, self._token = answerer, bounds or Bounds(), token
        # Where a client says nothing, half of the positions are left to the prompt.
        self._usual_tokens = min(self._bounds.max_tokens, (answerer.positions or 2**30) // 2)
        self._batcher = Batcher(
            lambda requests: answerer.answer(requests, self._batcher.check),
            self._bounds.rows,
            self._bounds.queue,
        )
        self.app = Starlette(
            routes=[
                Route("/health", _plain(self._health)),
                Route("/v1/models", _plain(self._models)),
                Route(CHAT, _plain(self._chat), methods=["POST"]),
            ],
            exception_handlers={HTTPException: _no_route},
        )

    def stop(self) -> None:
        """Have what is computed end; what waits for it gets an error."""
        self._batcher.stop()

    def close(self) -> bool:
        """End what is computed, and wait for it. Whether it ended."""
        return self._batcher.close()

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _models(self, request: Request) -> Response:
        self._let_in(request)
        model = {"id": self.name, "object": "model", "created": 0, "owned_by": "trace-trainer"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _chat(self, request: Request) -> Response:
        self._let_in(request)
        body = await self._body(request)
        asked = read_request(body, self.name, self._bounds.max_tokens, self._usual_tokens)
        job = self._batcher.submit(asked, self._answerer.key(asked), asked.choices)
        answer = await self._batcher.wait(job, self._bounds.seconds, request.is_disconnected)
        task = self._answerer.task
        if asked.stream:
            return StreamingResponse(
                reply_events(answer, asked, self.name, task), media_type="text/event-stream"
            )
        return JSONResponse(reply_body(answer, self.name, task))

    def _let_in(self, request: Request) -> None:
        """Raise RequestError for a request without the token.

        Where there is none, the `Host` must be this machine: a page in a browser could have its own name lead here.
        """
        if self._token is None:
            host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
            if not is_loopback(host):
                raise RequestError(403, "the Host of the request is not this machine")
            return
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, f"Bearer {self._token}".encode()):
            raise RequestError(401, "the token is missing or wrong: Authorization: Bearer TOKEN")

    async def _body(self, request: Request) -> bytes:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # which no page can send here without asking first
            raise RequestError(415, "the Content-Type must be application/json")
        body = bytearray()
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_BODY):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self._bounds.body:
                        raise RequestError(413, f"the body is longer than {self._bounds.body:,} bytes")
        except TimeoutError:
            raise RequestError(408, f"no whole body within {_SECONDS_FOR_A_BODY:g} s") from None
        except ClientDisconnect:
            raise RequestError(400, "the client left") from None
        return bytes(body)


def _plain(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with its errors as JSON."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RequestError as error:
            return _error(error)

    return answered


def _error(error: RequestError) -> Response:
    headers = {"Retry-After": str(error.after)} if error.after is not None else None
    return JSONResponse(error_body(error), error.status, headers)


def _no_route(request: Request, error: Any) -> Response:
    shown = f"{request.method} {request.url.path[:80]}"
    message = f"no {shown} here: there are POST {CHAT}, GET /v1/models, GET /health"
    return _error(RequestError(error.status_code, message))
