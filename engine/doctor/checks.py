"""What is checked before a long run: each check a function that says what it found, or raises `Failed`.

Every one of them stands for a published run that failed for the lack of it. They read real rows of the run's own
data and use the run's own renderer, sampler and trainer. Not covered: whether the data teach what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.doctor.dry_run import dry_run
from trace_trainer.engine.doctor.failures import Failed
from trace_trainer.engine.doctor.overlap import same_questions, same_skeletons
from trace_trainer.engine.doctor.reward import reward
from trace_trainer.engine.doctor.rows import SAMPLE, gold_rows, spread
from trace_trainer.engine.doctor.saving import saving
from trace_trainer.engine.doctor.template_checks import assistant_mask, end_token, prompt, special_tokens
from trace_trainer.engine.settings.stages import SFTConfig

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun


def lengths(run: PreparedRun[Any]) -> str:
    """Nothing is cut: rows fit the limit, gold replies fit the new tokens allowed, both fit the model."""
    from trace_trainer.engine.inference.sampling import positions
    from trace_trainer.engine.models.chat import prompt_ids
    from trace_trainer.engine.tasks.rows import check_lengths

    config, tokenizer, task = run.config, run.loaded.tokenizer, run.task
    model_limit = positions(run.loaded.model)
    asked = [
        len(prompt_ids(tokenizer, task.prompt(problem))) for problem in spread(run.held_out.problems, SAMPLE)
    ]
    if max(asked) >= model_limit:
        raise Failed(
            f"prompts of up to {max(asked)} tokens leave no room for an answer in the model's {model_limit}",
            "leave out the longest problems, or take a model of more positions",
        )
    if max(asked) + config.max_new_tokens > model_limit:
        raise Failed(
            f"prompts of up to {max(asked)} tokens and {config.max_new_tokens} new ones exceed the model's "
            f"{model_limit}",
            f"--max-new-tokens {model_limit - max(asked)} would fit",
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
            saving,
            reward,
        )
    }
)
"""The checks by name, in the order in which they run."""
