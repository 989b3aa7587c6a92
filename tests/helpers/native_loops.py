"""The native loop on a model of random weights, whose completions are worth what a test says."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.training.rl import loop as rl_native
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

CORRECT = Verdict(Outcome.CORRECT)
UNPARSED = Verdict(Outcome.UNPARSED, (Violation("empty", "nothing there"),))
ERROR = Verdict(Outcome.ERROR, (Violation("bad_gold", "no number"),))
PROBLEMS = list(generate("train", 40, seed=11))
CONFIG = RLConfig(
    iterations=3,
    prompts_per_iteration=4,
    group_size=4,
    minibatches=2,
    signal_per_step=0,
    max_new_tokens=8,
    learning_rate=2e-3,
    warmup_iterations=0,
    checkpoint_every=1,
    micro_batch_tokens=512,
    collapse=0,
)

Judge = Callable[[Problem, str], Verdict]


def by_text(problem: Problem, text: str) -> Verdict:
    """Some completions are correct and some are not, whoever asks."""
    return CORRECT if zlib.crc32(text.encode()) % 3 == 0 else UNPARSED


def judge_by(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide what completions are worth in RL; what the doctor and the evaluations do stays the same."""

    def judged_sample(task: TraceTask, problem: Problem, rollout: Rollout, text: str, policy: str) -> Sample:
        verdict = judge(problem, text)
        return Sample(problem, rollout, text, verdict, task.reward(verdict, policy))

    monkeypatch.setattr(rl_native, "judged_sample", judged_sample)


def make_loop(model: Path, name: str = "trial", **changed: Any) -> NativeLoop:
    """A loop over the model, with some settings changed, in a folder of its own."""
    config = replace(CONFIG, **changed)
    loaded = load_trainable(str(model), config)
    run = Run.create("rl", name, config, parent=loaded.name, parent_path=loaded.path, overwrite=True)
    return NativeLoop(config, loaded, run)


def resume_loop(model: Path, earlier: NativeLoop) -> NativeLoop:
    """Another process's loop on the same run."""
    run = Run.resume("rl", earlier.folder.path.name)
    loop = NativeLoop(earlier.config, load_trainable(str(model), earlier.config), run)
    loop.load()
    return loop


def weights(loop: NativeLoop) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in loop.loaded.model.named_parameters()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one | other)


def lines(loop: NativeLoop, log: str = "metrics") -> list[dict[str, Any]]:
    text = (loop.folder.path / f"{log}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def stop_after(loop: NativeLoop, iterations: int) -> Iterator[Problem]:
    """Problems without end; a stop is asked for while those of the given iteration are drawn."""
    for number, problem in enumerate(cycle(PROBLEMS), start=1):
        if number == iterations * loop.config.prompts_per_iteration:
            loop.stop_requested = True
        yield problem
