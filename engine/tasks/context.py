"""A fixed text that is put before each request, in training, in evaluation and in use alike (`--context`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.task import Task

NO_CONTEXT = "none"
"""In place of a file: no context, whatever a model was trained with."""


def read_context(file: str | Path) -> str | None:
    """The text of a file. Raises UserError where it can't be read or is empty."""
    if str(file) == NO_CONTEXT:
        return None
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise UserError(f"--context: can't read {file}: {error}") from None
    if not text:
        raise UserError(f"--context: {file} is empty")
    return text


def put_before(prompt: Prompt, context: str) -> Prompt:
    """The prompt with a text before what the user said last."""
    users = [at for at, message in enumerate(prompt.messages) if message["role"] == "user"]
    if not users or not context:
        return prompt
    messages = list(prompt.messages)
    said = messages[users[-1]]
    messages[users[-1]] = {**said, "content": f"{context}\n\n{said['content']}"}
    return Prompt(messages, prompt.tools)


def in_context(task: Task[Any], context: str | None) -> Task[Any]:
    """The task with a text before each request; the task itself where there is none.

    What else the task is stays as it is: its class is derived from, whichever that is.
    """
    if not context:
        return task
    own = type(task)
    mixed = _AskedInContext if isinstance(task, CallTask) else _PromptInContext
    derived = type(own.__name__, (mixed, own), {"context": context})
    made: Task[Any] = object.__new__(derived)
    made.__dict__.update(task.__dict__)
    return made


def context_of(task: Task[Any]) -> str:
    """What a task puts before each request; nothing where it has no context."""
    return getattr(task, "context", "")


class _PromptInContext:
    """Mixed into tasks of single questions."""

    context: str

    def prompt(self, problem: Any) -> Prompt:
        own: Any = super()
        return put_before(own.prompt(problem), self.context)


class _AskedInContext:
    """Mixed into tasks of conversations, which ask for every turn in the same way."""

    context: str

    def asked(self, messages: list[Message], tools: list[dict[str, Any]]) -> Prompt:
        own: Any = super()
        return put_before(own.asked(messages, tools), self.context)
