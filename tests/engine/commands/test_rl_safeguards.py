"""`trainer rl` where there is nothing to learn from, and the weights that it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.native_loops import UNPARSED, Judge
from helpers.rl_command import SMALL, command, manifest

from trace_trainer.engine.models.loading import load_model


def test_a_run_that_earns_nothing_exits_with_1_and_leaves_a_model(
    rl: Callable[..., Result], checkpoints: Path, judged: Callable[[Judge], None]
) -> None:
    judged(lambda problem, text: UNPARSED)
    result = rl("--name", "trial", "--iters", "5")
    assert result.exit_code == 1
    assert "none of the 16 samples of the first iteration was right" in result.stderr
    assert "Error: no sample was right in 3 iterations in a row" in result.stderr.splitlines()[-1]
    assert manifest(checkpoints / "trial")["status"] == "interrupted"
    assert load_model(checkpoints / "trial").name == "trial"


@pytest.mark.usefixtures("judged")
def test_the_doctor_starts_no_run_in_which_no_reward_can_be_reached(
    tiny_model_dir: Path, checkpoints: Path
) -> None:
    result = command("--model", str(tiny_model_dir), *SMALL)
    assert result.exit_code == 1
    assert "reward: none of 256 samples of 64 problems is right" in result.stderr
    assert not list(checkpoints.iterdir())


@pytest.mark.usefixtures("judged")
def test_a_run_keeps_weights_by_other_problems_than_it_is_measured_on(
    rl: Callable[..., Result], checkpoints: Path
) -> None:
    assert rl("--name", "trial").exit_code == 0
    run = checkpoints / "trial"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    looks = [line for line in lines if "eval" in line]
    measured = json.loads((run / "eval.json").read_text())["after"]["data"]
    assert [line["step"] for line in looks] == [0, 2]
    assert {line["eval"]["data"] for line in looks} == {"validation split, seed 700000"} != {measured}
    assert manifest(run)["kept"]["iteration"] == 0  # a random model solves nothing before and after
    assert not (run / "resume").exists()
