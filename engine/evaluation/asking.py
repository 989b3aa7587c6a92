"""A model is asked the same way wherever it runs: loaded here, or behind an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.completions import Sampled, complete
from trace_trainer.engine.inference.hosted.messages import Reply
from trace_trainer.engine.tasks import Task

if TYPE_CHECKING:
    from trace_trainer.engine.inference.constraints import Constraint
    from trace_trainer.engine.inference.hosted.client import HostedModel
    from trace_trainer.engine.inference.sampling import Kept
    from trace_trainer.engine.models.loading import LoadedModel

    AnyModel: TypeAlias = LoadedModel | HostedModel


NOT_TOLD = "is not told what a trace is: a model that was not trained for it needs --card"
"""What is to be said of a hosted model that is asked for traces without the prompt card."""


def make_ready(model: AnyModel, task: Task[Any]) -> None:
    """See to it that a model that was loaded here can be asked by the task; a server has a template of its own."""
    from trace_trainer.engine.inference.hosted.client import HostedModel

    if not isinstance(model, HostedModel):
        task.fit(model.tokenizer, model.name)


def answers(
    model: AnyModel,
    task: Task[Any],
    problems: Sequence[Any],
    *,
    constraints: Sequence[Constraint] | None = None,
    kept: Kept | None = None,
    progress: bool = False,
    **sampling: Any,
) -> list[list[Sampled]]:
    """What a model writes for each problem.

    Args:
        constraints, kept: as `complete` takes them, for models that are loaded here.
        sampling: `samples`, `temperature`, `max_new_tokens` and `seed`, as `complete` takes them.

    A request to a server that fails is a completion with a `failure`. Raises UserError as `complete` does, and for a
    constraint where decoding can't be constrained.
    """
    from trace_trainer.engine.inference.hosted.client import HostedModel

    prompts = [task.prompt(problem) for problem in problems]
    if not isinstance(model, HostedModel):
        return complete(model, prompts, constraints=constraints, kept=kept, progress=progress, **sampling)
    if constraints is not None:
        raise UserError(
            f"{model.name} is not loaded here, so its decoding can't be constrained: leave --constrain out"
        )
    groups = model.complete(prompts, stops=task.stops, progress=progress, **sampling)
    return [
        [sampled_of(task, problem, reply) for reply in group]
        for problem, group in zip(problems, groups, strict=True)
    ]


def check_reached(name: str, groups: Sequence[Sequence[Sampled]]) -> None:
    """Raise UserError where every request to the model of that name failed."""
    if all(one.failure for group in groups for one in group):
        raise UserError(f"{name} gave no reply at all; the first failure: {groups[0][0].failure}")


def sampled_of(task: Task[Any], problem: Any, reply: Reply) -> Sampled:
    """A server's reply as a completion."""
    text = task.text_of(problem, reply.message) if reply.message is not None else ""
    return Sampled(text, reply.tokens, reply.ended, failure=reply.failure)
