"""The native loop is stopped, at any point, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from helpers.full_disk import files_of_at_most
from helpers.native_loops import PROBLEMS, Judge, by_text, lines, same, stop_after, weights

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers.traces.verdict import Verdict


def test_a_resumed_run_ends_with_the_weights_and_logs_of_an_uninterrupted_one(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    whole, first = new_loop("whole", iterations=4), new_loop("parts", iterations=4)
    assert whole.run(cycle(PROBLEMS)) is True
    assert first.run(stop_after(first, 2)) is False
    second = resumed(first)
    assert second.iteration == 2
    assert second.run(cycle(PROBLEMS)) is True
    assert same(weights(whole), weights(second))
    assert lines(whole, "rollouts") == lines(second, "rollouts")
    for one, other in zip(lines(whole), lines(second), strict=True):
        assert one | {"seconds": None} == other | {"seconds": None}


def test_the_time_left_is_told_from_what_the_resumed_run_does_itself(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = new_loop(iterations=3)
    first.run(stop_after(first, 2))
    second = resumed(first)
    shown = Mock(wraps=Progress)
    monkeypatch.setattr("trace_trainer.engine.training.rl.loop.Progress", shown)
    second.run(cycle(PROBLEMS))
    assert shown.call_args.kwargs["done"] == 2


def test_a_request_to_stop_ends_the_run_after_the_iteration_with_weights_and_state(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop(checkpoint_every=0)
    assert loop.run(stop_after(loop, 1)) is False
    assert [record["step"] for record in lines(loop)] == [1]
    assert (loop.folder.path / "model.safetensors").exists()
    assert (loop.folder.resume_folder / "state.pt").exists()


def test_an_interruption_within_an_iteration_loses_that_iteration_alone(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    judged: Callable[[Judge], None],
) -> None:
    whole = new_loop("whole", iterations=2)
    whole.run(cycle(PROBLEMS))
    first = new_loop("parts", iterations=2, checkpoint_every=0)

    def interrupting(problem: Problem, text: str) -> Verdict:
        if first.iteration == 1:
            raise KeyboardInterrupt
        return by_text(problem, text)

    judged(interrupting)
    with pytest.raises(KeyboardInterrupt):
        first.run(cycle(PROBLEMS))
    judged(by_text)
    second = resumed(first)
    assert second.iteration == 1
    second.run(cycle(PROBLEMS))
    assert same(weights(whole), weights(second))


def test_an_update_that_is_cut_short_is_done_again_from_the_last_checkpoint(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    whole, first = new_loop("whole", iterations=3), new_loop("parts", iterations=3, checkpoint_every=1)
    whole.run(cycle(PROBLEMS))
    steps = []

    def interrupt(gradient: torch.Tensor) -> None:
        if first.iteration == 2:
            steps.append(1)
            if len(steps) == 2:  # the first of its optimiser steps is done
                raise KeyboardInterrupt

    next(iter(first.loaded.model.parameters())).register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        first.run(cycle(PROBLEMS))
    second = resumed(first)
    assert second.iteration == 2
    second.run(cycle(PROBLEMS))
    assert same(weights(whole), weights(second))


def test_logs_of_iterations_after_the_checkpoint_are_dropped_on_resuming(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = new_loop()
    loop.run(stop_after(loop, 1))
    loop.folder.log_metrics({"step": 2})  # as if it had crashed before the next checkpoint
    assert [record["step"] for record in lines(resumed(loop))] == [1]


def test_logged_completions_may_hold_any_character(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = new_loop()
    loop.run(stop_after(loop, 1))
    record = {"step": 1, "completion": "a\u2028b\x85c\x0bd\ne\0"}  # several of them end a line, to some
    loop.folder.log_rollouts([record])
    assert lines(resumed(loop), "rollouts")[-1] == record


def test_a_run_that_was_stopped_before_its_first_checkpoint_says_so(
    new_loop: Callable[..., NativeLoop],
) -> None:
    with pytest.raises(UserError, match="stopped before its first checkpoint; start again with --overwrite"):
        new_loop().load()


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing")  # PEFT's own
def test_an_adapter_is_trained_saved_and_resumed(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    settings = {"method": "lora", "rank": 4, "alpha": 8, "iterations": 2}
    whole, first = new_loop("whole", **settings), new_loop("parts", **settings)
    base = {name: value for name, value in weights(whole).items() if "lora_" not in name}
    whole.run(cycle(PROBLEMS))
    first.run(stop_after(first, 1))
    second = resumed(first)
    second.run(cycle(PROBLEMS))
    assert same(base, {name: value for name, value in weights(whole).items() if "lora_" not in name})
    assert same(weights(whole), weights(second))
    saved = dict(load_model(second.folder.path, keep_adapter=True).model.named_parameters())
    assert same({name: value.detach() for name, value in saved.items()}, weights(second))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda state: state.pop("weights"), "can't be read whole"),
        (lambda state: state["weights"].popitem(), "is not the state of these weights"),
        (lambda state: state.update(weights={"other": torch.zeros(1)}), "is not the state of these weights"),
    ],
)
def test_a_state_without_its_weights_is_refused(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    damage: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    loop = new_loop()
    loop.save()
    path = loop.folder.resume_folder / "state.pt"
    state = torch.load(path, weights_only=True)
    damage(state)
    torch.save(state, path)
    with pytest.raises(UserError, match=rf"state\.pt {said}"):
        resumed(loop)


def test_a_state_that_is_cut_is_refused(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = new_loop()
    loop.save()
    path = loop.folder.resume_folder / "state.pt"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UserError, match=r"state\.pt can't be read whole"):
        resumed(loop)


def test_a_full_disk_keeps_the_weights_and_the_state_of_before(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop()
    loop.save()
    before = {path: path.read_bytes() for path in loop.folder.path.rglob("*") if path.is_file()}
    with torch.no_grad():
        next(iter(loop.loaded.model.parameters())).add_(1)
    with (
        pytest.raises(UserError, match="File too large; what was there before is still there"),
        files_of_at_most(50_000),
    ):
        loop.save()
    assert before == {path: path.read_bytes() for path in loop.folder.path.rglob("*") if path.is_file()}
