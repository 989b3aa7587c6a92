"""What the base for tool calls reads: right exercises over training values, and never a request with its call."""

from __future__ import annotations

import itertools
import json
from random import Random

import pytest
from transformers import PreTrainedTokenizerFast

from trace_trainer.engine.pretraining.call_reading import (
    Pair,
    as_json,
    call_documents,
    call_exams,
    call_texts,
    quote_stretch,
    recall_values,
    repeat_values,
)
from trace_trainer.engine.pretraining.tokenizer import CALL_MARKERS, CALL_PIECES, train_tokenizer
from trace_trainer.engine.pretraining.trace_reading import Document
from trace_trainer.engine.problems import functions

PAIRS: list[Pair] = [
    ("city", "Oslo"),
    ("days", 3),
    ("urgent", True),
    ("tags", ["a", "b"]),
    ("note", "Call me"),
    ("id", "x-7"),
]


def parts(document: Document) -> tuple[str, str]:
    """What an exercise asks and what it answers."""
    asked, answered = document
    assert isinstance(asked, dict) and isinstance(answered, dict)
    return asked["content"], answered["content"]


@pytest.fixture(scope="module")
def read() -> list[Document]:
    return list(itertools.islice(call_documents(0), 400))


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(call_texts(0, 200), 800, CALL_PIECES, CALL_MARKERS)


def test_the_same_seed_gives_the_same_reading_and_another_seed_another(read: list[Document]) -> None:
    again, other = (list(itertools.islice(call_documents(seed), 20)) for seed in (0, 1))
    assert read[:20] == again
    assert again != other


def test_a_quarter_is_plain_text_and_the_rest_exercises(read: list[Document]) -> None:
    share = sum(isinstance(document, str) for document in read) / len(read)
    assert share == pytest.approx(0.25, abs=0.08)


def test_no_request_of_an_evaluation_is_read(read: list[Document]) -> None:
    asked = {p.messages[-1]["content"] for p in functions.generate("test", 200, 0)}
    assert not asked & {document for document in read if isinstance(document, str)}


def test_a_list_is_repeated_as_it_stands() -> None:
    request, answer = parts(repeat_values(PAIRS, Random(1)))
    assert request == f"{answer}\nRepeat."


@pytest.mark.parametrize("seed", range(20))
def test_json_answers_hold_the_values_that_were_told(seed: int) -> None:
    request, answer = parts(as_json(PAIRS, Random(seed)))
    told, _, asked = request.rpartition("\n")
    if asked.startswith("JSON: "):
        values = json.loads(answer)
        assert list(values) == asked.removeprefix("JSON: ").rstrip(".").split(", ")
        assert values.items() <= dict(PAIRS).items()
    else:
        value = json.loads(told)[asked.removeprefix("Say ").rstrip(".")]
        assert answer == (value if isinstance(value, str) else json.dumps(value))


@pytest.mark.parametrize("seed", range(10))
def test_only_what_is_asked_for_is_said(seed: int) -> None:
    request, answer = parts(recall_values(PAIRS, Random(seed)))
    asked = request.rpartition("\nSay ")[2].rstrip(".").split(", ")
    assert [line.split(":")[0].split(" = ")[0] for line in answer.splitlines()] == asked


def test_a_quoted_stretch_is_in_the_text_and_has_the_ends_asked_for() -> None:
    text = "Send the blue lamp to Oslo by Friday"
    request, answer = parts(quote_stretch(text, Random(3)))
    first, last = request.rpartition("Quote from ")[2].rstrip(".").split(" to ")
    assert answer in text
    assert (answer.split()[0], answer.split()[-1]) == (first, last)


def test_exams_measure_two_ways_of_copying() -> None:
    exams = call_exams(0, 30)
    assert {name: len(exercises) for name, exercises in exams.items()} == {"repeat": 30, "json": 30}


def test_a_value_is_the_same_tokens_in_prose_in_json_and_in_a_path(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    def tokens(text: str) -> list[str]:
        return [tokenizer.decode([token]) for token in tokenizer(text).input_ids]

    alone = tokens("Lisbon")
    for text in ("to Lisbon", '{"city": "Lisbon"}', "/mnt/Lisbon"):
        found = tokens(text)
        assert any(found[i : i + len(alone)] == alone for i in range(len(found))), text


def test_markers_are_one_token_each(tokenizer: PreTrainedTokenizerFast) -> None:
    for marker in CALL_MARKERS:
        assert len(tokenizer(marker).input_ids) == 1
        assert tokenizer.decode(tokenizer(f"{marker}\n").input_ids, skip_special_tokens=True) == f"{marker}\n"
