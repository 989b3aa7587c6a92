"""The benchmarks by name: what each compares, and its sides for a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trace_trainer.engine.benchmarks import ANSWERS, FINE_TUNING, GUIDED, ITERATION, SAMPLING
from trace_trainer.engine.benchmarks.answers import judging_sides
from trace_trainer.engine.benchmarks.fine_tuning import fine_tuning_sides
from trace_trainer.engine.benchmarks.iteration import iteration_sides
from trace_trainer.engine.benchmarks.models import Subject
from trace_trainer.engine.benchmarks.sampling import guided_sides, sampling_sides
from trace_trainer.engine.benchmarks.turns import Rates, Side, in_turns

OF_MODELS = (SAMPLING, GUIDED, ITERATION, FINE_TUNING)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much work a turn is.

    Attributes:
        rows: completions sampled at once, and of an iteration; each number is a benchmark of its own.
        max_new_tokens: of a completion.
        sft_rows: rows that are fine-tuned on.
        batch_tokens: of an optimiser step of fine-tuning.
        verdicts: answers that are judged.
        rounds: turns of each side that count.
        continuous: time continuous batching too.
    """

    rows: tuple[int, ...]
    max_new_tokens: int
    sft_rows: int
    batch_tokens: int
    verdicts: int
    rounds: int
    continuous: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """The rates of the sides of one benchmark, ours first.

    Attributes:
        benchmark: one of BENCHMARKS, with the size of its work.
        model: whose; "" where none takes part.
        unit: what is counted in a second.
    """

    benchmark: str
    model: str
    unit: str
    rates: tuple[Rates, ...]


def of_model(name: str, subject: Subject, scale: Scale, progress: Callable[[str], None]) -> Iterator[Result]:
    """The results of one benchmark for a model; none where it has nothing to do."""
    if name == FINE_TUNING:
        sides = fine_tuning_sides(subject, scale.sft_rows, scale.batch_tokens)
        yield _run(f"{name}, {scale.sft_rows:,} rows", subject.name, "tokens", sides, scale, progress)
        return
    if name in (GUIDED, ITERATION) and not subject.writes_traces:
        return
    for rows in scale.rows:
        unit = "completions" if name == ITERATION else "tokens"
        if name == SAMPLING:
            sides = sampling_sides(subject, rows, scale.max_new_tokens, scale.continuous)
        elif name == GUIDED:
            sides = guided_sides(subject, rows, scale.max_new_tokens)
        else:
            sides = iteration_sides(subject, rows, scale.max_new_tokens)
        yield _run(f"{name}, {rows} rows", subject.name, unit, sides, scale, progress)
    subject.restore()


def of_answers(data: str | None, scale: Scale, progress: Callable[[str], None]) -> Result:
    """The verdicts beside Math-Verify's."""
    return _run(ANSWERS, "", "verdicts", judging_sides(scale.verdicts, data), scale, progress)


def _run(
    benchmark: str,
    model: str,
    unit: str,
    sides: list[Side],
    scale: Scale,
    progress: Callable[[str], None],
) -> Result:
    rates = in_turns(sides, scale.rounds, lambda said: progress(f"{model} {benchmark}: {said}".strip()))
    return Result(benchmark, model, unit, tuple(rates))
