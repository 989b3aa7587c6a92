"""What SFT trains on: problems from files or generated, each with its gold reply."""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.files.turns import every_turn
from trace_trainer.engine.rows.notes import say_once
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.training.mixture import read_mixture, require_files
from trace_trainer.engine.training.sft.pairs import run_pairs


def sft_problems(config: SFTConfig) -> tuple[str, list[Any]]:
    """What to train on, all with a gold reply, and what to call it. Raises UserError where a problem has none."""
    if config.pairs is not None:
        source, pairs = run_pairs(config)
        return source, [pair.problem for pair in pairs]
    task = config.make_task()
    if config.data is None:
        require_files(config)
        problems = list(task.generate("train", config.count, config.seed, config.experts, config.wording))
        return train_split(config.seed, config.wording), problems
    mixture = read_mixture(config)
    for part in mixture.parts:
        lacking = [problem.id for problem in part.problems if task.reply(problem) is None]
        if lacking:
            raise UserError(
                f"{part.path}: {len(lacking)} of {len(part.problems)} problems have no {task.gold}, the first is "
                f"{lacking[0]!r}; SFT needs a gold {task.gold} for each, trainer rl does "
                "without (docs/data.md); trainer convert makes traces of worked solutions"
            )
    problems = mixture.round()
    return mixture.source, _turns(problems, config.train_on) if isinstance(task, CallTask) else problems


def _turns(problems: list[CallProblem], train_on: str) -> list[CallProblem]:
    """A problem for each turn that is to be learned; how many these are is said."""
    found = list(every_turn(problems))
    if len(found) == len(problems):
        return problems
    more = len(found) - len(problems)
    if train_on == "last":
        say_once(f"{more:,} turns before the last of their conversation are not trained on (--train-on last)")
        return problems
    say_once(
        f"{len(problems):,} conversations give {len(found):,} rows, one for each turn of the assistant; "
        f"--train-on last leaves out the {more:,} that are not the last"
    )
    return found


def train_split(seed: int, wording: str) -> str:
    """What generated problems to train on are called."""
    return f"train split, seed {seed}" + ("" if wording == "any" else f", {wording} wording")
