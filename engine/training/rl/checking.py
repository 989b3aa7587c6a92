"""Which settings of RL go together, said before a model is loaded."""

from __future__ import annotations

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.credit import check_credit
from trace_trainer.engine.training.rl.drawing import check_drawing
from trace_trainer.engine.training.rl.episodes import check_episodes
from trace_trainer.engine.training.rl.overlong import check_overlong
from trace_trainer.engine.training.rl.served import check_served

_OF_THE_NATIVE_LOOP = ("credit", "overlong", "refill", "curriculum", "episodes")


def check_settings(config: RLConfig) -> None:
    """Raise UserError for settings that mean nothing with others."""
    default = RLConfig()
    for name in _OF_THE_NATIVE_LOOP:
        if config.backend == "trl" and getattr(config, name) != getattr(default, name):
            raise UserError(
                f"--{name} needs --backend native: TRL's trainers draw and weigh samples themselves"
            )
    check_episodes(config)
    check_credit(config)
    check_overlong(config)
    check_drawing(config)
    check_served(config)
