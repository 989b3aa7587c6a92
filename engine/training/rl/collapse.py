"""When to give up on an RL run: its accuracy or its parse rate has fallen far below where it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.intervals import wilson
from trace_trainer.engine.settings.stages import RLConfig

WATCHED = ("accuracy", "parse_rate")


def check_collapse(first: Mapping[str, Any], now: Mapping[str, Any], config: RLConfig) -> None:
    """Raise UserError where an iteration falls below the share `config.collapse` of the first, beyond chance.

    Chance: what is compared is the upper end of the 95 % interval, so that few completions are no collapse.

    Args:
        first: the line of metrics.jsonl of the first iteration.
        now: that of the iteration at hand.
    """
    count = sum(now["outcomes"].values()) - now["outcomes"].get("error", 0)
    for name in WATCHED if count else ():
        _, plausible = wilson(round(now[name] * count), count)
        if plausible < config.collapse * first[name]:
            raise UserError(
                f"collapse: {name} fell from {first[name]:.1%} to {now[name]:.1%} by iteration {now['step']}; try a "
                f"lower --learning-rate than {config.learning_rate:g}, more --prompts-per-iteration, or a --kl of 0.01"
            )
