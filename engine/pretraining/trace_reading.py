"""What the embedded base model learns to read and copy before it ever sees a trace.

A quarter of its corpus is plain text, the questions of the training split. The rest are exercises, asked and answered
in the chat form: repeat a list; given names with numbers, say some of them back; given a question, list its numbers in
digits, alone or with the next word, or its names. Copying is what a small model from random weights lacks, and
repetition, where nearly every token of the answer can be copied, is what makes it appear (docs/decisions.md has the
figures). Numbers come in all the forms that questions use, so that "sixteen", "1,080" and "$18.50" are read as 16, 1080
and 18.5.

No exercise and no text comes from a split other than train, and nothing here has the form of a trace.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from random import Random

from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems import generate
from trace_trainer.experts.problems.slots import decimal, money, percent, whole
from trace_trainer.experts.problems.words import WordDraw
from trace_trainer.verifiers.questions.numbers import read_question

Document = str | list[dict[str, str]]
"""Plain text, or a chat of one user and one assistant message."""

_SEED_OFFSET = 1_000_000  # far from the seeds that SFT and RL draw their problems with
_SLOTS = (
    whole(2, 20),
    whole(2, 100),
    whole(10, 999),
    whole(100, 9999),
    money(2, 400),
    money(1, 60, cents=True),
    percent(5, 95),
    percent(1, 60, step=1),
    decimal(1, 40),
)
_LABELS = (
    "thing",
    "things",
    "good",
    "name",
    "place",
    "animals",
    "containers",
    "shop",
    "city",
    "drink",
    "room",
)
_PAIR_FORMS = (
    "{label} {number}",
    "{label}: {number}",
    "{number} {label}",
    "{label} = {number}",
    "{label} has {number}",
)
_ANSWER_FORMS = ("{label}: {value}", "{label} {value}", "{label} = {value}", "{label}, {value};")
_SEPARATORS = (", ", "; ", ". ", " and ")


def documents(seed: int, problems: int = 20_000) -> Iterator[Document]:
    """Yield reading matter without end, the same for the same seed: a quarter plain text, the rest exercises.

    Args:
        seed: of the problems and of the exercises.
        problems: how many problems to draw before they are drawn anew with another seed.
    """
    rng = Random(f"reading:{seed}")
    for round_number in itertools.count():
        for problem in generate("train", problems, seed=_SEED_OFFSET + seed * 1000 + round_number):
            chance = rng.random()
            if chance < 0.25:
                yield problem.question
            elif chance < 0.5:
                yield repeat_exercise(rng)
            elif chance < 0.75:
                yield recall_exercise(rng)
            elif chance < 0.87:
                yield numbers_exercise(problem.question, rng)
            elif chance < 0.97:
                yield quantities_exercise(problem.question)
            else:
                yield names_exercise(problem.question)


def repeat_exercise(rng: Random) -> Document:
    """A list of words and numbers; the user asks for all of it again, or for what follows one of its items."""
    words = WordDraw(rng)
    items = []
    for index in range(rng.randint(3, 12)):
        slot = rng.choice(_SLOTS)
        number = format_number(slot.draw(rng))
        items.append(number if rng.random() < 0.5 else words[f"{rng.choice(_LABELS)}{index % 8 + 2}"])
    separator = rng.choice((", ", " ", "; ", "\n"))
    start = rng.randrange(len(items) - 1) if rng.random() < 0.5 else 0
    request = f"Repeat from {items[start]}." if start and items.index(items[start]) == start else "Repeat."
    first = start if request != "Repeat." else 0
    return exercise(f"{separator.join(items)}. {request}", separator.join(items[first:]))


def recall_exercise(rng: Random) -> Document:
    """A list of labels with numbers; the user asks for some of them, in another order, in digits."""
    words = WordDraw(rng)
    count = rng.randint(2, 8)
    # The index keeps two labels of the same sort apart.
    labels = [words[f"{rng.choice(_LABELS)}{index + 2}"] for index in range(count)]
    values, shown = [], []
    for _ in range(count):
        slot = rng.choice(_SLOTS)
        value = slot.draw(rng)
        values.append(value)
        shown.append(slot.show(rng, value))
    form, answer_form = rng.choice(_PAIR_FORMS), rng.choice(_ANSWER_FORMS)
    pairs = [form.format(label=label, number=number) for label, number in zip(labels, shown, strict=True)]
    asked = rng.sample(range(count), rng.randint(1, count))
    request = f"{rng.choice(_SEPARATORS).join(pairs)}. Say {', '.join(labels[i] for i in asked)}."
    answers = [
        answer_form.format(label=_as_variable(labels[i], rng), value=format_number(values[i])) for i in asked
    ]
    return exercise(request, "\n".join(answers))


def numbers_exercise(question: str, rng: Random) -> Document:
    """List the numbers of a text in digits, in order or backwards."""
    values = [format_number(mention.value) for mention in read_question(question).mentions]
    backwards = rng.random() < 0.3
    request = "Numbers, last first." if backwards else "Numbers."
    return exercise(f"{question} {request}", ", ".join(reversed(values) if backwards else values))


def quantities_exercise(question: str) -> Document:
    """List the numbers of a text in digits, each with the word that follows it."""
    found = []
    for mention in read_question(question).mentions:
        following = re.search(r"[A-Za-z]+", question[mention.end :])
        word = following.group().lower() if following else "end"
        found.append(f"{word}: {format_number(mention.value)}")
    return exercise(f"{question} Numbers, with the next word.", "\n".join(found))


def names_exercise(question: str) -> Document:
    """List the capitalised words within the sentences of a text: names of persons, places and days, in lower case."""
    found: list[str] = []
    for sentence in question.replace("? ", ". ").split(". "):
        for word in sentence.split()[1:]:
            name = word.strip(".,?!;:").removesuffix("'s")
            if name[:1].isupper() and name.lower() not in found:
                found.append(name.lower())
    return exercise(f"{question} Names.", ", ".join(found))


def exercise(request: str, answer: str) -> Document:
    """A chat of one question and its answer."""
    return [{"role": "user", "content": request}, {"role": "assistant", "content": answer}]


def _as_variable(label: str, rng: Random) -> str:
    """The label as asked, or lower-case with underscores, as the names of quantities are written elsewhere."""
    return label.lower().replace(" ", "_") if rng.random() < 0.7 else label
