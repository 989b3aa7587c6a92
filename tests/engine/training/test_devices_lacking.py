"""What only a GPU can do ends in one line on a machine without one, in every command, before a model is loaded."""

from __future__ import annotations

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer

EIGHT_BIT = ("--optimiser", "adamw-8bit")


@pytest.fixture(autouse=True)
def only_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.mark.parametrize("device", ["mps", "cuda"])
@pytest.mark.parametrize(
    "words",
    [
        ("solve", "How many?"),
        ("eval", "--count", "2"),
        ("serve",),
        ("sft", "--count", "2"),
        ("rl", "--iters", "1"),
        ("doctor",),
    ],
    ids=lambda words: words[0],
)
def test_a_device_that_is_not_there_is_one_line(
    words: tuple[str, ...], device: str, checkpoints: object
) -> None:
    result = CliRunner().invoke(trainer, [*words, "--model", "tiny-base", "--device", device])
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith(
        f"--device {device}: PyTorch finds none on this machine; it has cpu"
    )


@pytest.mark.parametrize(
    "words", [("sft", "--count", "2"), ("rl", "--iters", "1")], ids=lambda words: words[0]
)
def test_an_optimiser_of_8_bits_needs_a_gpu(words: tuple[str, ...], checkpoints: object) -> None:
    result = CliRunner().invoke(trainer, [*words, "--model", "tiny-base", *EIGHT_BIT])
    assert result.exit_code == 2
    assert (
        result.stderr.splitlines()[-1]
        == "Error: --optimiser adamw-8bit needs a GPU of NVIDIA's; leave it out"
    )
