"""What tasks of tool calls share: a conversation with tools, a turn that calls them or says why not, judged by effect.

They differ in their generators (`installer.py`, `functions.py`). Problems of a file are judged the same way, whichever
task is named.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.probes import PROBE, PROBE_REPLY
from trace_trainer.engine.models.tool_template import as_reply, fit_template
from trace_trainer.engine.problems.files.call_problems import (
    CallProblem,
    call_problem,
    call_problem_fields,
    call_problem_line,
    read_call_problems,
)
from trace_trainer.engine.problems.files.json_rows import JsonRow
from trace_trainer.engine.rows.columns import Named
from trace_trainer.engine.tasks.task import Task
from trace_trainer.verifiers import verify_call
from trace_trainer.verifiers.calls import (
    FORMATS,
    CallOutcome,
    CallVerdict,
    ParseFailure,
    RenderError,
    constant_replies,
)
from trace_trainer.verifiers.calls.call import canonical
from trace_trainer.verifiers.calls.expected import wants
from trace_trainer.verifiers.calls.tools import ToolSchemaError, read_tools
from trace_trainer.verifiers.violation import Violation

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from trace_trainer.verifiers.machine import Machine, Result

# Machines of longer histories are built from the start: their turns would be remembered in as many nested calls.
_REMEMBERED_TURNS = 100


@dataclass(frozen=True)
class CallTask(Task[CallProblem]):
    """Tool calls: what the tasks of them share.

    Attributes:
        format: the wire format, a key of FORMATS.
    """

    format: str
    metrics = (
        "type_match",
        "name_match",
        "arguments_match",
        "f1",
        "ast_match",
        "command_exact",
        "command_partial",
        "effect_match",
    )
    measured = (
        "Share of problems whose reply is right: a call by its arguments, a command by its effect, or words where no "
        "call was due"
    )

    @classmethod
    def made(cls, format: str, card: bool) -> Self:
        return cls(format)

    def read(self, path: str | Path, limit: int | None = None, named: Named = None) -> list[CallProblem]:
        return read_call_problems(path, limit, named)

    def line(self, problem: CallProblem) -> str:
        return call_problem_line(problem)

    def prompt(self, problem: CallProblem) -> Prompt:
        return self.asked(problem.messages, problem.tools)

    def asked(self, messages: list[Message], tools: list[dict[str, Any]]) -> Prompt:
        """The prompt of a conversation."""
        return Prompt(messages, tools or None)

    def messages(
        self, turns: Sequence[list[Message]], said: str, machine: Machine | None = None
    ) -> list[Message]:
        """A conversation that is not of the generator: the turns so far, and what the user says now."""
        return [*(message for turn in turns for message in turn), {"role": "user", "content": said}]

    def own_tools(self) -> list[dict[str, Any]]:
        """The tools that every conversation of the task has; none where each has others."""
        return []

    def own_machine(self) -> Machine | None:
        """A machine for a conversation of which nothing is known; None where none is needed."""
        return None

    def result(self, result: Result) -> Message:
        """What the machine says, as a message."""
        from trace_trainer.engine.problems.installer.history import result_text, tool_message

        return tool_message(result_text(result))

    def reply(self, problem: CallProblem) -> Message | None:
        """The gold reply. Where a call of the format holds words that say what was asked for, these are the request."""
        reply = problem.reply
        if (
            reply
            and reply.get("tool_calls")
            and not reply.get("content")
            and FORMATS[self.format].layout.holds_text
        ):
            return {**reply, "content": _asked(problem)}
        return reply

    def grammar(self, problem: CallProblem) -> str:
        try:
            tools = read_tools(problem.tools)
        except ToolSchemaError as error:
            raise UserError(f"problem {problem.id}: {error}") from None
        return FORMATS[self.format].grammar(list(tools.values()))

    def gold_text(self, problem: CallProblem) -> str:
        reply = self.reply(problem)
        return FORMATS[self.format].render(as_reply(reply)) if reply else ""

    def with_reply(self, problem: CallProblem, text: str) -> CallProblem:
        return replace(problem, reply=as_message(text, self.format))

    def canonical(self, text: str) -> str:
        reply = FORMATS[self.format].parse(text)
        with contextlib.suppress(RenderError):
            return text.strip() if isinstance(reply, ParseFailure) else FORMATS[self.format].render(reply)
        return text.strip()

    def text_of(self, problem: CallProblem, message: Message) -> str:
        """The text of the message in the format. What the format can't express is written so that it can't be read."""
        calls = message.get("tool_calls") or []
        if not calls:
            return super().text_of(problem, message)
        functions = [call["function"] for call in calls]
        content = message.get("content") or ""
        if FORMATS[self.format].layout.holds_text:  # words that a server's message has no place for
            content = content or _asked(problem)
        if all(isinstance(function["arguments"], dict) for function in functions):
            with contextlib.suppress(RenderError):
                return FORMATS[self.format].render(as_reply({**message, "content": content}))
        return "\n".join(["<tool_call>", *map(json.dumps, functions)])

    def misread(self, problem: CallProblem, text: str) -> str | None:
        reply = self.reply(problem)
        if reply is None:
            return None
        found, wanted = FORMATS[self.format].parse(text), as_reply(reply)
        if isinstance(found, ParseFailure):
            return f"it can't be read back as {self.format}: {found.hint}"
        if found != wanted:
            return (
                f"it reads back in the format {self.format} as {str(found)[:200]}, not as {str(wanted)[:200]}"
            )
        return None

    def probe(self) -> tuple[Prompt, Message]:
        return PROBE, PROBE_REPLY

    @property
    def marks(self) -> Sequence[str]:  # type: ignore[override]
        layout = FORMATS[self.format].layout
        return [mark for mark in layout.tokens if mark in layout.call]

    def fit(self, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        fit_template(tokenizer, self.format, name)

    def judge(self, problem: CallProblem, text: str) -> CallVerdict:
        """The verdict on a reply; shell commands run on copies of the machine as it stands at this turn."""
        return verify_call(
            text,
            format=self.format,
            expected=problem.expected,
            tools=problem.tools or None,
            machine=machine_of(problem),
        )

    def failed(self, violation: Violation) -> CallVerdict:
        return CallVerdict(CallOutcome.ERROR, (violation,))

    def group_of(self, problem: CallProblem, verdict: CallVerdict) -> str:
        return problem.category

    def wanted(self, problem: CallProblem) -> str | None:
        return wants(problem.expected)

    def shares(self, verdict: CallVerdict) -> Mapping[str, bool | float]:
        return verdict.metrics

    def answer(self, verdict: CallVerdict) -> Hashable | None:
        """The calls of a reply, in any order; none where it has no call or one that may not be made."""
        if not verdict.calls or verdict.outcome in ("unparsed", "invalid_call", "refused", "error"):
            return None
        return frozenset((call.name, canonical(call.arguments)) for call in verdict.calls)

    def question(self, problem: CallProblem) -> str:
        """The words of the conversation and the tools; what varies of a machine stands in the system text."""
        said = [str(message.get("content") or "") for message in problem.messages]
        return "\n".join([*said, *(json.dumps(tool) for tool in problem.tools)])

    def shown(self, problem: CallProblem) -> str:
        return problem.request

    def row(self, problem: CallProblem) -> dict[str, Any]:
        fields = call_problem_fields(problem)
        return {"id": fields.pop("id"), "prompt": problem.request, **fields}

    def from_row(self, row: Mapping[str, Any]) -> CallProblem:
        return call_problem(JsonRow(0, f"completion {row['id']}", dict(row), "log"))

    def constants(self, problems: Sequence[CallProblem]) -> Mapping[str, str]:
        """Always words, and always the call that is most often right, as far as the format can express it."""
        texts = {}
        for name, reply in constant_replies(problem.expected for problem in problems).items():
            try:
                texts[name] = FORMATS[self.format].render(reply)
            except RenderError:
                continue
        return texts


def _asked(problem: CallProblem) -> str:
    """What the user asks for, in words: the last turn, with those before it as long as there is only a number."""
    said: list[str] = []
    for message in reversed(problem.messages):
        if message["role"] == "user":
            said.insert(0, str(message["content"]).strip())
            if any(map(str.isalpha, said[0])):
                break
    return "\n".join(said)


def as_message(text: str, format: str) -> Message:
    """What a model wrote as an assistant's message; text that can't be read is said, not run."""
    reply = FORMATS[format].parse(text)
    if isinstance(reply, ParseFailure):
        return {"role": "assistant", "content": text}
    calls = [
        {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in reply.calls
    ]
    return {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}


def machine_of(problem: CallProblem) -> Machine | None:
    """The machine at the turn of a problem, shared by all who ask for it: run commands on copies only."""
    if problem.start is None:
        return None
    return _machine(json.dumps(problem.start, sort_keys=True), problem.ran)


@lru_cache(maxsize=1024)
def _machine(start: str, ran: tuple[str, ...]) -> Machine:
    from trace_trainer.verifiers.machine import Machine

    if 0 < len(ran) <= _REMEMBERED_TURNS:  # the turn before is most often known already
        machine = _machine(start, ran[:-1]).copy()
        machine.run(ran[-1])
        return machine
    machine = Machine.from_spec(json.loads(start))
    for line in ran:
        machine.run(line)
    return machine
