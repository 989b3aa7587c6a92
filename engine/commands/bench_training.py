"""`make bench-training`: this project's sampling, iterations, fine-tuning and verdicts beside the stock tools'.

The sides of a benchmark do the same work in turns, in one process, after a round that is not counted. A ratio is the
median of the rounds', with the least and the most of them.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from tabulate import tabulate

from trace_trainer.engine.benchmarks import ANSWERS, BENCHMARKS
from trace_trainer.engine.commands.files import Data, Model
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from trace_trainer.engine.benchmarks.models import Subject
    from trace_trainer.engine.benchmarks.suite import Result


@click.command()
@click.option(
    "--model",
    "-m",
    "models",
    multiple=True,
    type=Model(),
    default=("tiny-base",),
    show_default=True,
    help="What to time: any model, or random-135m, random weights in the shape of SmolLM2-135M. May be repeated.",
)
@click.option("--trim-vocab", is_flag=True, help="Cut the models' vocabulary down to the problems'.")
@click.option(
    "--only", multiple=True, type=click.Choice(BENCHMARKS), help="Benchmarks to run; all of them by default."
)
@click.option(
    "--rows",
    multiple=True,
    type=click.IntRange(8, 65_536),
    default=(128, 512),
    show_default=True,
    help="Completions at once, in groups of 8. May be repeated.",
)
@click.option("--max-new-tokens", type=click.IntRange(1, 100_000), default=160, show_default=True)
@click.option("--sft-rows", type=click.IntRange(8, 1_000_000), default=600, show_default=True)
@click.option(
    "--batch-tokens", type=click.IntRange(64, 1_000_000), default=4096, show_default=True, help="Of SFT."
)
@click.option("--verdicts", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--answers", type=Data(), help="Problems whose answers are judged; generated ones by default.")
@click.option(
    "--rounds", type=click.IntRange(1, 1000), default=3, show_default=True, help="Turns of each side."
)
@click.option(
    "--steps",
    type=click.IntRange(0, 100_000),
    default=200,
    show_default=True,
    help="Of fine-tuning the embedded base model first, so that it writes traces.",
)
@click.option("--no-continuous", is_flag=True, help="Leave out continuous batching, which is slow on a CPU.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(
    models: tuple[str, ...], trim_vocab: bool, only: tuple[str, ...], rows: tuple[int, ...], max_new_tokens: int,
    sft_rows: int, batch_tokens: int, verdicts: int, answers: str | None, rounds: int, steps: int,
    no_continuous: bool, form: str,
) -> None:  # fmt: skip
    """Time this project beside Transformers, TRL and Math-Verify.

    Examples:
        make bench-training
        python -m trace_trainer.engine.commands.bench_training --only sampling --model random-135m --rows 128
    """
    from trace_trainer.engine.benchmarks.models import subject
    from trace_trainer.engine.benchmarks.suite import OF_MODELS, Scale, of_answers, of_model

    chosen = only or BENCHMARKS
    scale = Scale(rows, max_new_tokens, sft_rows, batch_tokens, verdicts, rounds, not no_continuous)
    report: dict[str, Any] = {"machine": _versions(), "results": []}
    if form == "table":
        click.echo(", ".join(f"{name} {value}" for name, value in report["machine"].items()))
    for name in models if set(chosen) & set(OF_MODELS) else ():
        tell(f"loading {name}")
        timed = subject(name, steps, trim_vocab)
        limits = _limits(timed)
        for benchmark in (found for found in chosen if found in OF_MODELS):
            for result in of_model(benchmark, timed, scale, tell):
                _add(report, result, limits, form)
    if ANSWERS in chosen:
        _add(report, of_answers(answers, scale, tell), {}, form)
    if form == "json":
        click.echo(json.dumps(report))


def _versions() -> dict[str, Any]:
    import torch
    import transformers
    import trl

    return {
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "trl": trl.__version__,
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
    }


def _limits(timed: Subject) -> dict[str, float]:
    """What this machine could do for a model at most: operations and bytes a second, and tokens a second from them."""
    import torch

    from trace_trainer.engine.benchmarks.machine import bandwidth, matrix_rate, token_operations

    model = timed.loaded.model
    width = model.config.get_text_config().hidden_size
    products = matrix_rate(model.device, torch.float32, 512, width)
    halves = matrix_rate(model.device, torch.bfloat16, 512, width)
    return {
        "float32_operations": products,
        "bfloat16_operations": halves,
        "bytes": bandwidth(model.device),
        "tokens": products / token_operations(model),
    }


def _add(report: dict[str, Any], result: Result, limits: dict[str, float], form: str) -> None:
    from trace_trainer.engine.benchmarks.turns import ratio

    ours, *others = result.rates
    ratios = {other.name: ratio(ours, other)._asdict() for other in others}
    entry = {
        **asdict(result),
        "rates": {r.name: r.each for r in result.rates},
        "ratios": ratios,
        "limits": limits,
    }
    report["results"].append(entry)
    if form == "table":
        _print(result, ratios, limits)


def _print(result: Result, ratios: dict[str, dict[str, float]], limits: dict[str, float]) -> None:
    ours = result.rates[0]
    click.echo(f"\n{result.model} {result.benchmark}".replace("\n ", "\n"))
    lines = []
    for rates in result.rates:
        found = ratios.get(rates.name)
        times = f"{found['middle']:.2f} ({found['least']:.2f} to {found['most']:.2f})" if found else ""
        lines.append([rates.name, f"{rates.middle:,.0f}", times])
    click.echo(
        tabulate(lines, ["", f"{result.unit} a second", f"{ours.name} is so many times as fast"], "github")
    )
    if limits and result.unit == "tokens" and result.benchmark.startswith("sampling"):
        click.echo(
            f"the machine: {limits['float32_operations'] / 1e9:.0f} billion operations a second in float32, "
            f"{limits['bfloat16_operations'] / 1e9:.0f} in bfloat16, {limits['bytes'] / 1e9:.1f} GB/s; at most "
            f"{limits['tokens']:,.0f} tokens a second; {ours.name} reaches {ours.middle / limits['tokens']:.0%} of that"
        )


if __name__ == "__main__":
    main()
