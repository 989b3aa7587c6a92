"""The process of a server: its socket, its token, its signals."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
from types import FrameType
from typing import Any, Protocol

import uvicorn

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE, is_loopback, key_in

_MOST_CONNECTIONS = 512
_SECONDS_TO_END = 5


class Service(Protocol):
    """What is served.

    Attributes:
        app: what answers, by the interface ASGI.
    """

    app: Any

    def stop(self) -> None:
        """Have what is computed end; what waits for it gets an error."""

    def close(self) -> bool:
        """End what is computed, and wait for it. Whether it ended."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, opened before a model is loaded. Raises UserError where it can't be."""
    try:
        kind = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(kind[4][:2], family=kind[0])
    except (OSError, ValueError) as error:  # ValueError: text that no host can be called
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise UserError(
            f"can't listen on {host[:100]} port {port}: {reason}; --port 0 takes a free one"
        ) from None
    # Handed on to every connection. asyncio sets it only where a socket names its protocol, which this one doesn't, and
    # a reply of two packets would wait 40 ms for the client's acknowledgement of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def base_url(listener: socket.socket) -> str:
    """What clients take as their base URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


def token_for(host: str, wanted: bool) -> tuple[str | None, bool]:
    """The token that requests must bear, and whether it was made here: none on loopback, unless it is wanted.

    It is that of the environment, else a new one. Raises UserError where that can't be sent.
    """
    if given := key_in(KEY_VARIABLE):
        return given, False
    return (None, False) if is_loopback(host) and not wanted else (secrets.token_urlsafe(24), True)


class Server(uvicorn.Server):
    """What speaks HTTP for a service; a signal ends both."""

    def __init__(self, service: Service) -> None:
        self._service = service
        super().__init__(
            uvicorn.Config(
                service.app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_graceful_shutdown=_SECONDS_TO_END,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.stop()
        super().handle_exit(sig, frame)


def serve(service: Service, listener: socket.socket) -> None:
    """Answer until SIGTERM, or Ctrl-C; then end what is computed, and return."""
    server = Server(service)
    # Once it has ended, uvicorn raises the signal again for whoever handled it before. That is the server, too, so that
    # a signal counts from here on, and ends nothing twice.
    before = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not service.close():
        # The thread is deep in a step that can't be interrupted, and Python would wait for it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
