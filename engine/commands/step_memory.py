"""Peak memory and time of optimiser steps on a model of random weights, on this machine's CPU, for docs/recipes.md.

A process measures one setting, because what it has taken up once is counted to its end. The shape is that of
Qwen2.5-0.5B unless others are given; random weights take up as much as trained ones.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click

_LABELLED = 0.5
"""Part of a row that has a loss: traces are about as long as their questions."""


@click.command()
@click.option("--method", type=click.Choice(["full", "lora"]), default="lora", show_default=True)
@click.option("--gradient-checkpointing", is_flag=True, help="Compute activations again when gradients are.")
@click.option("--whole-logits", is_flag=True, help="Compute all logits of a micro-batch at once.")
@click.option(
    "--tokens", type=click.IntRange(min=256), default=2048, show_default=True, help="Of a micro-batch."
)
@click.option("--length", type=click.IntRange(min=16), default=256, show_default=True, help="Of a row.")
@click.option("--steps", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--layers", type=click.IntRange(min=1), default=24, show_default=True)
@click.option("--width", type=click.IntRange(min=64), default=896, show_default=True)
@click.option("--vocabulary", type=click.IntRange(min=2000), default=151_936, show_default=True)
def main(
    method: str, gradient_checkpointing: bool, whole_logits: bool, tokens: int, length: int, steps: int,
    layers: int, width: int, vocabulary: int,
) -> None:  # fmt: skip
    """Measure the memory of a step of trainer sft.

    Example: python -m trace_trainer.engine.commands.step_memory --gradient-checkpointing
    """
    import torch
    from transformers import AutoModelForCausalLM, Qwen2Config

    from trace_trainer.engine.inference import head
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.models.loading import LoadedModel, load_model
    from trace_trainer.engine.settings.stages import DEFAULT_MODEL, SFTConfig
    from trace_trainer.engine.training.sft.trainer import train_briefly
    from trace_trainer.engine.training.tuning import trainable_part

    if whole_logits:
        head.LOGITS = 2**62
    config = SFTConfig(
        method=method,
        gradient_checkpointing=gradient_checkpointing,
        micro_batch_tokens=tokens,
        batch_tokens=tokens,
        max_length=length,
    )
    torch.manual_seed(0)
    shape = Qwen2Config(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=width * 38 // 7,
        num_hidden_layers=layers,
        num_attention_heads=width // 64,
        num_key_value_heads=max(1, width // 448),
        tie_word_embeddings=True,
    )
    model = AutoModelForCausalLM.from_config(shape).eval()
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    loaded = trainable_part(
        LoadedModel(model, load_model(DEFAULT_MODEL).tokenizer, "random", "random"), config
    )
    rng = Random(0)
    rows = [
        Row([rng.randrange(vocabulary) for _ in range(length)], int(length * (1 - _LABELLED)))
        for _ in range(tokens // length)
    ]
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        train_briefly(loaded, rows, config, Path(folder), steps)
    seconds = (time.perf_counter() - started) / steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    click.echo(
        f"weights {weights / 1e9:.2f} GB, peak {peak / 1e9:.2f} GB, {seconds:.0f} s a step of {tokens} tokens"
    )


if __name__ == "__main__":
    main()
