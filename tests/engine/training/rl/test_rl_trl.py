"""`trainer rl --backend trl`: TRL's trainers see this project's prompts, end tokens and rewards."""

from __future__ import annotations

import dataclasses
import math
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import Mock

import pytest
import torch

from trace_trainer.engine.commands.examined_training import train_rl
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import prompt_ids
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.rows import rows_of
from trace_trainer.engine.tasks.traces import TraceTask, question_prompt
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.training.rl import trl as rl_trl
from trace_trainer.engine.training.rl.problems import rl_problems
from trace_trainer.engine.training.rl.samples import iterations_of
from trace_trainer.engine.training.rl.trl import _trainer
from trace_trainer.engine.training.rl.trl_hooks import IterationLog, VerifierReward
from trace_trainer.engine.training.rl.trl_settings import divided
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate

PROBLEMS = list(generate("train", 8, seed=2))


@pytest.fixture
def config(tiny_model_dir: Path) -> RLConfig:
    """Two iterations of two steps on four groups of four."""
    return RLConfig(
        model=str(tiny_model_dir),
        backend="trl",
        iterations=2,
        prompts_per_iteration=4,
        group_size=4,
        minibatches=2,
        signal_per_step=0,
        max_new_tokens=170,
        eval_count=2,
        checkpoint_every=1,
        learning_rate=1e-3,
    )


@pytest.fixture
def loaded(config: RLConfig) -> LoadedModel:
    return load_trainable(str(config.model), config)


def pay_by_ids(
    self: VerifierReward, *, completion_ids: list[list[int]], index: list[int], **_: Any
) -> list[float]:
    """A reward that differs within groups, which a random model's traces never do."""
    self.samples = [
        [self._judge(self.problems[n], ids) for n, ids in zip(index, completion_ids, strict=True)]
    ]
    for sample, ids in zip(self.samples[0], completion_ids, strict=True):
        sample.reward = sum(ids) % 7 / 7
    return [sample.reward or 0.0 for sample in self.samples[0]]


def completions(loaded: LoadedModel, problems: list[Problem]) -> list[list[int]]:
    return [row.completion_ids for row in rows_of(loaded, problems, TraceTask())]


@pytest.mark.parametrize("objective", ["grpo", "dr-grpo", "dapo", "rloo", "gspo"])
def test_objective_runs_and_leaves_a_run_folder(config: RLConfig, checkpoints: Path, objective: str) -> None:
    run, evaluations = train_rl(dataclasses.replace(config, objective=objective), "own", skip=["reward"])
    assert len(evaluations) == 2
    assert run.manifest["status"] == "finished"
    assert [record["step"] for record in iterations_of(run)] == [1, 2]
    rollouts = list(read_lines(run.path / "rollouts.jsonl"))
    assert [record["step"] for record in rollouts] == [1] * 16 + [2] * 16
    assert {"prompt", "completion", "reward", "outcome", "violations"} <= set(rollouts[0])
    load_model(run.path)


def test_problems_are_those_of_the_native_loop_in_their_order(config: RLConfig, checkpoints: Path) -> None:
    run, _ = train_rl(config, "own", skip=["reward"])
    asked = [record["id"] for record in read_lines(run.path / "rollouts.jsonl")][:: config.group_size]
    assert asked == [problem.id for problem in islice(rl_problems(config)[1], 8)]


def test_prompts_are_the_renderers(config: RLConfig, loaded: LoadedModel, checkpoints: Path) -> None:
    run = Run.create("rl", "own", config, parent="tiny", parent_path="x")
    trainer = _trainer(config, loaded, PROBLEMS, VerifierReward(config, loaded, PROBLEMS), run)
    rendered = trainer._tokenize_prompts([row["prompt"] for row in trainer.train_dataset])[0]
    assert rendered == [
        prompt_ids(loaded.tokenizer, question_prompt(problem.question)) for problem in PROBLEMS
    ]
    assert set(trainer.eos_token_ids) == VerifierReward(config, loaded, PROBLEMS).ends


def test_each_prompt_shows_its_own_tools(
    config: RLConfig, tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    config = dataclasses.replace(config, model=str(tiny_call_model_dir), task="functions")
    loaded, task = load_trainable(str(tiny_call_model_dir), config), config.make_task()
    problems = list(task.generate("train", 8))
    run = Run.create("rl", "own", config, parent="tiny", parent_path="x")
    trainer = _trainer(config, loaded, problems, VerifierReward(config, loaded, problems), run)
    rendered = trainer._tokenize_prompts([row["prompt"] for row in trainer.train_dataset])[0]
    assert rendered == [prompt_ids(loaded.tokenizer, task.prompt(problem)) for problem in problems]


def test_reward_is_the_verifiers(config: RLConfig, loaded: LoadedModel) -> None:
    reward = VerifierReward(config, loaded, PROBLEMS)
    right = completions(loaded, PROBLEMS[:2])
    rewards = reward(completion_ids=[right[0], right[1], right[1], right[0]], index=[0, 0, 1, 1])
    assert rewards[0] == rewards[2] == 1.0
    assert max(r for r in (rewards[1], rewards[3]) if r is not None) <= 0.2
    assert [sample.problem.id for sample in reward.samples[0]] == [PROBLEMS[0].id] * 2 + [PROBLEMS[1].id] * 2


def test_completion_whose_verdict_is_an_error_has_no_reward(config: RLConfig, loaded: LoadedModel) -> None:
    broken = [dataclasses.replace(PROBLEMS[0], answer="about ten")]
    reward = VerifierReward(config, loaded, broken)
    assert reward(completion_ids=completions(loaded, PROBLEMS[:1]), index=[0]) == [None]


@pytest.mark.parametrize("objective", ["dr-grpo", "rloo"])
def test_completion_without_a_reward_has_no_part_in_the_update(
    config: RLConfig, loaded: LoadedModel, checkpoints: Path, monkeypatch: pytest.MonkeyPatch, objective: str
) -> None:
    advantages: list[torch.Tensor] = []

    def rewards(self: Any, *, completion_ids: list[list[int]], **_: Any) -> list[float | None]:
        return [None, 1.0, 0.0, 0.5] * (len(completion_ids) // 4)

    config = dataclasses.replace(config, objective=objective, iterations=1)
    run = Run.create("rl", "own", config, parent="tiny", parent_path="x")
    monkeypatch.setattr(VerifierReward, "__call__", rewards)
    trainer = _trainer(config, loaded, PROBLEMS, VerifierReward(config, loaded, PROBLEMS), run)
    original = trainer._generate_and_score_completions

    def watched(inputs: Any) -> Any:
        batch = original(inputs)
        advantages.append(batch["advantages"])
        return batch

    monkeypatch.setattr(trainer, "_generate_and_score_completions", watched)
    trainer.train()
    scale = 1.5 if objective == "rloo" else 1.0  # the mean of the other two, against that of all three
    expected = torch.tensor([0.0, 0.5, -0.5, 0.0] * 4) * scale
    assert torch.allclose(advantages[0], expected)
    assert all(math.isfinite(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry)


def test_adapter_is_trained_and_saved_without_trls_copy(
    config: RLConfig, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VerifierReward, "__call__", pay_by_ids)
    run, _ = train_rl(
        dataclasses.replace(config, method="lora", rank=4, alpha=8, kl=0.1, iterations=1),
        "own",
        skip=["reward"],
    )
    assert (run.path / "adapter_model.safetensors").exists()
    assert not (run.path / "ref").exists()


def test_micro_batches_divide_a_step_evenly_and_fit_the_tokens(config: RLConfig) -> None:
    longest = 50
    roomy = dataclasses.replace(config, micro_batch_tokens=3 * (longest + config.max_new_tokens))
    assert divided(roomy, longest) == (2, 4)
    assert divided(dataclasses.replace(config, micro_batch_tokens=16), longest) == (1, 8)
    assert divided(dataclasses.replace(config, micro_batch_tokens=10**6), longest) == (8, 1)


def test_stopped_run_resumes_after_its_last_checkpoint(
    config: RLConfig, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = IterationLog.on_log

    def stop_after_the_first(self: Any, *arguments: Any, **others: Any) -> None:
        original(self, *arguments, **others)
        self.stop_requested = True

    monkeypatch.setattr(VerifierReward, "__call__", pay_by_ids)
    config = dataclasses.replace(config, iterations=4)
    with monkeypatch.context() as patch:
        patch.setattr(IterationLog, "on_log", stop_after_the_first)
        run, evaluations = train_rl(config, "own", skip=["reward"])
    assert len(evaluations) == 1
    assert run.manifest["status"] == "interrupted"
    assert [record["step"] for record in iterations_of(run)] == [1, 2]
    shown = Mock(wraps=Progress)
    monkeypatch.setattr(rl_trl, "Progress", shown)
    run, evaluations = train_rl(config, run=Run.resume("rl", "own"))
    assert shown.call_args.kwargs["done"] == 2  # the time left is told from what this run does itself
    assert len(evaluations) == 2
    assert [record["step"] for record in iterations_of(run)] == [1, 2, 3, 4]
    asked = [record["id"] for record in read_lines(run.path / "rollouts.jsonl")][:: config.group_size]
    assert asked == [problem.id for problem in islice(rl_problems(config)[1], 16)]


def test_model_learns_what_is_rewarded(
    config: RLConfig, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewarded = set(range(400))  # half of the vocabulary

    def reward(
        self: VerifierReward, *, completion_ids: list[list[int]], index: list[int], **_: Any
    ) -> list[float]:
        self.samples = [
            [self._judge(self.problems[n], ids) for n, ids in zip(index, completion_ids, strict=True)]
        ]
        shares.append([sum(token in rewarded for token in ids) / len(ids) for ids in completion_ids])
        for sample, share in zip(self.samples[0], shares[-1], strict=True):
            sample.reward = share
        return shares[-1]

    shares: list[list[float]] = []
    monkeypatch.setattr(VerifierReward, "__call__", reward)
    short = dataclasses.replace(
        config, iterations=20, max_new_tokens=16, learning_rate=1e-2, checkpoint_every=0
    )
    train_rl(short, "own", skip=["lengths", "reward"])
    assert fmean(shares[0]) < 0.6
    assert fmean(shares[-1]) > 0.75


def test_resuming_without_a_checkpoint_is_refused(
    config: RLConfig, loaded: LoadedModel, checkpoints: Path
) -> None:
    run = Run.create("rl", "own", config, parent="tiny", parent_path="x")
    with pytest.raises(UserError, match="before its first checkpoint"):
        rl_trl.run(config, loaded, iter(PROBLEMS), run, resumed=True, keeper=None)
