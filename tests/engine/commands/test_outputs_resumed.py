"""`trainer audit`, `convert` and `eval` go on where they were stopped, and write the same bytes in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from trace_trainer.engine.audit import inputs, run
from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference import sampling
from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler
from trace_trainer.engine.problems.gsm8k import conversion
from trace_trainer.experts.problems import generate


def trained(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(trainer, [str(word) for word in words])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.stderr


def stopping_at(call: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which Ctrl-C interrupts at that call."""
    calls = []

    def interrupted(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == call:
            raise KeyboardInterrupt
        return function(*arguments, **options)

    return interrupted


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows to audit, right, wrong and unreadable ones, two a chunk."""
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 2)
    problems = list(generate("train", 9))
    lines = [json.dumps({"question": p.question, "answer": p.answer, "trace": p.trace}) for p in problems]
    lines[3] = "not json"
    lines[5] = json.dumps({"question": "How many?", "answer": "x", "trace": problems[0].trace})
    (tmp_path / "rows.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path / "rows.jsonl"


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "markdown"])
def test_an_audit_goes_on(rows: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    whole, parts = rows.with_name("whole"), rows.with_name("parts")
    audit = ("audit", rows, "--format", form, "--out")
    expected = trained(*audit, whole)
    for call in (3, 2):  # stopped, and stopped again when it goes on
        with monkeypatch.context() as patch:
            patch.setattr(run, "audit_chunk", stopping_at(call, run.audit_chunk))
            code, errors = trained(*audit, parts, "--resume")
        assert code == 130 and f"{parts}.partial; the same command with --resume goes on" in errors
        assert not parts.exists()
    assert trained(*audit, parts, "--resume", "--workers", 2)[0] == expected[0]
    assert parts.read_bytes() == whole.read_bytes()
    assert not list(rows.parent.glob("*.partial"))


def test_an_audit_that_only_sorts_rows_goes_on(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def audit(kind: str, *more: str) -> tuple[int, str]:
        files = (
            word for name in ("passed", "failed") for word in (f"--{name}", rows.with_name(f"{kind}.{name}"))
        )
        return trained("audit", rows, *files, *more)

    expected = audit("whole")
    with monkeypatch.context() as patch:
        patch.setattr(run, "audit_chunk", stopping_at(3, run.audit_chunk))
        code, errors = audit("parts")
    assert code == 130 and "parts.passed.partial; the same command with --resume goes on" in errors
    assert audit("parts", "--resume")[0] == expected[0]
    for name in ("passed", "failed"):
        assert rows.with_name(f"parts.{name}").read_bytes() == rows.with_name(f"whole.{name}").read_bytes()
    assert not list(rows.parent.glob("*.partial"))


def test_an_audit_of_standard_input_can_not_go_on(tmp_path: Path) -> None:
    code, errors = trained("audit", "-", "--out", tmp_path / "out", "--resume")
    assert code == 2 and "give files, not standard input" in errors


def test_a_conversion_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solutions = ["He has 2+3=<<2+3=5>>5 pets.\n#### 5", "no solution", "He sees 2*3=<<2*3=6>>6.\n#### 6"] * 3
    problems = [
        {"question": f"Tom has 2 cats and 3 dogs. Nr {n}?", "answer": text}
        for n, text in enumerate(solutions)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in problems))

    def convert(name: str, *more: str) -> tuple[int, str]:
        refused = ("--refused", tmp_path / f"{name}.refused", "--variants", 2)
        return trained("convert", "gsm8k", tmp_path / "in.jsonl", "--out", tmp_path / name, *refused, *more)

    expected = convert("whole")
    with monkeypatch.context() as patch:
        patch.setattr(conversion, "convert", stopping_at(5, conversion.convert))
        assert convert("parts")[0] == 130
    assert not (tmp_path / "parts").exists()
    assert convert("parts", "--resume") == expected
    for suffix in ("", ".refused"):
        assert (tmp_path / f"parts{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


@pytest.mark.parametrize("temperature", ["0", "0.7"])
def test_an_evaluation_of_several_models_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model_dir: Path, temperature: str
) -> None:
    monkeypatch.setattr(sampling, "sample", partial(sampling.sample, batch_size=4))

    def evaluate(name: str, *more: str) -> tuple[int, str]:
        models = ("--model", tiny_model_dir, "--model", tiny_model_dir, "--count", 10, "--max-new-tokens", 5)
        out = ("--out", tmp_path / name, "--completions", tmp_path / f"{name}.rows", "--format", "json")
        return trained("eval", *models, "--temperature", temperature, *out, *more)

    expected = evaluate("whole")
    drawing = SAMPLERS["native"]
    stopping = Sampler(stopping_at(5, drawing.draw), drawing.types)
    with monkeypatch.context() as patch:
        patch.setattr(sampling, "chosen_sampler", lambda *_: stopping)
        assert evaluate("parts")[0] == 130
    left = (tmp_path / "parts.partial").read_text().splitlines()
    assert len(left) == 1 + 4
    assert evaluate("parts", "--resume")[0] == expected[0] == 0
    for suffix in ("", ".rows"):
        assert (tmp_path / f"parts{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


def test_an_evaluation_with_other_settings_does_not_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model_dir: Path
) -> None:
    asked = ("eval", "--model", tiny_model_dir, "--max-new-tokens", 5, "--out", tmp_path / "out", "--count")
    with monkeypatch.context() as patch:
        patch.setattr("trace_trainer.engine.commands.eval.print_evaluations", stopping_at(1, print))
        assert trained(*asked, 4)[0] == 130
    code, errors = trained(*asked, 3, "--resume")
    assert code == 2 and "have changed since it was started (problems is " in errors
