"""What the model makes of requests that can share a pass, and how a request is put to it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.completions import Sampled, complete
from trace_trainer.engine.inference.constraints import OFF, Constraint
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.serving.requests import ChatRequest, RequestError
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.context import context_of, put_before
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import Problem

if TYPE_CHECKING:
    from trace_trainer.engine.models.loading import LoadedModel


@dataclass(frozen=True, slots=True)
class Answer:
    """The completions of one request, and how many tokens its prompt has."""

    choices: list[Sampled]
    prompt_tokens: int


class Answerer:
    """A model that answers as its task has it: in its wire format, with its card, and if wanted by its grammar.

    Args:
        constrain: how far decoding is constrained, one of LEVELS; no request can change it.

    Raises UserError where the model's chat template can't render the task, and where the task has no grammar.
    """

    def __init__(self, loaded: LoadedModel, task: Task[Any], constrain: str = OFF) -> None:
        self.loaded, self.task, self.constrain = loaded, task, constrain
        task.fit(loaded.tokenizer, loaded.name)
        if constrain != OFF:
            self._constraint(task.probe()[0])

    @property
    def positions(self) -> int | None:
        """How many tokens prompt and completion may have together; None where the model does not say."""
        found = getattr(self.loaded.model.config.get_text_config(), "max_position_embeddings", None)
        return int(found) if found is not None else None

    def key(self, request: ChatRequest) -> Hashable:
        """Requests of one key can share a pass. One with a seed of its own, where that tells, shares with none."""
        alone = id(request) if request.seed is not None and request.temperature > 0 else None
        # A grammar that can't be read ends its pass, so that only those share one who brought it.
        tools = json.dumps(request.prompt.tools) if self.constrain != OFF else None
        return (request.temperature, request.max_tokens, request.choices, alone, tools)

    def answer(
        self, requests: Sequence[ChatRequest], check: Callable[[], None]
    ) -> list[Answer | RequestError]:
        """The answers to requests of one key; a RequestError in the place of one that the model can't be asked.

        Args:
            check: called before every token; what it raises ends the pass.
        """
        prompts: dict[int, Prompt] = {}
        found: list[Any] = []
        for number, request in enumerate(requests):
            try:
                prompts[number] = self._prompt(request)
                found.append(self._prompt_tokens(prompts[number], request.max_tokens))
            except UserError as error:
                found.append(RequestError(400, str(error), "messages"))
            except Exception as error:  # of a chat template; those who share the pass are not to suffer
                message = (
                    f"the chat template fails: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
                )
                found.append(RequestError(400, message, "messages"))
        asked = [prompts[n] for n, one in enumerate(found) if not isinstance(one, RequestError)]
        try:
            groups = iter(self._complete(asked, requests[0], check) if asked else [])
        except UserError as error:
            return [RequestError(400, str(error), "tools") for _ in requests]
        return [
            one
            if isinstance(one, RequestError)
            else Answer([sampled.cut(request.stops) for sampled in next(groups)], one)
            for request, one in zip(requests, found, strict=True)
        ]

    def _complete(
        self, prompts: Sequence[Prompt], like: ChatRequest, check: Callable[[], None]
    ) -> list[list[Sampled]]:
        constraints = [] if self.constrain == OFF else [self._constraint(prompt) for prompt in prompts]
        watch = self.loaded.model.register_forward_pre_hook(lambda *_: check())
        try:
            return complete(
                self.loaded,
                prompts,
                samples=like.choices,
                temperature=like.temperature,
                max_new_tokens=like.max_tokens,
                seed=random.getrandbits(31) if like.seed is None else like.seed,
                progress=False,
                constraints=constraints or None,
            )
        finally:
            watch.remove()

    def _prompt(self, request: ChatRequest) -> Prompt:
        """What the model is shown. Raises UserError for tools where it calls none."""
        prompt = request.prompt
        if prompt.tools and not isinstance(self.task, CallTask):
            raise UserError(
                f"{self.loaded.name} is served for the task {self.task.name}, which calls no tools; trainer serve "
                "--task functions would serve it with tools"
            )
        asked = {message["role"] for message in prompt.messages}
        introduced = prompt if "system" in asked else self.task.introduced(prompt)
        return put_before(introduced, context_of(self.task))

    def _prompt_tokens(self, prompt: Prompt, room: int) -> int:
        """The length of a prompt. Raises UserError where the model has no positions for it and for a completion."""
        from trace_trainer.engine.models.chat import prompt_ids

        length = len(prompt_ids(self.loaded.tokenizer, prompt))
        if self.positions is not None and length + room > self.positions:
            raise UserError(
                f"a prompt of {length} tokens and a completion of {room} are more than the {self.positions} positions "
                f"of {self.loaded.name}; shorten the conversation, or ask for fewer tokens"
            )
        return length

    def _constraint(self, prompt: Prompt) -> Constraint:
        """What a reply may be: of traces, those of what the user said last."""
        problem: Any = CallProblem("request", prompt.messages, prompt.tools or [], [], None, "call")
        if isinstance(self.task, TraceTask):
            said = [str(message["content"]) for message in prompt.messages if message["role"] == "user"]
            problem = Problem("request", said[-1] if said else "", "")
        return self.task.constraint(problem, self.constrain)
