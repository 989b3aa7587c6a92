"""A stand-in for a server of chat completions, in a thread: it says what a test wants, and remembers what it heard."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Said:
    """What the stand-in answers; with `closes` it says nothing and ends the connection."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False


def completion(content: str | None = "reply", **message: Any) -> Said:
    """An answer as it should be; a `finish_reason` among the fields is that of the choice."""
    reason = message.pop("finish_reason", "stop")
    choice = {"message": {"role": "assistant", "content": content, **message}, "finish_reason": reason}
    return Said({"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 3}})


def refusal(status: int, message: str = "no", **headers: str) -> Said:
    """An error as such servers have it."""
    return Said({"error": {"message": message}}, status, {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass
class StandIn:
    """The server as a test sees it: its address, and each body and all headers that it got, in order."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most_at_once: int = 0


Answer = Callable[[dict[str, Any], int], Said]
"""What is said to a body, which is the so-manieth from 0."""


@contextlib.contextmanager
def standing_in(answer: Answer, models: tuple[str, ...] = ("one",)) -> Iterator[StandIn]:
    """Inside, the server answers on loopback."""
    lock, running = threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(Said({"data": [{"id": name} for name in models]}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                number = len(seen.bodies)
                seen.bodies.append(body)
                seen.headers.append({name.lower(): value for name, value in self.headers.items()})
                running[0] += 1
                seen.most_at_once = max(seen.most_at_once, running[0])
            try:
                said = answer(body, number)
            finally:
                with lock:
                    running[0] -= 1
            with contextlib.suppress(OSError):  # whoever lost patience is gone
                self._say(said)

        def _say(self, said: Said) -> None:
            if said.closes:
                self.close_connection = True
                return
            content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {**said.headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = StandIn(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
