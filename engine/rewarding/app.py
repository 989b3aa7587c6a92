"""The addresses of a reward server: one row, many rows, the description of both, whether it is well."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import UnreadableInput, read_object
from trace_trainer.engine.rewarding.judging import UNREADABLE
from trace_trainer.engine.rewarding.openapi import ONE, SEVERAL, description
from trace_trainer.engine.rewarding.workers import Workers
from trace_trainer.engine.rows.reading import line_text
from trace_trainer.engine.serving.batching import awaited
from trace_trainer.engine.serving.gate import Gate, no_route, told
from trace_trainer.engine.serving.requests import RequestError

DESCRIBED = "/openapi.json"


@dataclass(frozen=True, slots=True)
class RewardBounds:
    """What a reward server takes on at most.

    Attributes:
        body: bytes of a request.
        rows: of a request.
        waiting: rows that wait.
        seconds: for the judging of a few rows; a request may wait four times as long.
    """

    body: int = 2**24
    rows: int = 8192
    waiting: int = 2**16
    seconds: float = 30.0


class RewardService:
    """Judging behind the addresses of an application.

    Args:
        workers: how many processes judge.
        token: that requests must bear; None lets in whoever speaks to this machine by its own name.
    """

    def __init__(
        self,
        settings: AuditSettings,
        workers: int = 1,
        bounds: RewardBounds | None = None,
        token: str | None = None,
    ) -> None:
        self._bounds = bounds or RewardBounds()
        self._gate = Gate(token, self._bounds.body)
        self._description = description(settings, self._bounds.rows, token is not None)
        self._workers = Workers(settings, workers, self._bounds.seconds, self._bounds.waiting)
        self.app = Starlette(
            routes=[
                Route("/health", told(self._health)),
                Route(DESCRIBED, told(self._describe)),
                Route(ONE, told(self._one), methods=["POST"]),
                Route(SEVERAL, told(self._several), methods=["POST"]),
            ],
            exception_handlers={
                HTTPException: no_route(f"POST {ONE}, POST {SEVERAL}, GET {DESCRIBED}, GET /health")
            },
        )

    def stop(self) -> None:
        """Have what is computed end; what waits for it gets an error."""
        self._workers.stop()

    def close(self) -> bool:
        """End the processes. Whether they ended."""
        return self._workers.close()

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _describe(self, request: Request) -> Response:
        self._gate.let_in(request)
        return JSONResponse(self._description)

    async def _one(self, request: Request) -> Response:
        row = await self._asked(request)
        (done,) = await self._judged(request, [row])
        for violation in json.loads(done)["violations"]:
            if violation["code"] == UNREADABLE:  # among several rows it is told in its place
                raise RequestError(422, f"the row can't be judged: {violation['message']}")
        return Response(done, media_type="application/json")

    async def _several(self, request: Request) -> Response:
        asked = await self._asked(request)
        rows = asked.get("rows")
        if asked.keys() != {"rows"} or not isinstance(rows, list):
            raise RequestError(400, 'the body must be {"rows": [...]}', "rows")
        if len(rows) > self._bounds.rows:
            raise RequestError(413, f"there are {len(rows):,} rows, {self._bounds.rows:,} at most", "rows")
        done = await self._judged(request, rows)
        return Response(f'{{"results": [{", ".join(done)}]}}', media_type="application/json")

    async def _asked(self, request: Request) -> dict[str, Any]:
        """The object that a body is. Raises RequestError."""
        self._gate.let_in(request)
        body = await self._gate.body(request)
        try:
            return read_object(line_text(body))
        except (UnreadableInput, ValueError) as error:
            raise RequestError(400, f"the body can't be read: {error}") from None

    async def _judged(self, request: Request, rows: Sequence[Any]) -> list[str]:
        """The records of rows, in their order. Raises RequestError: none of them is lost, and none is made up."""
        pieces = self._workers.submit(rows)
        wait = 4 * self._bounds.seconds
        try:
            done = await asyncio.gather(*(awaited(piece, wait, request.is_disconnected) for piece in pieces))
        finally:
            for piece in pieces:
                piece.cancel()
        return [line for lines in done for line in lines]
