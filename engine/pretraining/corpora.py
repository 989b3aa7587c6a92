"""What an embedded base model reads: one corpus for traces, one for tool calls.

A corpus is what depends on the kind of text that a base is for: the texts and the cuts of its tokenizer, its documents,
and the exercises that show how well it copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from trace_trainer.engine.pretraining.call_reading import call_documents, call_exams, call_texts
from trace_trainer.engine.pretraining.tokenizer import CALL_MARKERS, CALL_PIECES, TRACE_PIECES
from trace_trainer.engine.pretraining.trace_reading import (
    Document,
    documents,
    numbers_exercise,
    repeat_exercise,
)
from trace_trainer.experts.problems import generate

_TOKENIZER_PROBLEMS = 20_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a base reads.

    Attributes:
        pieces: the regular expression that divides text before the tokenizer is trained.
        markers: what the tokenizer takes for one token each.
        texts: what the tokenizer is trained on, by seed.
        documents: reading matter without end, by seed.
        exams: exercises of the validation split to measure copying with, by seed and number.
    """

    pieces: str
    markers: tuple[str, ...]
    texts: Callable[[int], Iterator[str]]
    documents: Callable[[int], Iterator[Document]]
    exams: Callable[[int, int], Mapping[str, list[Document]]]


def _trace_texts(seed: int) -> Iterator[str]:
    for problem in generate("train", _TOKENIZER_PROBLEMS, seed=seed):
        yield problem.question
        yield str(problem.trace)


def _trace_exams(seed: int, count: int) -> dict[str, list[Document]]:
    rng = Random(f"copying:{seed}")
    return {
        "repeat": [repeat_exercise(rng) for _ in range(count)],
        "numbers": [
            numbers_exercise(problem.question, rng) for problem in generate("validation", count, seed)
        ],
    }


CORPORA: Mapping[str, Corpus] = {
    "traces": Corpus(TRACE_PIECES, (), _trace_texts, documents, _trace_exams),
    "calls": Corpus(
        CALL_PIECES,
        CALL_MARKERS,
        lambda seed: call_texts(seed, _TOKENIZER_PROBLEMS),
        call_documents,
        call_exams,
    ),
}
