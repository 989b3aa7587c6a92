"""The native loop under a constraint: it samples and updates under the same masks, and resumes to the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest
from click.testing import CliRunner, Result
from helpers.native_loops import PROBLEMS, lines, same, stop_after, weights

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers.traces.verdict import CODES, Stage, Verdict

WIRED = {"constrain": "wiring", "max_new_tokens": 120}


@pytest.fixture
def drawn(new_loop: Callable[..., NativeLoop]) -> NativeLoop:
    return new_loop(name="wired", **WIRED)


def test_what_is_practised_has_nothing_wrong_before_its_execution(
    new_loop: Callable[..., NativeLoop], judged: Callable[..., None]
) -> None:
    seen: list[Verdict] = []

    def judge(problem: Problem, text: str) -> Verdict:
        seen.append(TraceTask().judge(problem, text))
        return seen[-1]

    judged(judge)
    new_loop(name="wired", **WIRED).iterate(iter(cycle(PROBLEMS)))
    stages = {CODES[v.code] for verdict in seen for v in verdict.violations if v.code != "bad_gold"}
    # Another expert than the problem's may be chosen: that is no violation.
    assert seen and all(stage >= Stage.EXECUTION for stage in stages)


def test_the_first_step_of_an_iteration_is_on_policy(drawn: NativeLoop) -> None:
    rollouts = [rollout for group in drawn.sample(PROBLEMS[:4]) for rollout in group]
    scores = score_tokens(
        drawn.model, rollouts, drawn.config.temperature, drawn.loaded.tokenizer.pad_token_id
    )
    old = [logprob for rollout in rollouts for logprob in rollout.logprobs]
    assert max(abs(new - was) for new, was in zip(scores.logprobs.tolist(), old, strict=True)) < 1e-4


def test_the_reference_of_a_penalty_is_scored_under_the_same_masks(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop(name="held", kl=0.1, minibatches=1, **WIRED)
    record = loop.iterate(iter(cycle(PROBLEMS)))
    assert record["kl"] is None or 0 <= record["kl"] < 1e-6  # nothing has been learned yet


def test_a_resumed_run_ends_with_the_same_weights(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    whole = new_loop(name="whole", **WIRED)
    whole.run(iter(cycle(PROBLEMS)))
    stopped = new_loop(name="stopped", **WIRED)
    stopped.run(stop_after(stopped, 1))
    again = resumed(stopped)
    again.run(iter(cycle(PROBLEMS)))
    assert same(weights(whole), weights(again))
    assert [line["completion"] for line in lines(whole, "rollouts")] == [
        line["completion"] for line in lines(again, "rollouts")
    ]


def test_trl_knows_no_masks(rl: Callable[..., Result]) -> None:
    result = rl("--backend", "trl", "--constrain", "wiring")
    assert (result.exit_code, "--constrain needs --backend native" in result.stderr) == (2, True)


def test_what_a_run_measures_says_under_which_constraint(rl: Callable[..., Result]) -> None:
    result = rl("--constrain", "grammar", "--iters", "1")
    assert "guided" in result.stdout, result.output


def test_a_task_of_calls_has_no_wiring() -> None:
    arguments = ["rl", "--task", "functions", "--model", "tiny-calls-base", "--constrain", "wiring"]
    result = CliRunner().invoke(trainer, [*arguments, "--name", "calls"])
    assert (result.exit_code, "--constrain wiring is for traces" in result.stderr) == (2, True)
