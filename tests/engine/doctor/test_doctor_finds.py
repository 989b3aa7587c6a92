"""What the doctor finds in models and data that would be lost later: saving, markers in the data, one fault once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from compatibility.families import FAMILIES
from helpers.model_folders import copied, edit_json

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.doctor.checks import CHECKS
from trace_trainer.engine.doctor.examination import Finding, UnhealthyError, examine, require_health
from trace_trainer.engine.doctor.template_checks import MARKER
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 12, seed=1))
HELD_OUT = list(generate("validation", 6, seed=1))

Prepare = Callable[..., PreparedRun[Any]]


@pytest.fixture
def prepared(tiny_model_dir: Path) -> Prepare:
    """A run on a model, the tiny one unless another is named, of sound problems unless others are."""

    def prepared(folder: Path = tiny_model_dir, **changes: Any) -> PreparedRun[Any]:
        config = changes.pop("config", SFTConfig(model=str(folder)))
        problems = changes.pop("problems", PROBLEMS)
        loaded: LoadedModel = changes.pop("loaded", None) or load_trainable(str(folder), config)
        return PreparedRun(loaded, config, "problems", problems, HeldOut(config, "others", HELD_OUT))

    return prepared


def found(check: str, run: PreparedRun[Any]) -> Finding:
    findings = examine(run, skip=[name for name in CHECKS if name != check])
    return next(finding for finding in findings if finding.check == check)


@pytest.mark.parametrize(
    "settings", [{"temperature": 0.6}, {"temperature": 0.6, "top_p": 0.9, "do_sample": False}]
)
def test_generation_settings_that_cant_be_written_are_mended(
    settings: dict[str, Any], tiny_model_dir: Path, prepared: Prepare, tmp_path: Path
) -> None:
    folder = copied(tiny_model_dir, tmp_path / "own")
    edit_json(folder / "generation_config.json", pad_token_id=None, **settings)
    assert found("saving", prepared(folder)).result == "pass"
    load_model(folder).save(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved" / "generation_config.json").read_text())
    assert saved["temperature"] == 0.6


def test_a_model_that_refuses_to_be_written_is_found_and_keeps_its_weights(
    prepared: Prepare, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = prepared()
    run.loaded.model.generation_config.temperature = 0.5  # without do_sample, as a training might leave it
    finding = found("saving", run)
    assert (finding.result, "temperature" in finding.found) == ("fail", True)
    run.loaded.save(tmp_path / "saved")
    assert "saved without what can't be written" in capsys.readouterr().err
    again = load_model(tmp_path / "saved").model.state_dict()
    assert all(again[name].equal(value) for name, value in run.loaded.model.state_dict().items())


def test_a_full_disk_is_found(prepared: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr("trace_trainer.engine.doctor.saving.shutil.disk_usage", lambda place: usage)
    finding = found("saving", prepared())
    assert "GB left" in finding.found
    assert "TRAINER_CHECKPOINTS" in finding.advice


@pytest.mark.parametrize("field", ["question", "trace"])
def test_a_marker_in_the_data_is_found(field: str, prepared: Prepare) -> None:
    spoilt = dataclasses.replace(PROBLEMS[3], **{field: f"{getattr(PROBLEMS[3], field)} <|end|>"})
    finding = found("special-tokens", prepared(problems=[*PROBLEMS[:3], spoilt]))
    assert finding.result == "fail"
    assert (
        f"{spoilt.id}: what the {'user' if field == 'question' else 'assistant'} says holds <|end|>"
        in finding.found
    )


def test_a_marker_in_square_brackets_is_found(prepared: Prepare) -> None:
    run = prepared()
    template = run.loaded.tokenizer.chat_template.replace("<|assistant|>", "[/INST]")
    run.loaded.tokenizer.chat_template = template
    assert "[/INST] is " in found("special-tokens", run).found
    run.loaded.tokenizer.chat_template = "{#- <<SYS>> -#}" + template
    assert found("special-tokens", run).result == "pass"  # Llama 2 writes it as text


@pytest.mark.parametrize("name", ["qwen2_5", "qwen3", "qwen3_instruct_2507"])
def test_tags_in_the_words_of_a_template_are_no_markers(
    name: str, tiny_call_model_dir: Path, tmp_path: Path, prepared: Prepare
) -> None:
    folder = copied(tiny_call_model_dir, tmp_path / name)
    tokenizer = next(family for family in FAMILIES if family.template == name).tokenizer(folder)
    loaded = load_model(folder)
    loaded.model.resize_token_embeddings(len(tokenizer))
    loaded.tokenizer = tokenizer
    config = SFTConfig(model=str(folder), task="functions")
    problems = list(task_for("functions", "hermes").generate("train", 5))
    run = PreparedRun(loaded, config, "problems", problems, HeldOut(config, "others", problems))
    for check in ("special-tokens", "prompt", "assistant-mask"):
        assert found(check, run).result == "pass"


@pytest.mark.parametrize(
    "marker", ["<|user|>", "<turn|>", "<start_of_turn>", "</s>", "[INST]", "<｜User｜>", "[gMASK]"]
)
def test_what_looks_like_a_marker(marker: str) -> None:
    assert MARKER.fullmatch(marker)


def test_one_fault_is_reported_once(prepared: Prepare) -> None:
    run = prepared()
    run.loaded.tokenizer.chat_template += "{% if add_generation_prompt %}Answer:{% endif %}"
    findings = examine(run)
    failed = [finding.check for finding in findings if finding.result == "fail"]
    assert failed == ["prompt"]
    assert "the same fault as prompt" in [finding.found for finding in findings]
    with pytest.raises(UnhealthyError, match="--skip-doctor prompt --skip-doctor assistant-mask"):
        require_health(run)


def test_a_row_that_is_learned_by_heart_is_verified(
    prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trace_trainer.engine.doctor.dry_run.MEMORISING_STEPS", 150)
    monkeypatch.setattr("trace_trainer.engine.doctor.dry_run.MEMORISING_SECONDS", 600)
    run = prepared(config=SFTConfig(learning_rate=5e-3))
    short = dataclasses.replace(
        run, problems=sorted(PROBLEMS, key=lambda problem: len(problem.trace or ""))[:2]
    )
    assert "learned by heart, is decoded and verifies" in found("dry-run", short).found


def test_advice_is_never_a_negative_number(prepared: Prepare, tiny_model_dir: Path, tmp_path: Path) -> None:
    folder = copied(tiny_model_dir, tmp_path / "short")
    edit_json(folder / "config.json", max_position_embeddings=40)
    finding = found("lengths", prepared(folder))
    assert finding.result == "fail"
    assert "leave no room for an answer" in finding.found
    assert "-" not in finding.advice


def test_findings_as_json(tiny_model_dir: Path, checkpoints: Path) -> None:
    words = ["doctor", "--model", str(tiny_model_dir), "--format", "json", "--skip-doctor", "dry-run"]
    result = CliRunner().invoke(trainer, words)
    rows = json.loads(result.stdout)
    assert [row["check"] for row in rows] == list(CHECKS)
    assert {"check", "result", "found", "advice"} == set(rows[0])
