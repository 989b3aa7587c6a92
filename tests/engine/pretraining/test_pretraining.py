"""Making the base model: a few steps of a very small one, from its tokenizer to the files that are left."""

from __future__ import annotations

import itertools
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.pretraining import corpora
from trace_trainer.engine.pretraining import training as pretraining
from trace_trainer.engine.pretraining.corpora import CORPORA
from trace_trainer.engine.pretraining.trace_reading import documents
from trace_trainer.engine.pretraining.training import (
    ReadingBatches,
    Shape,
    copying_accuracy,
    encode,
    new_model,
    pretrain,
)

SHAPE = Shape(width=16, layers=1, heads=2, feed_forward=32, context=512)
BATCH_TOKENS = 1024
STEPS = 6
CORPUS = CORPORA["traces"]


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Little to draw, and every step logged."""
    patch.setattr(corpora, "_TOKENIZER_PROBLEMS", 100)
    patch.setattr(pretraining, "_POOL", 60)
    patch.setattr(pretraining, "_EVAL_DOCUMENTS", 3)
    patch.setattr(pretraining, "_LOG_EVERY", 1)
    patch.setattr(pretraining, "_CHECKPOINT_EVERY", 2)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


def train(out: Path, seed: int = 0, start: LoadedModel | None = None) -> bool:
    return pretrain(
        out,
        STEPS * BATCH_TOKENS,
        corpus=CORPUS,
        shape=SHAPE,
        learning_rate=1e-2,
        batch_tokens=BATCH_TOKENS,
        seed=seed,
        start=start,
    )


def curve(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path):  # type: ignore[no-untyped-def]
    return load_model(tiny_model_dir).tokenizer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few steps."""
    out = tmp_path_factory.mktemp("pretrained")
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        train(out)
    return out


def test_it_leaves_a_model_that_loads_and_nothing_that_only_training_needs(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "chat_template.jinja", "curve.jsonl",
    }  # fmt: skip
    loaded = load_model(trained)
    assert loaded.model.config.hidden_size == SHAPE.width
    assert loaded.model.generation_config.eos_token_id == loaded.tokenizer.eos_token_id
    assert loaded.model.dtype == torch.float32


def test_the_curve_has_loss_and_copying_against_tokens(trained: Path) -> None:
    lines = curve(trained)
    assert [line["step"] for line in lines] == list(range(1, STEPS + 1))
    assert [line["tokens"] for line in lines] == [step * BATCH_TOKENS for step in range(1, STEPS + 1)]
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert [line["step"] for line in lines if "copying" in line] == [2, 4, 6]
    assert set(lines[1]["copying"]) >= {"repeat", "numbers"}


def test_an_interrupted_run_is_resumed_and_ends_as_an_uninterrupted_one(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []

    def interrupting(*arguments: Any) -> dict[str, float]:
        measured.append(arguments)
        if len(measured) == 2:
            raise KeyboardInterrupt  # at step 4, before it is saved
        return copying_accuracy(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pretraining, "copying_accuracy", interrupting)
        train(tmp_path)
    assert [path.name for path in (tmp_path / "run").glob("checkpoint-*")] == ["checkpoint-2"]
    train(tmp_path)
    assert curve(tmp_path) == curve(trained)
    one, other = (load_file(out / "model.safetensors") for out in (trained, tmp_path))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_stop_leaves_a_checkpoint_and_another_start_must_be_the_same(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def terminated(*arguments: Any) -> dict[str, float]:
        os.kill(os.getpid(), signal.SIGTERM)
        return copying_accuracy(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(pretraining, "copying_accuracy", terminated)
        assert train(tmp_path) is False
    assert (tmp_path / "run").is_dir() and not (tmp_path / "model.safetensors").exists()
    with pytest.raises(UserError, match=r"have changed since it was started \(seed is 1, was 0\)"):
        train(tmp_path, seed=1)
    assert train(tmp_path) is True
    assert curve(tmp_path) == curve(trained)


def test_a_base_is_trained_further_with_its_own_tokenizer(trained: Path, tmp_path: Path) -> None:
    train(tmp_path, seed=1, start=load_model(trained))
    assert (tmp_path / "tokenizer.json").read_bytes() == (trained / "tokenizer.json").read_bytes()
    assert curve(tmp_path)[0]["loss"] < curve(trained)[0]["loss"]
    one, other = (load_file(out / "model.safetensors") for out in (trained, tmp_path))
    assert not any(torch.equal(one[name], other[name]) for name in one)


def test_a_finished_model_is_not_written_over(trained: Path) -> None:
    result = CliRunner().invoke(trainer, ["pretrain", "--out", str(trained), "--tokens", "100000"])
    assert result.exit_code == 2
    assert (
        result.stderr
        == f"Error: {trained} already holds a model; choose another folder with --out or remove it first\n"
    )


def test_the_default_shape_has_about_four_million_parameters() -> None:
    class Vocabulary:
        bos_token_id, eos_token_id, pad_token_id = 1, 2, 0

        def __len__(self) -> int:
            return 3072

    model = new_model(Vocabulary(), Shape(), seed=0)  # type: ignore[arg-type]
    assert sum(parameter.numel() for parameter in model.parameters()) == pytest.approx(4.2e6, rel=0.05)


def test_weights_depend_on_the_seed_alone(tokenizer: Any) -> None:
    one, other, third = (new_model(tokenizer, SHAPE, seed).model.embed_tokens.weight for seed in (0, 0, 1))
    assert torch.equal(one, other)
    assert not torch.equal(one, third)


def test_of_plain_text_everything_is_learned_and_of_an_exercise_the_answer(tokenizer: Any) -> None:
    ids, labels = encode(tokenizer, "Ann has 3 eggs.")
    assert ids[0] == tokenizer.bos_token_id
    assert ids[-1] == tokenizer.eos_token_id
    assert labels == [-100, *ids[1:]]
    ids, labels = encode(
        tokenizer, [{"role": "user", "content": "16?"}, {"role": "assistant", "content": "sixteen"}]
    )
    assert tokenizer.decode(ids) == "<|bos|><|user|>16?<|end|><|assistant|>sixteen<|end|>"
    assert tokenizer.decode([label for label in labels if label != -100]) == "sixteen<|end|>"


def test_batches_are_full_but_not_overfull_and_hold_what_is_read(tokenizer: Any) -> None:
    read = [encode(tokenizer, document) for document in itertools.islice(documents(5), 60)]
    expected = sorted(tuple(ids) for ids, _ in read)
    found: list[tuple[int, ...]] = []
    for batch in ReadingBatches(tokenizer, CORPUS, BATCH_TOKENS, seed=5):
        assert batch["input_ids"].numel() <= BATCH_TOKENS
        for ids, mask, labels in zip(
            batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True
        ):
            length = int(mask.sum())
            assert mask.tolist() == [1] * length + [0] * (len(ids) - length)
            assert (labels[length:] == -100).all()
            assert all(
                label in (-100, token) for token, label in zip(ids.tolist(), labels.tolist(), strict=True)
            )
            found.append(tuple(ids[:length].tolist()))
        if len(found) >= len(expected):
            break
    assert sorted(found) == expected


def test_copying_accuracy_is_a_share_and_leaves_the_model_training(tokenizer: Any) -> None:
    model = new_model(tokenizer, SHAPE, seed=0)
    shares = copying_accuracy(model, tokenizer, CORPUS)
    assert all(0 <= share <= 1 for share in shares.values())
    assert model.training
