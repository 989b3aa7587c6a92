"""The doctor: a healthy run passes, and each published failure is found by the check that stands for it."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.doctor.checks import CHECKS, spread
from trace_trainer.engine.doctor.examination import Finding, UnhealthyError, examine, require_health
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate

PROBLEMS = list(generate("train", 30, seed=1))
HELD_OUT = list(generate("validation", 20, seed=1))
SICKLY = "special-tokens prompt assistant-mask end-token lengths gold overlap dry-run saving".split()

Prepare = Callable[..., PreparedRun[Any]]


@pytest.fixture
def prepared(tiny_model_dir: Path) -> Prepare:
    """A run with the tiny model, healthy but for what the arguments change."""

    def prepared(**changes: object) -> PreparedRun[Any]:
        config = changes.pop("config", SFTConfig(model=str(tiny_model_dir)))
        loaded = load_trainable(str(tiny_model_dir), config)  # type: ignore[arg-type]
        healthy = {"problems": PROBLEMS, "held_out": HELD_OUT} | changes
        held_out = HeldOut(config, "held-out problems", healthy["held_out"])  # type: ignore[arg-type]
        return PreparedRun(loaded, config, "problems", healthy["problems"], held_out)  # type: ignore[arg-type, type-var]

    return prepared


def only(check: str, run: PreparedRun[Any]) -> Finding:
    """What one check finds."""
    findings = examine(run, skip=[name for name in CHECKS if name != check])
    return next(finding for finding in findings if finding.check == check)


def test_healthy_run_passes_every_check(prepared: Prepare) -> None:
    expected = {**dict.fromkeys(SICKLY, "pass"), "reward": "not applicable"}  # it is SFT
    assert {finding.check: finding.result for finding in examine(prepared())} == expected


def test_marker_that_the_vocabulary_lacks_fails(prepared: Prepare) -> None:
    run = prepared()
    tokenizer = run.loaded.tokenizer
    tokenizer.chat_template = tokenizer.chat_template.replace("<|assistant|>", "<|model|>")
    finding = only("special-tokens", run)
    assert finding.result == "fail"
    assert re.search(r"<\|model\|> is [2-9]\d* tokens", finding.found)


def test_system_marker_is_looked_at_where_the_card_is_shown(prepared: Prepare) -> None:
    assert "<|system|>" not in only("special-tokens", prepared()).found
    assert "<|system|>" in only("special-tokens", prepared(config=SFTConfig(card=True))).found


@pytest.mark.parametrize("check", ["prompt", "assistant-mask", "dry-run"])
def test_prompt_that_differs_in_use_fails(prepared: Prepare, check: str) -> None:
    run = prepared()
    run.loaded.tokenizer.chat_template += "{% if add_generation_prompt %}Answer:{% endif %}"
    finding = only(check, run)
    assert finding.result == "fail"
    assert "differently in training and in use" in finding.found


def test_generation_markers_that_leave_out_the_end_token_fail(prepared: Prepare) -> None:
    run = prepared()
    tokenizer = run.loaded.tokenizer
    tokenizer.chat_template = tokenizer.chat_template.replace(
        "<|end|>{% endgeneration %}", "{% endgeneration %}<|end|>"
    )
    finding = only("assistant-mask", run)
    assert finding.result == "fail"
    assert "generation markers leave out" in finding.found


def test_template_without_generation_markers_passes_and_says_so(prepared: Prepare) -> None:
    run = prepared()
    tokenizer = run.loaded.tokenizer
    tokenizer.chat_template = re.sub(r"\{% (end)?generation %\}", "", tokenizer.chat_template)
    finding = only("assistant-mask", run)
    assert finding.result == "pass"
    assert "no generation markers" in finding.found


@pytest.mark.parametrize(("method", "result"), [("lora", "fail"), ("last-k", "pass"), ("full", "pass")])
def test_end_token_that_was_never_trained_fails_unless_the_head_is_trained(
    prepared: Prepare, method: str, result: str
) -> None:
    run = prepared(config=SFTConfig(method=method, rank=4, alpha=8, last_k=1))
    assert only("end-token", run).result == "pass"
    tokenizer, rows = run.loaded.tokenizer, run.loaded.model.get_output_embeddings().weight.data
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    rows[[end, 300, 301]] = rows[300] + 0.05 * rows[[end, 302, 303]]
    finding = only("end-token", run)
    assert finding.result == result
    if result == "fail":
        assert "<|end|> has the same row in the head as 2 other tokens" in finding.found


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"max_length": 40}, "--max-length"),
        ({"max_new_tokens": 30}, "--max-new-tokens"),
        ({"max_new_tokens": 1000}, "would fit"),
    ],
)
def test_anything_that_would_be_cut_fails_with_the_limit_that_fits(
    prepared: Prepare, settings: dict[str, int], advice: str
) -> None:
    finding = only("lengths", prepared(config=SFTConfig(**settings)))  # type: ignore[arg-type]
    assert finding.result == "fail"
    assert advice in finding.found + finding.advice


def test_limit_that_is_advised_passes(prepared: Prepare) -> None:
    advised = int(
        re.search(
            r"--max-new-tokens (\d+)", only("lengths", prepared(config=SFTConfig(max_new_tokens=30))).advice
        )[1]
    )  # type: ignore[index]
    assert only("lengths", prepared(config=SFTConfig(max_new_tokens=advised))).result == "pass"
    assert only("lengths", prepared(config=SFTConfig(max_new_tokens=advised - 1))).result == "fail"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer": "10000019"}, "the gold answer is 10000019"),
        ({"trace": "expert: arithmetic\ntrace:\n- {op: query, var: x}\n"}, "undefined_variable"),
        ({"answer": "about ten"}, "no number"),
    ],
)
def test_gold_that_does_not_verify_fails(prepared: Prepare, change: dict[str, str], said: str) -> None:
    finding = only("gold", prepared(problems=[dataclasses.replace(PROBLEMS[0], **change), *PROBLEMS[1:]]))
    assert finding.result == "fail"
    assert PROBLEMS[0].id in finding.found
    assert said in finding.found


def test_held_out_question_that_is_trained_on_fails(prepared: Prepare) -> None:
    finding = only("overlap", prepared(held_out=[*HELD_OUT, PROBLEMS[3]]))
    assert finding.result == "fail"
    assert PROBLEMS[3].id in finding.found


def test_held_out_question_that_differs_in_numbers_fails_unless_the_split_is_meant_so(
    prepared: Prepare,
) -> None:
    first = Problem("a", "Ava has 3 pens and buys 4. How many pens does Ava have?", "7")
    second = Problem("b", "Ben has 5 pens and buys 9. How many pens does Ben have?", "14")
    results = [
        only("overlap", prepared(problems=[first], held_out=[second], config=SFTConfig(eval_data=data)))
        for data in ("own.jsonl", None)
    ]
    assert [finding.result for finding in results] == ["fail", "pass"]
    assert "1 of 1 differ only in names and numbers" in results[1].found


def test_loss_that_rises_fails(prepared: Prepare) -> None:
    finding = only("dry-run", prepared(config=SFTConfig(learning_rate=500.0)))
    assert finding.result == "fail"
    assert "--learning-rate" in finding.advice


@pytest.mark.parametrize("method", ["full", "lora", "last-k"])
def test_dry_run_leaves_the_model_as_it_was(prepared: Prepare, method: str) -> None:
    run = prepared(config=SFTConfig(method=method, rank=4, alpha=8, last_k=1))
    before = {name: parameter.clone() for name, parameter in run.loaded.model.named_parameters()}
    assert only("dry-run", run).result == "pass"
    after = dict(run.loaded.model.named_parameters())
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not run.loaded.model.training


def test_answers_without_traces_are_examined_for_what_applies(prepared: Prepare) -> None:
    bare = [dataclasses.replace(problem, trace=None) for problem in PROBLEMS]
    results = {
        finding.check: finding.result for finding in examine(prepared(problems=bare, config=RLConfig()))
    }
    assert results == {
        "special-tokens": "pass", "prompt": "not applicable", "assistant-mask": "not applicable", "end-token": "pass",
        "lengths": "pass",
        "gold": "pass", "overlap": "pass", "dry-run": "not applicable",
        "saving": "pass", "reward": "fail",
    }  # fmt: skip


def test_rl_is_examined_with_its_own_settings(prepared: Prepare) -> None:
    findings = examine(prepared(config=RLConfig()), skip=["reward"])  # which a random model never earns
    assert [finding.result for finding in findings] == ["pass"] * 9 + ["skipped"]


def test_skipped_check_does_not_run(prepared: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "trace_trainer.engine.training.sft.trainer.train_briefly",
        lambda *_, **__: pytest.fail("the dry run ran"),
    )
    results = [f.result for f in examine(prepared(), skip=["dry-run"])]
    assert results == ["pass"] * 7 + ["skipped", "pass", "not applicable"]


def test_run_is_stopped_with_what_to_do_and_how_to_start_nevertheless(prepared: Prepare) -> None:
    run = prepared(config=SFTConfig(max_new_tokens=30))
    with pytest.raises(
        UnhealthyError, match=r"(?s)lengths: .*--max-new-tokens \d+ would fit.*--skip-doctor lengths"
    ):
        require_health(run)
    require_health(run, skip=["lengths"])


def test_sample_is_spread_over_all_and_never_repeats() -> None:
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert spread(range(3), 5) == [0, 1, 2]
    assert spread([], 5) == []


def test_command_prints_the_checks_and_fails_where_one_does(tiny_model_dir: Path, tmp_path: Path) -> None:
    bad = dataclasses.replace(PROBLEMS[0], answer="10000019")
    write_problems(tmp_path / "bad.jsonl", [bad, *PROBLEMS[1:]])
    write_problems(tmp_path / "good.jsonl", PROBLEMS)
    for file, code in (("good.jsonl", 0), ("bad.jsonl", 1)):
        result = CliRunner().invoke(
            trainer, ["doctor", "--model", str(tiny_model_dir), "--data", str(tmp_path / file)]
        )
        assert result.exit_code == code, result.output
        assert all(name in result.stdout for name in CHECKS)
    assert "trainer audit FILE lists them" in " ".join(result.stdout.split())


def test_command_examines_what_rl_would_start_with(
    tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    write_problems(
        tmp_path / "answers.jsonl", [dataclasses.replace(problem, trace=None) for problem in PROBLEMS]
    )
    arguments = ["doctor", "--stage", "rl", "--data", str(tmp_path / "answers.jsonl")]
    result = CliRunner().invoke(
        trainer, [*arguments, "--model", str(tiny_model_dir), "--skip-doctor", "reward"]
    )
    assert result.exit_code == 0, result.output
    assert "not applicable" in result.stdout


def test_model_with_too_short_a_memory_fails(tiny_model_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_model_dir, tmp_path / "short"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 60}))
    settings = SFTConfig(max_new_tokens=8)
    loaded = load_trainable(str(folder), settings)
    short = [problem for problem in HELD_OUT if len(problem.question) < 130]
    finding = only(
        "lengths", PreparedRun(loaded, settings, "problems", PROBLEMS, HeldOut(settings, "short ones", short))
    )
    assert finding.result == "fail"
    assert "the model's 60" in finding.found
