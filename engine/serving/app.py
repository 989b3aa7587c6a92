"""The addresses of the server: chat completions, the list of models, whether it is well."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from trace_trainer.engine.serving.answerer import Answerer
from trace_trainer.engine.serving.batching import Batcher
from trace_trainer.engine.serving.gate import Gate, no_route, told
from trace_trainer.engine.serving.replies import reply_body, reply_events
from trace_trainer.engine.serving.requests import read_request

CHAT = "/v1/chat/completions"


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
        self._answerer, self._bounds = answerer, bounds or Bounds()
        self._gate = Gate(token, self._bounds.body)
        # Where a client says nothing, half of the positions are left to the prompt.
        self._usual_tokens = min(self._bounds.max_tokens, (answerer.positions or 2**30) // 2)
        self._batcher = Batcher(
            lambda requests: answerer.answer(requests, self._batcher.check),
            self._bounds.rows,
            self._bounds.queue,
        )
        self.app = Starlette(
            routes=[
                Route("/health", told(self._health)),
                Route("/v1/models", told(self._models)),
                Route(CHAT, told(self._chat), methods=["POST"]),
            ],
            exception_handlers={HTTPException: no_route(f"POST {CHAT}, GET /v1/models, GET /health")},
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
        self._gate.let_in(request)
        model = {"id": self.name, "object": "model", "created": 0, "owned_by": "trace-trainer"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _chat(self, request: Request) -> Response:
        self._gate.let_in(request)
        body = await self._gate.body(request)
        asked = read_request(body, self.name, self._bounds.max_tokens, self._usual_tokens)
        job = self._batcher.submit(asked, self._answerer.key(asked), asked.choices)
        answer = await self._batcher.wait(job, self._bounds.seconds, request.is_disconnected)
        task = self._answerer.task
        if asked.stream:
            return StreamingResponse(
                reply_events(answer, asked, self.name, task), media_type="text/event-stream"
            )
        return JSONResponse(reply_body(answer, self.name, task))
