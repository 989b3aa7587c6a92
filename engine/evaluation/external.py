"""Completions of another system as a participant: a file of them, judged as if a model here had written them.

A row belongs to the problem of its `id`, else to the one that it asks (`prompt` or `question`), else to the one in its
place. What it holds is a text, or a `message` of an assistant with `tool_calls`; `null` is a failure of that system, no
wrong answer. The output of a batch, as OpenAI and vLLM write it, is read too: its `custom_id` is the problem's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluation_of
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.inference.hosted.messages import (
    NotAReplyError,
    error_message,
    read_message,
    read_reply,
)
from trace_trainer.engine.problems.files.json_rows import JsonRow, read_rows
from trace_trainer.engine.tasks import Task

TEXT_FIELDS = ("completion", "response", "output", "text", "trace")
"""Where a completion stands; the first that a row has."""
_ASKED_FIELDS = ("prompt", "question")


def evaluate_external(
    name: str,
    file: Path,
    task: Task[Any],
    problems: Sequence[Any],
    *,
    data: str = "held-out problems",
    policy: str = "gated",
    samples: int = 1,
) -> Evaluation:
    """Judge the completions of a file, `samples` of each problem.

    Args:
        name: of the system. Where rows say of which `model` they are, and this is one of them, only its rows count.

    Raises UserError, naming the place, for what can't be read, a problem with another number of completions, and rows
    that are of other problems.
    """
    rows = _rows_of(name, file)
    groups = _matched(rows, task, problems, file, samples)
    sampled = [
        [_sampled(row, task, problem) for row in group]
        for problem, group in zip(problems, groups, strict=True)
    ]
    return evaluation_of(name, task, problems, sampled, data, policy)


def _rows_of(name: str, file: Path) -> list[JsonRow]:
    rows = [_of_batch(row) for row in read_rows(file, f"an id and one of {', '.join(TEXT_FIELDS)}")]
    if not rows:
        raise UserError(f"{file} holds no completion")
    models = dict.fromkeys(row.fields["model"] for row in rows if isinstance(row.fields.get("model"), str))
    if name in models:
        return [row for row in rows if row.fields.get("model") == name]
    if len(models) > 1:
        one = next(iter(models))
        raise UserError(
            f"{file} holds completions of {', '.join(models)}: name one of them, as --external {one}={file}"
        )
    return rows


def _of_batch(row: JsonRow) -> JsonRow:
    """A row of a batch's output as one of ours; any other as it is."""
    if "custom_id" not in row.fields:
        return row
    response = row.fields.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    try:
        reply = read_reply(body)
        found: dict[str, Any] = {"message": reply.message, "tokens": reply.tokens, "ended": reply.ended}
        if reply.failure is not None:
            found = {TEXT_FIELDS[0]: None, "error": reply.failure}
    except NotAReplyError as error:
        found = {TEXT_FIELDS[0]: None, "error": error_message(row.fields) or str(error)}
    return JsonRow(row.number, row.place, {"id": row.fields["custom_id"], **found})


def _matched(
    rows: Sequence[JsonRow], task: Task[Any], problems: Sequence[Any], file: Path, samples: int
) -> list[list[JsonRow]]:
    """The rows of each problem, by id, by what is asked, or by place."""
    keys = [str(problem.id) for problem in problems]
    if any("id" in row.fields for row in rows):
        keyed = [(row.identifier(), row) for row in rows]
        how = "id"
    elif any(_asked(row) for row in rows):
        keys = [_asked_of(task, problem) for problem in problems]
        keyed = [(_asked(row) or "", row) for row in rows]
        how = "question"
    elif len(rows) == len(problems) * samples:
        return [list(rows[start : start + samples]) for start in range(0, len(rows), samples)]
    else:
        raise UserError(
            f"{file} holds {len(rows)} completions of {len(problems)} problems, and no ids: give each row the id "
            "of its problem"
        )
    groups: dict[str, list[JsonRow]] = {key: [] for key in keys}
    for key, row in keyed:
        if key in groups:
            groups[key].append(row)
    for problem, key in zip(problems, keys, strict=True):
        if len(groups[key]) != samples:
            found = len(groups[key])
            raise UserError(
                f"{file}: the problem {problem.id} has {found or 'no'} completion{'s' * (found != 1)} by its {how}, "
                f"not {samples}" + ("; see --samples" if found else "")
            )
        for row in groups[key]:
            _check_asked(row, task, problem)
    return [groups[key] for key in keys]


def _asked(row: JsonRow) -> str | None:
    return next((row.fields[name] for name in _ASKED_FIELDS if isinstance(row.fields.get(name), str)), None)


def _asked_of(task: Task[Any], problem: Any) -> str:
    return str(task.row(problem)["prompt"])


def _check_asked(row: JsonRow, task: Task[Any], problem: Any) -> None:
    """Raise UserError for a row that has the problem's id and asks something else; a rendered prompt may say more."""
    asked, wanted = _asked(row), _asked_of(task, problem)
    if asked is not None and " ".join(wanted.split()) not in " ".join(asked.split()):
        raise UserError(
            f"{row.place}: id {problem.id} is that of another problem: {asked[:60]!r}, not {wanted[:60]!r}"
        )


def _sampled(row: JsonRow, task: Task[Any], problem: Any) -> Sampled:
    fields = row.fields
    tokens = fields.get("tokens")
    ended = fields.get("ended", fields.get("finish_reason") != "length") is not False
    text, failure = _text(row, task, problem)
    return Sampled(text, tokens if type(tokens) is int else None, ended, failure=failure)


def _text(row: JsonRow, task: Task[Any], problem: Any) -> tuple[str, str | None]:
    """The text of a row, and why there is none."""
    message = row.fields.get("message", row.fields if "tool_calls" in row.fields else None)
    if isinstance(message, Mapping):
        try:
            return task.text_of(problem, read_message(message)), None
        except NotAReplyError as error:
            raise UserError(f"{row.place}: {error}") from None
    name = next((name for name in TEXT_FIELDS if name in row.fields), None)
    if name is None:
        raise UserError(
            f"{row.place}: there is no completion (there are {', '.join(row.fields)}); give it as {TEXT_FIELDS[0]}"
        )
    value = row.fields[name]
    if value is None:
        return "", str(row.fields.get("error") or f"{name} is null")
    if not isinstance(value, str):
        raise UserError(f"{row.place}: field {name} {row.found(name)}; it must be text, or null")
    return value, None
