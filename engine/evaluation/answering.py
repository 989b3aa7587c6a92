"""Models on problems: completions drawn and judged, the same way before a training, after it, and in `trainer eval`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.records import Completion, Record, ReplyLoss
from trace_trainer.engine.inference.completions import Sampled, complete
from trace_trainer.engine.inference.constraints import GRAMMAR, OFF, WIRING
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.verifiers.violation import Violation

if TYPE_CHECKING:  # what needs torch is imported where it is used, so that `trainer --help` stays quick
    from trace_trainer.engine.inference.sampling import Kept
    from trace_trainer.engine.models.loading import LoadedModel

_CONSTRAINED = {OFF: "", GRAMMAR: ", guided", WIRING: ", guided by wiring"}
"""How figures under a constraint are told from others, by what they are of."""

NO_COMPLETION = "no_completion"
"""The code of an `error` where what runs the model failed; no verifier gives it, so none of them lists it."""


def measured_under(data: str, constrain: str) -> str:
    """What figures on this data are of, under a constraint."""
    return f"{data}{_CONSTRAINED[constrain]}"


def evaluate_model(
    loaded: LoadedModel,
    task: Task[Any],
    problems: Sequence[Any],
    *,
    data: str = "held-out problems",
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    seed: int = 0,
    progress: bool = True,
    policy: str = "gated",
    constrain: str = OFF,
    gold_loss: bool = False,
    kept: Kept | None = None,
) -> Evaluation:
    """Let the model answer every problem and judge what it writes; sampling is set as for `complete`.

    Args:
        data: what the problems are, for the reader of the figures.
        policy: the reward policy behind `mean_reward`.
        constrain: how far decoding is constrained, one of LEVELS.
        gold_loss: whether the loss on gold replies is measured too, for the problems that have one.
        kept: has what an earlier call sampled, and gets what this one does.

    Raises UserError where there is no problem, or none with an answer that can be compared, where fewer than two have
    a gold reply although the loss on it is asked for, and as `complete` does.
    """
    if not problems:
        raise UserError(f"{data}: there is no problem to evaluate on")
    task.fit(loaded.tokenizer, loaded.name)
    losses = _gold_losses(loaded, task, problems, data, progress) if gold_loss else None
    groups = complete(
        loaded,
        [task.prompt(problem) for problem in problems],
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        seed=seed,
        progress=progress,
        constraints=task.constraints(problems, constrain),
        kept=kept,
    )
    return evaluation_of(loaded.name, task, problems, groups, data, policy, losses, constrain)


def _gold_losses(
    loaded: LoadedModel, task: Task[Any], problems: Sequence[Any], data: str, progress: bool
) -> list[ReplyLoss | None]:
    from trace_trainer.engine.inference.reply_loss import reply_losses
    from trace_trainer.engine.tasks.rows import rows_of

    answered = [problem for problem in problems if task.reply(problem) is not None]
    if len(answered) < 2:
        raise UserError(
            f"{data}: {len(answered)} of {len(problems)} problems have a gold {task.gold}, and --gold-loss needs two; "
            "leave it out"
        )
    rows = rows_of(loaded, answered, task)
    with Progress(loaded.name, len(rows), f"gold {task.gold}s") as bar:
        losses = reply_losses(loaded, rows, bar.advance if progress else None)
    found = (ReplyLoss(nats, len(row.completion_ids)) for nats, row in zip(losses, rows, strict=True))
    return [next(found) if task.reply(problem) is not None else None for problem in problems]


def evaluate_constants(
    task: Task[Any], problems: Sequence[Any], *, data: str = "held-out problems", policy: str = "gated"
) -> list[Evaluation]:
    """What constant replies score on the problems, judged as a model's; none where the task has no such replies."""
    return [
        evaluation_of(name, task, problems, [[Sampled(text, 0, True)]] * len(problems), data, policy)
        for name, text in task.constants(problems).items()
    ]


def constants_beside(evaluation: Evaluation) -> list[Evaluation]:
    """What constant replies score on the problems of an evaluation."""
    problems = [record.problem for record in evaluation.records]
    return evaluate_constants(evaluation.task, problems, data=evaluation.data)


def evaluation_of(
    model: str,
    task: Task[Any],
    problems: Sequence[Any],
    groups: Sequence[Sequence[Sampled]],
    data: str,
    policy: str,
    losses: Sequence[ReplyLoss | None] | None = None,
    constrain: str = OFF,
) -> Evaluation:
    """The evaluation of what a model wrote for each problem, wherever it ran; a failure is an `error`, never wrong.

    Raises UserError where nothing can be scored.
    """
    records = []
    for problem, group, loss in zip(problems, groups, losses or [None] * len(problems), strict=True):
        completions = (_judged(task, problem, sampled, policy) for sampled in group)
        records.append(Record(problem, tuple(completions), loss))
    try:
        return Evaluation(
            model, task, measured_under(data, constrain), tuple(records), len(groups[0]), constrain
        )
    except ValueError as error:
        raise UserError(str(error)) from None


def _judged(task: Task[Any], problem: Any, sampled: Sampled, policy: str) -> Completion:
    if sampled.failure is None:
        sampled = sampled.cut(task.stops)
        verdict, worth = task.paid(problem, sampled.text, policy)
    else:
        verdict, worth = task.failed(Violation(NO_COMPLETION, sampled.failure)), None
    return Completion(
        sampled.text, verdict, worth, sampled.tokens, sampled.ended, sampled.logprob, sampled.failure
    )


def generated_problems(
    task: Task[Any], split: str, count: int, seed: int, groups: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    """Generated problems of a split, only of these groups where any are named, and what to call them."""
    of_groups = f", {', '.join(groups)}" if groups else ""
    try:
        return f"{split} split, seed {seed}{of_groups}", list(
            task.generate(split, count, seed, groups or None)
        )
    except ValueError as error:
        raise UserError(str(error)) from None
