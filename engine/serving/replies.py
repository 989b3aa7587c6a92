"""Answers as a client wants them: one body, or the events of a stream, which here has one piece."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.inference.hosted.messages import numbered_calls
from trace_trainer.engine.serving.answerer import Answer
from trace_trainer.engine.serving.requests import ChatRequest
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.calls import CallTask, as_message


def reply_body(answer: Answer, model: str, task: Task[Any]) -> dict[str, Any]:
    """The body of a chat completion."""
    choices = [
        {"index": n, "message": message, "logprobs": None, "finish_reason": _reason(sampled, message)}
        for n, sampled in enumerate(answer.choices)
        for message in [_message(sampled, task)]
    ]
    return {**_head("chat.completion", model), "choices": choices, "usage": _usage(answer)}


def reply_events(answer: Answer, request: ChatRequest, model: str, task: Task[Any]) -> Iterator[str]:
    """The same as server-sent events: the whole of each choice as one piece, since passes are not streamed."""
    head = _head("chat.completion.chunk", model)
    for n, sampled in enumerate(answer.choices):
        message = _message(sampled, task)
        for number, call in enumerate(message.get("tool_calls") or ()):
            call["index"] = number
        yield _event({**head, "choices": [{"index": n, "delta": message, "finish_reason": None}]})
        ending = {"index": n, "delta": {}, "finish_reason": _reason(sampled, message)}
        yield _event({**head, "choices": [ending]})
    if request.stream_usage:
        yield _event({**head, "choices": [], "usage": _usage(answer)})
    yield "data: [DONE]\n\n"


def _message(sampled: Sampled, task: Task[Any]) -> dict[str, Any]:
    """What was written as an assistant's message; calls are read back from the wire format."""
    if not isinstance(task, CallTask):
        return {"role": "assistant", "content": sampled.text}
    message = as_message(sampled.text, task.format)
    if calls := message.get("tool_calls"):
        message["tool_calls"] = list(numbered_calls(calls, f"call_{secrets.token_hex(8)}"))
        message["content"] = message["content"] or None
    return message


def _reason(sampled: Sampled, message: dict[str, Any]) -> str:
    if not sampled.ended:
        return "length"
    return "tool_calls" if message.get("tool_calls") else "stop"


def _usage(answer: Answer) -> dict[str, int]:
    written = sum(sampled.tokens or 0 for sampled in answer.choices)
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": answer.prompt_tokens + written,
    }


def _head(kind: str, model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
