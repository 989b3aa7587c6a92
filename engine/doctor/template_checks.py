"""Checks of the chat template: its markers, and that a row teaches what will be asked and generated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.doctor.failures import Failed
from trace_trainer.engine.doctor.rows import SAMPLE, gold_rows, spread

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun

MARKER = re.compile(
    r"<[|｜][^<>|｜\s]{1,40}[|｜]?>|<[^<>|｜\s]{1,40}[|｜]>|</?[a-z]+(?:_[a-z]+)*>|\[/?[A-Z][A-Z_]{2,}\]|\[gMASK\]"
)
"""What looks like a special token: `<|user|>`, `<turn|>`, `<start_of_turn>`, `</s>`, `[INST]`; DeepSeek writes the bars
in full width."""
PLAIN_MARKS = "<<SYS>>"
"""Llama 2's template writes its marks as text, `[INST]` among them; it is known by this one."""
SAME = 0.15
"""Rows of the head nearer to each other than this part of the median distance are taken as the same: in Gemma 3 270M
<end_of_turn> and thousands of unused tokens are at 0.08, the digits 7 and 8 at 0.22, <eos> and its nearest at 0.61."""


def special_tokens(run: PreparedRun[Any]) -> str:
    """Every marker that the model reads or writes as one is one token, and the data hold none of them.

    Markers are those of a conversation in words, and those of the wire format that calls are written in. Tags in the
    words with which a template introduces tools are text.
    """
    tokenizer = run.loaded.tokenizer
    markers = _markers(run)
    pieces = {marker: len(tokenizer(marker, add_special_tokens=False)["input_ids"]) for marker in markers}
    broken = [f"{marker} is {count} tokens" for marker, count in pieces.items() if count != 1]
    if broken:
        raise Failed(
            ", ".join(broken),
            "use the chat template that belongs to this tokenizer; the vocabulary lacks these markers",
        )
    _check_data(run)
    return f"each one token: {' '.join(markers)}" if markers else "the template has no markers"


def _markers(run: PreparedRun[Any]) -> list[str]:
    from trace_trainer.engine.models.chat import rendered_text

    tokenizer, (prompt, _) = run.loaded.tokenizer, run.task.probe()
    users = [message["role"] for message in prompt.messages].index("user")
    text = rendered_text(
        tokenizer, Prompt(prompt.messages[: users + 1]), {"role": "assistant", "content": "reply"}
    )
    found = MARKER.findall(text)
    if PLAIN_MARKS in str(tokenizer.chat_template):
        found = [marker for marker in found if not marker.startswith("[")]
    return list(dict.fromkeys([*found, *run.task.marks]))


def _check_data(run: PreparedRun[Any]) -> None:
    """Raise Failed where the text of a problem holds a token of the template's: it would be read as that token."""
    from trace_trainer.engine.models.rendering import turn_ends

    tokenizer = run.loaded.tokenizer
    added = [token for token in tokenizer.get_added_vocab() if MARKER.fullmatch(token)]
    said = _pattern([*added, *tokenizer.all_special_tokens])
    ended = _pattern([tokenizer.decode([end]) for end in turn_ends(tokenizer)])
    for problem in [*spread(run.problems, SAMPLE), *spread(run.held_out.problems, SAMPLE)]:
        for role, text in _texts(run, problem):
            found = (ended if role == "assistant" else said).search(text)
            if found:
                raise Failed(
                    f"{problem.id}: what the {role} says holds {found[0]}, which the tokenizer reads as a token of "
                    "its own",
                    "leave out such problems, or write the marker in another way",
                )


def _texts(run: PreparedRun[Any], problem: Any) -> Iterator[tuple[str, str]]:
    """The texts of a problem, each with who says it."""
    messages = [*run.task.prompt(problem).messages, run.task.reply(problem) or {"role": "assistant"}]
    for message in messages:
        if isinstance(text := message.get("content"), str):
            yield message["role"], text


def _pattern(tokens: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or "(?!)")


def prompt(run: PreparedRun[Any]) -> str:
    """What a row begins with in training is, token for token, what generation starts from."""
    from trace_trainer.engine.models.chat import prompt_ids

    sample = gold_rows(run, SAMPLE)
    for problem, row in sample:
        asked = prompt_ids(run.loaded.tokenizer, run.task.prompt(problem))
        if row.ids[: row.prompt_length] != asked:
            raise Failed(
                f"the prompt of {problem.id} differs from its training row",
                "use one chat template for training and use",
            )
    return f"identical in training and in use on {len(sample)} rows"


def assistant_mask(run: PreparedRun[Any]) -> str:
    """The gold reply and the end token are trained on, and nothing else."""
    from trace_trainer.engine.models.chat import assistant_positions
    from trace_trainer.engine.models.rendering import turn_ends

    tokenizer = run.loaded.tokenizer
    task, ends = run.task, turn_ends(tokenizer)
    marked = False
    for problem, row in gold_rows(run, SAMPLE):
        if len(row.completion_ids) < 2 or row.completion_ids[-1] not in ends:
            raise Failed(
                f"{problem.id}: the labels hold no {task.gold} that ends with {tokenizer.decode(list(ends))}",
                f"check the {task.gold} field of the data and the end of the chat template",
            )
        positions = assistant_positions(tokenizer, task.prompt(problem), task.reply(problem) or {})
        if positions is not None:
            marked = True
            if not set(range(row.prompt_length, len(row.ids))) <= positions:
                raise Failed(
                    f"{problem.id}: the template's generation markers leave out part of the {task.gold}",
                    "put {% generation %} before the assistant's content and {% endgeneration %} behind the end token",
                )
    share = sum(len(row.completion_ids) for row in run.rows) / sum(len(row.ids) for row in run.rows)
    by = (
        "the template's generation markers agree"
        if marked
        else "the template has no generation markers that could be compared"
    )
    return f"{share:.0%} of the tokens are labels, each row ends with {tokenizer.decode(list(ends))}; {by}"


def end_token(run: PreparedRun[Any]) -> str:
    """The model can learn to stop: where its head is not trained, the end token's row is unlike all others.

    A base model often has the markers of its chat-tuned sibling in the vocabulary, but never trained them.
    """
    import torch

    from trace_trainer.engine.models.rendering import turn_ends

    tokenizer = run.loaded.tokenizer
    ends = turn_ends(tokenizer)
    name = tokenizer.decode(list(ends))
    head = run.loaded.model.get_output_embeddings()
    if any(parameter.requires_grad for parameter in head.parameters()):
        return f"{name}, and the head is trained"
    rows = head.weight.detach()
    for end in ends:
        distances = torch.cat([(part.float() - rows[end].float()).norm(dim=1) for part in rows.split(8192)])
        alike = int((distances < SAME * distances.median()).sum()) - 1
        if alike > 0:
            raise Failed(
                f"{tokenizer.decode([end])} has the same row in the head as {alike:,} other tokens, nearly, and the "
                "head is not trained: the model could write any of them in its place, and never stop",
                f"use a chat template whose assistant's turn ends with a token that the model knows, such as "
                f"{tokenizer.eos_token}, or --method last-k or full",
            )
    return f"{name} has a row of its own in the head"
