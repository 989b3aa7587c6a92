"""DPO on pairs of right and wrong completions of a run's own prompts."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from transformers import AutoTokenizer

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.commands.examined_training import train_sft
from trace_trainer.engine.commands.pairs_taken import sft_recipe
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.records import completion_row
from trace_trainer.engine.models.chat import prompt_ids
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.training.sft.pairs import MOST_OF_ONE, Pair, run_pairs
from trace_trainer.engine.training.sft.preference import build_pair_trainer
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate

TASK = TraceTask()
PROBLEMS = list(generate("train", 12, seed=5))
SUM = Problem("sum", "Tom has 2 apples and buys 5 more. How many has he?", "7", "arithmetic")
SKIPPED = ("reward", "lengths")
MakeRun = Callable[[list[tuple[Problem, list[str]]]], Path]


@pytest.fixture
def rl_run(checkpoints: Path, tiny_model_dir: Path) -> MakeRun:
    """Makes an RL run with these completions of problems, one iteration for each problem."""

    def make(written: list[tuple[Problem, list[str]]]) -> Path:
        run = Run.create(
            "rl", "practised", RLConfig(max_new_tokens=77), parent="tiny", parent_path=str(tiny_model_dir)
        )
        for step, (problem, texts) in enumerate(written, start=1):
            run.log_rollouts(
                {
                    "step": step,
                    **completion_row(TASK, problem, text, *TASK.paid(problem, text, "gated"), 9, True),
                }
                for text in texts
            )
        run.save_weights(load_model(tiny_model_dir))
        run.close("finished")
        return run.path

    return make


def wrongs(problem: Problem) -> list[str]:
    """Texts that are no traces, each in its own way."""
    return [f"{problem.trace or 'trace'}{'x' * n}" for n in range(1, 8)]


def pairs_of(path: Path) -> list[Pair]:
    return run_pairs(SFTConfig(pairs=str(path)))[1]


def test_a_pair_is_a_right_and_a_wrong_completion_of_one_problem(rl_run: MakeRun) -> None:
    one, two, three = PROBLEMS[:3]
    path = rl_run(
        [(one, [one.trace or "", "wrong"]), (two, ["wrong", "worse"]), (three, [three.trace or ""] * 2)]
    )
    source, pairs = run_pairs(SFTConfig(pairs=str(path)))
    assert pairs == [Pair(pairs[0].problem, one.trace or "", "wrong")]
    assert (pairs[0].problem.question, pairs[0].problem.trace) == (one.question, one.trace)
    assert source == "1 pairs of 1 of 3 problems that practised met"


def rights(count: int) -> list[str]:
    """Right traces for SUM that differ in their names."""
    return [
        f"expert: arithmetic\ntrace:\n- {{op: init, var: a{n}, value: 2}}\n- {{op: init, var: b{n}, value: 5}}\n"
        f"- {{op: compute, compute_op: add, args: [a{n}, b{n}], var: r{n}}}\n- {{op: query, var: r{n}}}\n"
        for n in range(count)
    ]


def test_no_completion_is_used_twice_and_no_problem_has_more_pairs_than_allowed(rl_run: MakeRun) -> None:
    pairs = pairs_of(rl_run([(SUM, [*rights(9), *wrongs(SUM)])]))
    assert len(pairs) == MOST_OF_ONE
    assert len({pair.chosen for pair in pairs}) == len({pair.rejected for pair in pairs}) == MOST_OF_ONE


def test_completions_that_say_the_same_are_one(rl_run: MakeRun) -> None:
    (right,) = rights(1)
    assert len(pairs_of(rl_run([(SUM, [right, f"```yaml\n{right}```", *wrongs(SUM)])]))) == 1


def test_the_newest_completions_come_first(rl_run: MakeRun) -> None:
    problem = PROBLEMS[0]
    path = rl_run([(problem, [problem.trace or "", "older"]), (problem, ["newer"])])
    assert [pair.rejected for pair in pairs_of(path)] == ["newer"]


@pytest.fixture
def practised(rl_run: MakeRun) -> Path:
    return rl_run([(problem, [problem.trace or "", *wrongs(problem)]) for problem in PROBLEMS])


def small(path: Path, **changed: object) -> SFTConfig:
    given = {
        "eval_count": 4,
        "batch_tokens": 1024,
        "micro_batch_tokens": 512,
        "learning_rate": 3e-3,
        "epochs": 4,
    }
    return sft_recipe(None, {"pairs": str(path), **given, **changed}).sft


@pytest.mark.parametrize("method", ["full", "lora"])
def test_training_starts_from_no_preference_and_learns_to_tell_the_pairs_apart(
    practised: Path, method: str
) -> None:
    run, training, evaluations = train_sft(small(practised, method=method, rank=4), "pairs", skip=SKIPPED)
    records = list(read_lines(run.path / "metrics.jsonl"))
    assert len(records) == training.steps > 4 and len(evaluations) == 2
    assert records[0]["loss"] == pytest.approx(math.log(2), abs=1e-5)
    assert records[-1]["margin"] > 0.05 and records[-1]["preferred"] > 0.9
    saved = {file.name for file in run.path.iterdir()}
    assert "ref" not in saved and ("adapter_model.safetensors" in saved) == (method == "lora")


def test_rows_are_the_prompt_as_sampled_and_the_completions_with_their_end(
    practised: Path, tmp_path: Path
) -> None:
    config = small(practised)
    loaded = load_trainable(config.model, config)
    (pair, *_) = pairs = pairs_of(practised)
    row = build_pair_trainer(loaded, pairs, config, tmp_path).train_dataset[0]
    tokenizer = AutoTokenizer.from_pretrained(practised)
    assert row["prompt_ids"] == prompt_ids(tokenizer, TASK.prompt(pair.problem))
    for name, text in (("chosen_ids", pair.chosen), ("rejected_ids", pair.rejected)):
        assert tokenizer.decode(row[name][:-1]) == text and row[name][-1] == tokenizer.eos_token_id


def test_a_resumed_run_ends_with_the_same_weights(practised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small(practised, checkpoint_every=1)
    whole, _, _ = train_sft(config, "whole", skip=SKIPPED)
    step = build_pair_trainer.__globals__["PairTrainer"].training_step
    calls = []

    def interrupted(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return step(*arguments, **options)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("trace_trainer.engine.training.sft.preference.PairTrainer.training_step", interrupted)
        train_sft(config, "parts", skip=SKIPPED)
    run, training, _ = train_sft(config, run=Run.resume("sft", "parts"), skip=SKIPPED)
    assert training.finished
    one, other = (load_model(path).model.state_dict() for path in (whole.path, run.path))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_run_says_which_model_goes_on_and_how(practised: Path) -> None:
    config = sft_recipe(None, {"pairs": "practised"}).sft
    assert (Path(config.model), config.max_new_tokens, config.learning_rate) == (practised, 77, 1e-4)
    given = sft_recipe(None, {"pairs": "practised", "model": "tiny-base", "learning_rate": 1e-5}).sft
    assert (given.model, given.learning_rate, given.max_new_tokens) == ("tiny-base", 1e-5, 77)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "there is no .*rollouts.jsonl"),
        ([(PROBLEMS[0], ["wrong", "worse"])], "none of its 1 problems has both"),
    ],
)
def test_a_run_without_rollouts_or_pairs_is_refused(
    rl_run: MakeRun, written: list[tuple[Problem, list[str]]], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        run_pairs(SFTConfig(pairs=str(rl_run(written))))


@pytest.mark.parametrize("other", [("--count", "5"), ("--data", "problems.jsonl"), ("--mix", "1:1")])
def test_other_data_beside_the_pairs_is_one_line(practised: Path, other: tuple[str, ...]) -> None:
    result = CliRunner().invoke(trainer, ["sft", "--pairs", str(practised), *other])
    assert result.exit_code == 2 and "--pairs trains on what the run wrote" in result.stderr
