"""The gate of a server: who is let in, how much of a body is read, and how an error is told."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from trace_trainer.engine.inference.hosted.endpoint import is_loopback
from trace_trainer.engine.serving.requests import RequestError

_SECONDS_FOR_A_BODY = 30.0

Endpoint = Callable[[Request], Awaitable[Response]]


class Gate:
    """What a request has to pass.

    Args:
        token: that requests must bear; None lets in whoever speaks to this machine by its own name.
        most: bytes of a body.
    """

    def __init__(self, token: str | None, most: int) -> None:
        self._token, self._most = token, most

    def let_in(self, request: Request) -> None:
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

    async def body(self, request: Request) -> bytes:
        """The body of a request that is JSON. Raises RequestError."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # which no page can send here without asking first
            raise RequestError(415, "the Content-Type must be application/json")
        body = bytearray()
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_BODY):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self._most:
                        raise RequestError(413, f"the body is longer than {self._most:,} bytes")
        except TimeoutError:
            raise RequestError(408, f"no whole body within {_SECONDS_FOR_A_BODY:g} s") from None
        except ClientDisconnect:
            raise RequestError(400, "the client left") from None
        return bytes(body)


def told(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with its errors as JSON."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RequestError as error:
            return error_response(error)

    return answered


def no_route(known: str) -> Callable[[Request, Any], Response]:
    """What answers where there is no such address, or no such method; it says which addresses there are."""

    def answered(request: Request, error: Any) -> Response:
        shown = f"{request.method} {request.url.path[:80]}"
        return error_response(RequestError(error.status_code, f"no {shown} here: there are {known}"))

    return answered


def error_response(error: RequestError) -> Response:
    """An error as a client is told of it."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    body = {"message": error.message, "type": kind, "param": error.param, "code": error.status}
    headers = {"Retry-After": str(error.after)} if error.after is not None else None
    return JSONResponse({"error": body}, error.status, headers)
