"""Every schema with every phrasing: questions that read well, and gold traces that verify."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from trace_trainer.engine.places import PROJECT
from trace_trainer.experts import expert_names
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.experts.problems.distractors import (
    _ABOUT_NOTHING,
    _ABOUT_SOMETHING,
    _PRONOUN,
    insert_distractor,
)
from trace_trainer.experts.problems.generator import MIXTURE, load_schemas
from trace_trainer.experts.problems.schema import Draft, Schema, placeholders
from trace_trainer.experts.problems.slots import Slot
from trace_trainer.experts.problems.words import _POOLS, WordDraw, plural
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.numbers import read_question

ALL = load_schemas()
LEARNED = (*MIXTURE, "algebra")
"""What the embedded models learn. An expert that is added to these has as many stories as its author likes."""
DRAWS = 2
"""Problems drawn from every phrasing of every schema."""


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A problem of one phrasing, with the numbers that its slots drew."""

    schema: Schema
    template: str
    draft: Draft
    numbers: dict[str, Fraction]


def drawn_from(declared: Schema, phrasing: int, seed: int) -> Drawn:
    numbers: dict[str, Fraction] = {}

    def recording(name: str, slot: Slot) -> Slot:
        def draw(rng: Random) -> Fraction:
            numbers[name] = slot.draw(rng)
            return numbers[name]

        return Slot(draw, slot.show)

    slots = {name: recording(name, slot) for name, slot in declared.slots.items()}
    one = dataclasses.replace(declared, slots=slots, questions=(declared.questions[phrasing],))
    draft = one.draft(Random(f"{declared.source}:{phrasing}:{seed}"))
    return Drawn(declared, declared.questions[phrasing], draft, numbers)


@pytest.fixture(scope="module")
def everything() -> list[Drawn]:
    return [
        drawn_from(declared, phrasing, seed)
        for declared in ALL.values()
        for phrasing, seed in product(range(len(declared.questions)), range(DRAWS))
    ]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


# --- every schema, every phrasing


def test_every_gold_trace_is_correct_and_canonical(everything: list[Drawn]) -> None:
    wrong = []
    for drawn in everything:
        text, answer = write_trace(drawn.draft.trace), format_number(drawn.draft.answer)
        verdict = verify_trace(text, drawn.draft.question, answer, drawn.schema.expert)
        found = {violation.code for violation in (*verdict.violations, *verdict.lints)}
        if verdict.outcome != "correct" or found - {"unused_question_number"}:
            wrong.append((drawn.schema.source, drawn.draft.question, verdict))
    assert not wrong


def test_every_slot_is_read_back_from_the_question_with_its_value(everything: list[Drawn]) -> None:
    wrong = []
    for drawn in everything:
        read = Counter(mention.value for mention in read_question(drawn.draft.question).mentions)
        if Counter(drawn.numbers.values()) - read:
            wrong.append((drawn.draft.question, drawn.numbers))
    assert not wrong


def test_every_number_of_a_question_is_used_unless_a_distractor_states_it(everything: list[Drawn]) -> None:
    wrong = []
    for drawn in everything:
        question = drawn.draft.question
        verdict = verify_trace(write_trace(drawn.draft.trace), question, expert=drawn.schema.expert)
        unused = any(lint.code == "unused_question_number" for lint in verdict.lints)
        if unused and len(sentences(question)) == len(sentences(drawn.template)):
            wrong.append(question)
    assert not wrong


def test_no_placeholder_is_left_and_no_word_is_missing(everything: list[Drawn]) -> None:
    assert not [d.draft.question for d in everything if re.search(r"[{}]|  | [,.?]", d.draft.question)]


def test_every_sentence_starts_with_a_capital_letter_or_a_number(everything: list[Drawn]) -> None:
    starts = [sentence for drawn in everything for sentence in sentences(drawn.draft.question)]
    assert not [sentence for sentence in starts if not re.match(r"[A-Z0-9$]", sentence)]


def test_a_question_ends_with_the_question(everything: list[Drawn]) -> None:
    assert all(d.draft.question.endswith("?") and d.draft.question.count("?") == 1 for d in everything)


def test_articles_agree_with_the_next_word(everything: list[Drawn]) -> None:
    exceptions = r"\b(?:an hour|a one)"  # a silent h, and a vowel that sounds like a consonant
    questions = [re.sub(exceptions, "", drawn.draft.question) for drawn in everything]
    assert not [question for question in questions if re.search(r"\b(?:a [aeiou]|an [^aeiou])", question)]


def test_answers_make_sense_as_counts_and_amounts_of_money(everything: list[Drawn]) -> None:
    answers = [drawn.draft.answer for drawn in everything]
    assert all(answer > 0 for answer in answers)
    assert all(100 % answer.denominator == 0 for answer in answers)  # at most two decimals


def test_no_answer_is_told_by_the_question_in_most_problems(everything: list[Drawn]) -> None:
    told = [d for d in everything if d.draft.answer in d.numbers.values()]
    assert len(told) < 0.05 * len(everything)


def test_a_composition_has_several_experts_and_the_others_one(everything: list[Drawn]) -> None:
    for drawn in everything:
        assert drawn.draft.trace.expert == drawn.schema.expert


# --- the schemas as a whole


def test_there_are_enough_schemas_and_phrasings() -> None:
    assert len(ALL) >= 60
    assert all(len(declared.questions) >= 4 for declared in ALL.values() if declared.expert in LEARNED)
    assert {declared.expert for declared in ALL.values()} == set(expert_names())


def test_phrasings_of_a_schema_are_all_different() -> None:
    assert all(len(set(d.questions)) == len(d.questions) for d in ALL.values())


def test_no_two_schemas_share_a_phrasing() -> None:
    phrasings = Counter(question for declared in ALL.values() for question in declared.questions)
    assert not [question for question, count in phrasings.items() if count > 1]


def test_every_schema_has_a_name_of_its_own_and_none_is_lost() -> None:
    declared = [
        node.name
        for path in (PROJECT / "experts" / "problems").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(getattr(d, "func", None), "id", "") == "schema" for d in node.decorator_list)
    ]
    assert len(set(declared)) == len(declared)
    assert sorted(declared) == sorted(schema.name for schema in ALL.values())


def test_every_expert_has_schemas_to_train_on_and_held_out_ones() -> None:
    for expert in LEARNED:
        held_out = {declared.held_out for declared in ALL.values() if declared.expert == expert}
        assert held_out == {True, False}


def test_a_condition_holds_often_enough_to_draw_quickly() -> None:
    for declared in ALL.values():
        attempts = 0

        def counting(numbers: object, declared: Schema = declared) -> bool:
            nonlocal attempts
            attempts += 1
            return declared.where is None or declared.where(numbers)

        one = dataclasses.replace(declared, where=counting)
        for seed in range(5):
            one.draft(Random(f"{declared.source}{seed}"))
        assert attempts < 5 * 400, declared.source


def test_no_variable_of_a_schema_can_meet_another_of_the_same_name() -> None:
    # {things} alone becomes a variable, as in `apples`; it must not be the name of a slot or of a step.
    for declared in ALL.values():
        others = set(declared.slots) - set(declared.variables) | {"result"}
        for template in declared.variables.values():
            if "." in template:
                continue  # `ann.apples`: no slot has a dot
            words = [plural(str(item)) for key in placeholders(template) for item in _POOLS[key[:-1]]]
            names = {word.replace(" ", "_") for word in words} or {template}
            assert not names & others, declared.source


# --- distractors

QUESTION = "Ann has 3 eggs. She eats 2 of them. Ben has 5 eggs. How many eggs has Ben?"


def inserted(question: str) -> Iterator[tuple[int, str, list[str]]]:
    """Where a distractor was put, its text, and the sentences of the result, for many seeds."""
    for seed in range(300):
        rng = Random(seed)
        words = WordDraw(rng)
        assert words["name"]
        after = sentences(insert_distractor(question, rng, words))
        before = sentences(question)
        position = next(i for i, sentence in enumerate(after) if sentence not in before)
        yield position, after[position], after


def test_a_distractor_is_one_sentence_and_never_first_or_last() -> None:
    positions = set()
    for position, _, after in inserted(QUESTION):
        assert [s for i, s in enumerate(after) if i != position] == sentences(QUESTION)
        positions.add(position)
    assert positions == {1, 2, 3}


def test_a_distractor_about_somebody_or_something_never_stands_before_a_pronoun() -> None:
    openings = {template.split("{")[0].split()[0] for template in _ABOUT_NOTHING}
    assert openings == {"It"}  # "It is cold": an `it` that means nothing
    seen_about_something = False
    for position, distractor, after in inserted(QUESTION):
        if any(_PRONOUN.search(sentence) for sentence in after[position + 1 :]):
            assert distractor.startswith("It ")
        else:
            seen_about_something |= not distractor.startswith("It ")
    assert seen_about_something


def test_a_question_of_one_sentence_stays_as_it_is() -> None:
    rng = Random(0)
    assert insert_distractor("How many are 3 and 4?", rng, WordDraw(rng)) == "How many are 3 and 4?"


def test_a_distractors_person_is_nobody_of_the_question() -> None:
    for seed in range(300):
        words = WordDraw(Random(seed))
        assert len({words["name"], words["name2"], words["name3"], words["extra_name"]}) == 4


def test_no_schema_asks_about_what_a_distractor_counts() -> None:
    nouns = ("steps", "post office", "lesson", "holidays", "degrees")
    assert all(any(noun in template for template in _ABOUT_SOMETHING + _ABOUT_NOTHING) for noun in nouns)
    phrasings = [question for declared in ALL.values() for question in declared.questions]
    assert not [question for question in phrasings if any(noun in question for noun in nouns)]
