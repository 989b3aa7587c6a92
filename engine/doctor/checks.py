"""What is checked before a long run: each check a function that says what it found, or raises `Failed`.

Every one of them stands for a published run that failed for the lack of it. They read real rows of the run's own
data and use the run's own renderer, sampler and trainer. Not covered: whether the data teach what is wanted.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from trace_trainer.engine.doctor.failures import Failed, NotApplicable
from trace_trainer.engine.doctor.overlap import same_questions, same_skeletons
from trace_trainer.engine.doctor.reward import reward
from trace_trainer.engine.settings.stages import SFTConfig, TuningConfig

if TYPE_CHECKING:
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.training.prepared import PreparedRun

T = TypeVar("T")

SAMPLE = 200
"""Rows that are looked at where all of them would take long."""
MARKER = re.compile(r"<[|｜][^<>|｜\s]{1,40}[|｜]>|</?[a-z]+(?:_[a-z]+)*>")
"""What looks like a special token: `<|user|>`, `<start_of_turn>`, `</s>`; DeepSeek writes the bars in full width."""
SAME = 0.15
"""Rows of the head nearer to each other than this part of the median distance are taken as the same: in Gemma 3 270M
<end_of_turn> and thousands of unused tokens are at 0.08, the digits 7 and 8 at 0.22, <eos> and its nearest at 0.61."""
DRY_ROWS = 4
DRY_STEPS = 2
DRY_RATE = 0.1
"""Part of the run's learning rate that the dry run uses: it has no warm-up, and the loss must fall at once."""
DRY_TOKENS = 32


def spread(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of the items, evenly spread over them."""
    step = max(1, len(items) / count)
    return [items[int(i * step)] for i in range(min(count, len(items)))]


def gold_rows(run: PreparedRun[Any], count: int) -> list[tuple[Any, Row]]:
    """Problems that have a gold reply with their rows, at most `count`, evenly spread.

    Raises NotApplicable where no problem has one.
    """
    if not run.answered:
        raise NotApplicable(f"no problem has a {run.task.gold}")
    return spread(list(zip(run.answered, run.rows, strict=True)), count)


def special_tokens(run: PreparedRun[Any]) -> str:
    """Every marker of the chat template is one token of the vocabulary."""
    from trace_trainer.engine.models.chat import rendered_text

    tokenizer = run.loaded.tokenizer
    text = rendered_text(tokenizer, *run.task.probe())
    markers = list(dict.fromkeys(MARKER.findall(text)))
    pieces = {marker: len(tokenizer(marker, add_special_tokens=False)["input_ids"]) for marker in markers}
    broken = [f"{marker} is {count} tokens" for marker, count in pieces.items() if count != 1]
    if broken:
        raise Failed(
            ", ".join(broken),
            "use the chat template that belongs to this tokenizer; the vocabulary lacks these markers",
        )
    return f"each one token: {' '.join(markers)}" if markers else "the template has no markers"


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
    from trace_trainer.engine.models.chat import assistant_positions, turn_end_id

    tokenizer = run.loaded.tokenizer
    task, end = run.task, turn_end_id(tokenizer)
    marked = False
    for problem, row in gold_rows(run, SAMPLE):
        if len(row.completion_ids) < 2 or row.completion_ids[-1] != end:
            raise Failed(
                f"{problem.id}: the labels hold no {task.gold} that ends with {tokenizer.decode([end])}",
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
    by = "the template's generation markers agree" if marked else "the template has no generation markers"
    return f"{share:.0%} of the tokens are labels, each row ends with {tokenizer.decode([end])}; {by}"


def end_token(run: PreparedRun[Any]) -> str:
    """The model can learn to stop: where its head is not trained, the end token's row is unlike all others.

    A base model often has the markers of its chat-tuned sibling in the vocabulary, but never trained them.
    """
    import torch

    from trace_trainer.engine.models.chat import turn_end_id

    tokenizer = run.loaded.tokenizer
    end = turn_end_id(tokenizer)
    name = tokenizer.decode([end])
    head = run.loaded.model.get_output_embeddings()
    if any(parameter.requires_grad for parameter in head.parameters()):
        return f"{name}, and the head is trained"
    rows = head.weight.detach()
    distances = torch.cat([(part.float() - rows[end].float()).norm(dim=1) for part in rows.split(8192)])
    alike = int((distances < SAME * distances.median()).sum()) - 1
    if alike > 0:
        raise Failed(
            f"{name} has the same row in the head as {alike:,} other tokens, nearly, and the head is not trained: "
            "the model could write any of them in its place, and never stop",
            f"use a chat template whose assistant's turn ends with a token that the model knows, such as "
            f"{tokenizer.eos_token}, or --method last-k or full",
        )
    return f"{name} has a row of its own in the head"


def lengths(run: PreparedRun[Any]) -> str:
    """Nothing is cut: rows fit the limit, gold replies fit the new tokens allowed, both fit the model."""
    from trace_trainer.engine.models.chat import prompt_ids
    from trace_trainer.engine.tasks.rows import check_lengths

    config, tokenizer, task = run.config, run.loaded.tokenizer, run.task
    model_limit = (
        getattr(run.loaded.model.config.get_text_config(), "max_position_embeddings", None) or math.inf
    )
    asked = [
        len(prompt_ids(tokenizer, task.prompt(problem))) for problem in spread(run.held_out.problems, SAMPLE)
    ]
    if max(asked) + config.max_new_tokens > model_limit:
        raise Failed(
            f"prompts of up to {max(asked)} tokens and {config.max_new_tokens} new ones exceed the model's "
            f"{model_limit}",
            f"--max-new-tokens {int(model_limit) - max(asked)} would fit",
        )
    if all(task.reply(problem) is None for problem in run.problems):
        return f"prompts of up to {max(asked)} tokens, {config.max_new_tokens} new ones"
    longest_row = max(len(row.ids) for row in run.rows)
    found = check_lengths(
        run.rows, run.answered, config.max_length if isinstance(config, SFTConfig) else longest_row
    )
    if longest_row > model_limit:
        raise Failed(f"{found}, which exceeds the model's {model_limit}", "leave out the longest problems")
    longest_gold = max(len(row.completion_ids) for row in run.rows)
    if longest_gold > config.max_new_tokens:
        raise Failed(
            f"the longest gold {task.gold} has {longest_gold} tokens, more than the {config.max_new_tokens} that may "
            "be generated",
            f"--max-new-tokens {longest_gold} would fit",
        )
    return f"{found}; gold up to {longest_gold} of {config.max_new_tokens} new tokens"


_CORRECT = "correct or leave out such problems; trainer audit FILE lists them"


def gold(run: PreparedRun[Any]) -> str:
    """Gold replies verify after a round trip through tokens, and gold answers can be compared with."""
    from trace_trainer.engine.models.chat import completion_text

    task = run.task
    answers = [*spread(run.problems, SAMPLE), *spread(run.held_out.problems, SAMPLE)]
    for problem in answers:
        verdict = task.judge(problem, "")
        if verdict.outcome == "error":
            raise Failed(f"{problem.id}: {verdict.violations[0].message}", _CORRECT)
    if all(task.reply(problem) is None for problem in run.problems):
        return f"{len(answers)} gold answers can be compared with"
    sample = gold_rows(run, SAMPLE)
    for problem, row in sample:
        verdict = task.judge(problem, completion_text(run.loaded.tokenizer, row.completion_ids))
        if verdict.outcome != "correct":
            codes = ", ".join(dict.fromkeys(violation.code for violation in verdict.violations))
            raise Failed(
                f"the gold {task.gold} of {problem.id} is {verdict.outcome} ({codes})",
                _CORRECT,
            )
    return f"{len(sample)} gold {task.gold} texts verify after a round trip through tokens"


def overlap(run: PreparedRun[Any]) -> str:
    """No held-out question was trained on, names and numbers aside."""
    training = [run.task.question(problem) for problem in run.problems]
    asked = [run.task.question(problem) for problem in run.held_out.problems]
    same = same_questions(asked, training)
    if same:
        raise Failed(
            f"{len(same)} of {len(asked)} held-out questions are trained on, the first is "
            f"{run.held_out.problems[same[0]].id}",
            "leave them out of the training data",
        )
    alike = same_skeletons(asked, training)
    if alike and not run.held_out.generated:
        raise Failed(
            f"{len(alike)} of {len(asked)} held-out questions differ from a training question only in names and "
            f"numbers, the first is {run.held_out.problems[alike[0]].id}",
            "leave such questions out of either side",
        )
    if alike:
        return (
            f"no question in common; {len(alike)} of {len(asked)} differ only in names and numbers, as this split "
            "is meant to (new wording: split test_schemas)"
        )
    return f"none of {len(asked)} held-out questions, names and numbers aside"


def dry_run(run: PreparedRun[Any]) -> str:
    """Two gradient steps on four rows lower the loss, and the model can be sampled from; the weights are put back."""
    from trace_trainer.engine.inference.reply_loss import reply_losses
    from trace_trainer.engine.training.sft.trainer import train_briefly

    sample = gold_rows(run, DRY_ROWS)
    rows = [row for _, row in sample]
    trained = [p for p in run.loaded.model.parameters() if p.requires_grad]
    saved = [p.detach().clone() for p in trained]
    tokens = sum(len(row.completion_ids) for row in rows)
    before = sum(reply_losses(run.loaded, rows)) / tokens
    try:
        with TemporaryDirectory() as folder:
            train_briefly(run.loaded, rows, _dry_config(run), Path(folder), DRY_STEPS)
        after = sum(reply_losses(run.loaded, rows)) / tokens
        _decode(run, [problem for problem, _ in sample])
    finally:
        for parameter, weights in zip(trained, saved, strict=True):
            parameter.data.copy_(weights)
    if not after < before:
        raise Failed(
            f"the loss went from {before:.4f} to {after:.4f} in {DRY_STEPS} steps",
            "lower --learning-rate, or check the data",
        )
    return f"{DRY_STEPS} steps on {len(rows)} rows: loss {before:.4f} to {after:.4f}; greedy decoding works"


def _dry_config(run: PreparedRun[Any]) -> SFTConfig:
    """SFT settings that compute a step as the run will."""
    names = {item.name for item in dataclasses.fields(TuningConfig)}
    shared = {name: getattr(run.config, name) for name in names}
    return SFTConfig(**shared, learning_rate=run.config.learning_rate * DRY_RATE)


def _decode(run: PreparedRun[Any], problems: Sequence[Any]) -> None:
    from trace_trainer.engine.inference.completions import complete

    prompts = [run.task.prompt(problem) for problem in problems]
    complete(run.loaded, prompts, max_new_tokens=DRY_TOKENS, progress=False)


CHECKS: Mapping[str, Callable[[PreparedRun[Any]], str]] = MappingProxyType(
    {
        function.__name__.replace("_", "-"): function
        for function in (
            special_tokens,
            prompt,
            assistant_mask,
            end_token,
            lengths,
            gold,
            overlap,
            dry_run,
            reward,
        )
    }
)
"""The checks by name, in the order in which they run."""
