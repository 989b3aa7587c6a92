"""Settings of RL that mean nothing with others are one line, before a model is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.checking import check_settings

GIVEN = ({"credit": "step"}, {"overlong": "mask"}, {"refill": 0.5}, {"curriculum": True})


@pytest.mark.parametrize("given", GIVEN)
def test_the_native_loop_takes_them_and_trl_does_not(given: dict[str, Any]) -> None:
    check_settings(RLConfig(**given))
    with pytest.raises(UserError, match=f"--{next(iter(given))} needs --backend native"):
        check_settings(RLConfig(backend="trl", **given))


def test_the_defaults_go_with_either() -> None:
    for backend in ("native", "trl"):
        check_settings(RLConfig(backend=backend))


def test_a_penalty_is_refused_where_the_objective_does_not_see_it() -> None:
    check_settings(RLConfig(overlong="mask", objective="expert-iteration"))
    with pytest.raises(UserError, match="--overlong penalty changes rewards"):
        check_settings(RLConfig(overlong="penalty", objective="expert-iteration"))
