"""What several test files share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from click.testing import Result
    from helpers.native_loops import Judge
    from transformers import PreTrainedTokenizerBase

    from trace_trainer.engine.training.rl.loop import NativeLoop


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with public data sets, which is not part of the project: $TRAINER_SHARED/data."""
    root = os.environ.get("TRAINER_SHARED")
    if root is None or not Path(root, "data").is_dir():
        pytest.skip("TRAINER_SHARED names no folder with data")
    return Path(root, "data")


@pytest.fixture(scope="session")
def tiny_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of 80,000 random weights and a tokenizer of 800 tokens with its chat template."""
    from trace_trainer.engine.pretraining.tokenizer import train_tokenizer
    from trace_trainer.experts.problems import generate

    problems = list(generate("train", 200, seed=0))
    texts = [text for problem in problems for text in (problem.question, problem.trace or "")]
    return _save_tiny_model(
        train_tokenizer(texts, vocabulary=800), tmp_path_factory.mktemp("models") / "tiny"
    )


@pytest.fixture(scope="session")
def tiny_call_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a tokenizer for tool calls, whose chat template knows no tools."""
    from trace_trainer.engine.pretraining.call_reading import call_texts
    from trace_trainer.engine.pretraining.corpora import CORPORA
    from trace_trainer.engine.pretraining.tokenizer import train_tokenizer

    corpus = CORPORA["calls"]
    tokenizer = train_tokenizer(call_texts(0, 200), 800, corpus.pieces, corpus.markers)
    return _save_tiny_model(tokenizer, tmp_path_factory.mktemp("models") / "tiny-calls")


def _save_tiny_model(tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def heeded_interrupts() -> Iterator[None]:
    """Ctrl-C interrupts this process and those it starts, also where the shell that started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that runs are written to, instead of the project's own."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    monkeypatch.setenv("TRAINER_CHECKPOINTS", str(folder))
    return folder


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Judge], None]:
    """Decides what completions are worth in RL; some are correct (`by_text`) unless a test says otherwise."""
    from helpers.native_loops import by_text, judge_by

    judge_by(by_text, monkeypatch)
    return partial(judge_by, monkeypatch=monkeypatch)


@pytest.fixture
def new_loop(
    tiny_model_dir: Path, checkpoints: Path, judged: Callable[[Judge], None]
) -> Callable[..., NativeLoop]:
    """Makes a native loop over the model of random weights; see `native_loops.make_loop`."""
    from helpers.native_loops import make_loop

    return partial(make_loop, tiny_model_dir)


@pytest.fixture
def resumed(tiny_model_dir: Path) -> Callable[[NativeLoop], NativeLoop]:
    """Another process's loop on the same run."""
    from helpers.native_loops import resume_loop

    return partial(resume_loop, tiny_model_dir)


@pytest.fixture
def rl(tiny_model_dir: Path, checkpoints: Path) -> Callable[..., Result]:
    """Runs `trainer rl` on the model of random weights with small settings and further options."""

    from helpers.rl_command import SMALL, UNREWARDED, command

    return partial(command, "--model", str(tiny_model_dir), *SMALL, *UNREWARDED)
