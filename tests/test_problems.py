"""Generated problems: splits that cannot overlap, questions that read well, and gold traces that verify."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import experts.problems
from experts import EXPERT_NAMES, EXPERTS
from experts.declaration import DeclarationError
from experts.literals import format_number
from experts.problems import MIXTURE, SPLITS, WORDINGS, Problem, generate
from experts.problems.buckets import normalise
from experts.problems.builder import build_trace
from experts.problems.distractors import _ABOUT_NOTHING, _ABOUT_SOMETHING, _PRONOUN, insert_distractor
from experts.problems.generator import load_schemas, split_of
from experts.problems.schema import (
    SCHEMAS,
    Draft,
    Schema,
    choice,
    decimal,
    money,
    percent,
    placeholders,
    schema,
    whole,
)
from experts.problems.slots import Slot
from experts.problems.spelling import speaks_numbers, spell
from experts.problems.words import _POOLS, WordDraw, plural, with_article
from experts.trace import write_trace
from verifiers import verify_trace
from verifiers.question_numbers import read_question

ROOT = Path(__file__).parent.parent
ALL = load_schemas()
DRAWS = 2
"""Problems drawn from every phrasing of every schema."""
PER_SEED = 250
"""Problems drawn for each split and seed."""


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


@pytest.fixture(scope="module")
def by_split() -> dict[str, list[Problem]]:
    """Problems of several seeds for each split."""
    return {split: [p for seed in (0, 1, 42) for p in generate(split, PER_SEED, seed)] for split in SPLITS}


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
    assert all(len(declared.questions) >= 4 for declared in ALL.values())
    assert {declared.expert for declared in ALL.values()} == set(EXPERT_NAMES)


def test_phrasings_of_a_schema_are_all_different() -> None:
    assert all(len(set(d.questions)) == len(d.questions) for d in ALL.values())


def test_no_two_schemas_share_a_phrasing() -> None:
    phrasings = Counter(question for declared in ALL.values() for question in declared.questions)
    assert not [question for question, count in phrasings.items() if count > 1]


def test_every_schema_has_a_name_of_its_own_and_none_is_lost() -> None:
    declared = [
        node.name
        for path in (ROOT / "experts" / "problems").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(getattr(d, "func", None), "id", "") == "schema" for d in node.decorator_list)
    ]
    assert len(set(declared)) == len(declared)
    assert sorted(declared) == sorted(schema.name for schema in ALL.values())


def test_every_expert_has_schemas_to_train_on_and_held_out_ones() -> None:
    for expert in EXPERT_NAMES:
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


# --- declaring a schema


@pytest.fixture
def registry() -> Iterator[None]:
    """Lets a test declare schemas without leaving them behind."""
    before = dict(SCHEMAS)
    SCHEMAS.clear()
    yield
    SCHEMAS.clear()
    SCHEMAS.update(before)


def total(t):  # type: ignore[no-untyped-def]
    return t.add(t.first, t.second)


ASKED = ("{name} has {first} and {second} {things}. How many?",)


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("expert", "questions", "message"),
    [
        ("geometry", ASKED, "no expert 'geometry'"),
        ("arithmetic", ("{first} and {first} and {second}?",), r"\['first'\] must stand exactly once"),
        ("arithmetic", ("{first}?",), r"\['second'\] must stand exactly once"),
        ("arithmetic", ("{first} and {second} {thingies}?",), "{thingies} is neither a slot nor a word"),
    ],
)
def test_a_wrong_declaration_is_refused(expert: str, questions: tuple[str, ...], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        schema(expert, first=whole(2, 9), second=whole(2, 9), questions=questions)(total)


@pytest.mark.usefixtures("registry")
def test_a_second_schema_of_the_same_name_is_refused() -> None:
    declare = schema("arithmetic", first=whole(2, 9), second=whole(2, 9), questions=ASKED)
    declare(total)
    with pytest.raises(DeclarationError, match="arithmetic/total is declared twice"):
        declare(total)


@pytest.mark.usefixtures("registry")
def test_a_condition_that_never_holds_is_an_error_and_no_endless_loop() -> None:
    slots = {"first": whole(2, 9), "second": whole(2, 9)}
    schema("arithmetic", **slots, questions=ASKED, where=lambda n: n.first > 9)(total)
    with pytest.raises(DeclarationError, match="no draw satisfies its condition"):
        SCHEMAS["arithmetic/total"].draft(Random(0))


# --- building a trace

NUMBERS = {"first": Fraction(12), "second": Fraction(3)}


def built(formula, expert: str = "arithmetic", variables: dict[str, str] | None = None) -> str:  # type: ignore[no-untyped-def]
    return write_trace(build_trace(expert, formula, NUMBERS, variables or {})[0])


def test_a_formula_builds_inits_at_first_use_steps_and_the_query() -> None:
    assert built(lambda t: t.mul(t.sub(t.first, t.second), t.first, 7)) == (
        "expert: arithmetic\n"
        "trace:\n"
        "- {op: init, var: first, value: 12}\n"
        "- {op: init, var: second, value: 3}\n"
        "- {op: compute, compute_op: sub, args: [first, second], var: step1}\n"
        "- {op: compute, compute_op: mul, args: [step1, first, 7], var: result}\n"
        "- {op: query, var: result}\n"
    )


def test_an_entity_is_queried_by_its_own_name() -> None:
    def changed(t):  # type: ignore[no-untyped-def]
        t.consume(t.first, t.number("second"))
        return t.first

    text = built(changed, "entity_track", {"first": "ann.eggs"})
    assert text.splitlines()[2:] == [
        "- {op: init, var: ann.eggs, value: 12}",
        "- {op: consume, entity: ann.eggs, amount: 3}",
        "- {op: query, var: ann.eggs}",
    ]


def test_a_composition_takes_answers_by_their_place() -> None:
    def three(t):  # type: ignore[no-untyped-def]
        parts = [t.expert("arithmetic") for _ in range(2)]
        for part in parts:
            part.answer(part.add(part.first, part.second))
        last = t.expert("comparison")
        return last.compare("sub", last.take(parts[0], "a"), last.take(parts[1], "b"))

    text = built(three, "composition")
    assert "{op: init, var: a, source: sub0.result}" in text
    assert "{op: init, var: b, source: prev.result}" in text


@pytest.mark.parametrize(
    ("formula", "expert", "variables", "message"),
    [
        (lambda t: t.add(t.first, t.third), "arithmetic", {}, "uses third, which is no slot"),
        (lambda t: t.percent_of(t.first, t.second), "arithmetic", {}, "uses percent_of, which is no slot"),
        (lambda t: t.add(t.first, t.second), "arithmetic", {"second": "first"}, "first would be initialised"),
        (lambda t: t.add(t.first, t.second), "geometry", {}, "geometry"),
        (lambda t: t.expert("arithmetic").take(t.expert("arithmetic"), "a"), "composition", {}, "answered"),
    ],
)
def test_a_wrong_formula_is_refused(formula, expert: str, variables: dict[str, str], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DeclarationError, match=message):
        build_trace(expert, formula, NUMBERS, variables)


def test_a_reference_of_another_subtrace_is_refused() -> None:
    def mixed(t):  # type: ignore[no-untyped-def]
        one, two = t.expert("arithmetic"), t.expert("arithmetic")
        return two.add(one.first, two.second)

    with pytest.raises(DeclarationError, match="belongs to another sub-trace"):
        build_trace("composition", mixed, NUMBERS, {})


# --- splits


def test_splits_share_no_question_whatever_the_seeds(by_split: dict[str, list[Problem]]) -> None:
    questions = {
        split: {normalise(problem.question) for problem in problems} for split, problems in by_split.items()
    }
    for one, other in ((a, b) for a in SPLITS for b in SPLITS if a < b):
        assert not questions[one] & questions[other]


def test_only_test_schemas_uses_held_out_schemas(by_split: dict[str, list[Problem]]) -> None:
    for split, problems in by_split.items():
        held_out = {ALL[problem.source or ""].held_out for problem in problems}
        assert held_out == {split == "test_schemas"}


def test_a_question_tells_its_split_by_itself(by_split: dict[str, list[Problem]]) -> None:
    for split in ("train", "validation", "test_numbers"):
        assert all(split_of(problem.question) == split for problem in by_split[split])


def test_case_and_spacing_do_not_change_a_questions_split() -> None:
    question = "Ann has 3 eggs. How many?"
    assert split_of(question) == split_of(question.upper()) == split_of(question.replace(" ", "  \n"))


def test_splits_have_the_shares_that_are_promised() -> None:
    counts = Counter(split_of(f"question {number}") for number in range(20_000))
    assert counts["train"] / 20_000 == pytest.approx(0.7, abs=0.02)
    assert counts["validation"] / 20_000 == pytest.approx(0.1, abs=0.02)


# --- wordings


@pytest.fixture(scope="module")
def by_wording() -> dict[str, list[Problem]]:
    return {wording: list(generate("train", 600, 5, wording=wording)) for wording in WORDINGS}


def test_a_plain_question_has_the_numbers_of_its_trace_in_digits(
    by_wording: dict[str, list[Problem]],
) -> None:
    for problem in by_wording["plain"]:
        in_words = [m.text for m in read_question(problem.question).mentions if not re.search(r"\d", m.text)]
        assert not in_words, problem


def test_a_varied_question_has_a_number_in_words_or_one_too_many(
    by_wording: dict[str, list[Problem]],
) -> None:
    in_words = 0
    for problem in by_wording["varied"]:
        in_digits = re.findall(r"(?<!\w)\d[\d,.]*", problem.question)
        spoken = speaks_numbers(problem.question)
        in_words += spoken
        assert spoken or len(in_digits) > len(re.findall(r"(?<!\w)\d[\d,.]*", problem.trace or "")), problem
    assert 0.5 < in_words / len(by_wording["varied"]) < 1


def test_any_wording_holds_both(by_wording: dict[str, list[Problem]]) -> None:
    spoken = sum(speaks_numbers(problem.question) for problem in by_wording["any"])
    assert 0.2 < spoken / len(by_wording["any"]) < 0.5


def test_an_unknown_wording_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no wording 'fancy'; there are any, plain, varied"):
        next(generate("train", 1, wording="fancy"))


@pytest.mark.parametrize("text", ["eleven eggs", "Twenty-one", "a dozen", "twice as many", "half of them"])
def test_numbers_in_words_are_recognised(text: str) -> None:
    assert speaks_numbers(text)


@pytest.mark.parametrize("text", ["11 eggs", "someone often weighed the tents", "at noon", ""])
def test_words_that_hold_the_letters_of_a_number_are_none(text: str) -> None:
    assert not speaks_numbers(text)


# --- drawing problems


@pytest.mark.parametrize("split", SPLITS)
def test_the_same_arguments_give_the_same_problems(split: str) -> None:
    assert list(generate(split, 50, 7)) == list(generate(split, 50, 7))


def test_problems_do_not_depend_on_the_module_imported_first_or_on_the_process() -> None:
    code = (
        "import experts.problems.rate_equation_work, experts.problems.arithmetic_groups\n"
        "from experts.problems import generate\n"
        "print(repr(list(generate('train', 30))))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(list(generate("train", 30)))


def test_a_longer_draw_begins_with_the_shorter_one() -> None:
    assert list(generate("train", 60))[:20] == list(generate("train", 20))


def test_neighbouring_seeds_share_almost_no_question(by_split: dict[str, list[Problem]]) -> None:
    questions = [{p.question for p in by_split["train"][i : i + PER_SEED]} for i in (0, PER_SEED)]
    assert len(questions[0] & questions[1]) <= 2


def test_questions_and_ids_do_not_repeat_within_a_call(by_split: dict[str, list[Problem]]) -> None:
    for problems in by_split.values():
        assert len({problem.question for problem in problems[:PER_SEED]}) == PER_SEED
        assert len({problem.id for problem in problems}) == len(problems)


def test_every_expert_has_about_the_same_share(by_split: dict[str, list[Problem]]) -> None:
    for problems in by_split.values():
        counts = Counter(problem.expert for problem in problems)
        assert set(counts) == set(MIXTURE)
        assert all(count / len(problems) == pytest.approx(1 / 6, abs=0.05) for count in counts.values())


@pytest.mark.parametrize("expert", EXPERT_NAMES)
@pytest.mark.parametrize("split", ["train", "test_schemas"])
def test_problems_can_be_limited_to_an_expert(split: str, expert: str) -> None:
    problems = list(generate(split, 10, experts=[expert]))
    assert {problem.expert for problem in problems} == {expert}
    assert all((problem.source or "").startswith(f"{expert}/") for problem in problems)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("test", 1), "no split 'test'; there are train, validation, test_numbers, test_schemas"),
        (("train", 1, 0, ["geometry"]), "no expert geometry; there are algebra"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        next(generate(*arguments))  # type: ignore[arg-type]


def test_running_out_of_questions_is_an_error_and_no_endless_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    only = Schema(
        "sole",
        "arithmetic",
        total,
        {"first": choice(3), "second": choice(4)},
        ("{first}, {second}?",),
        None,
        {},
        True,
    )
    monkeypatch.setattr(experts.problems.generator, "load_schemas", lambda: {"arithmetic/sole": only})
    with pytest.raises(ValueError, match="has no new question left"):
        list(generate("test_schemas", 50))


def test_two_numbers_are_never_asked_as_one() -> None:
    added = Schema(
        "added",
        "arithmetic",
        total,
        {"first": choice(100), "second": choice(8)},
        ("A book has {first} and {second} pages. How many are these?",),
        None,
        {},
        False,
    )
    drafts = [added.draft(Random(f"added:{number}")) for number in range(1500)]
    assert any("one hundred and 8" in draft.question for draft in drafts)
    assert any("100 and eight" in draft.question for draft in drafts)
    assert all(len(read_question(draft.question).mentions) >= 2 for draft in drafts)


# --- slots


def shown_values(slot: Slot) -> Iterator[tuple[Fraction, str]]:
    rng = Random("slots")
    for _ in range(400):
        value = slot.draw(rng)
        yield value, slot.show(rng, value)


@pytest.mark.parametrize(
    ("slot", "low", "high"),
    [
        (whole(2, 30), 2, 30),
        (whole(2, 9_999), 2, 9_999),
        (money(2, 5000), 2, 5000),
        (money(1, 90, cents=True), 1, 90),
        (percent(5, 95), 5, 95),
        (percent(1, 30, step=1), 1, 30),
        (decimal(2, 50), 2, 50),
        (decimal(2, 50, places=2), 2, 50),
        (choice(3, 10, 100), 3, 100),
    ],
)
def test_a_slot_stays_in_its_range_and_is_read_back_as_shown(slot: Slot, low: int, high: int) -> None:
    for value, shown in shown_values(slot):
        assert low <= value <= high
        (mention,) = read_question(f"So there are {shown} here.").mentions
        assert mention.value == value


def test_whole_numbers_are_shown_in_digits_with_separators_and_in_words() -> None:
    shown = {text for _, text in shown_values(whole(2, 20))}
    assert {"sixteen", "16"} <= shown
    shown = {text for _, text in shown_values(whole(1000, 1009))}
    assert any("," in text for text in shown)
    assert any(text.isdigit() for text in shown)


def test_words_can_be_turned_off() -> None:
    assert all(text.isdigit() for _, text in shown_values(whole(2, 20, words=False)))


def test_money_has_two_decimals_or_none() -> None:
    shown = [text for _, text in shown_values(money(1, 90, cents=True)) if text.startswith("$")]
    assert all(re.fullmatch(r"\$\d+(\.\d\d)?", text) for text in shown)


# --- spelling and words


@given(st.integers(0, 999_999))
def test_a_spelled_number_is_read_back(number: int) -> None:
    (mention,) = read_question(f"There were {spell(number)} visitors.").mentions
    assert mention.value == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (205, "two hundred and five"),
        (1_000, "one thousand"),
        (2_016, "two thousand and sixteen"),
        (90_340, "ninety thousand three hundred and forty"),
    ],
)
def test_spelling(number: int, words: str) -> None:
    assert spell(number) == words


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_what_cannot_be_spelled_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="0 to 999,999"):
        spell(number)


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("cherry", "cherries"),
        ("toy", "toys"),
        ("box", "boxes"),
        ("watch", "watches"),
        ("glass", "glasses"),
        ("sheep", "sheep"),
        ("scarf", "scarves"),
        ("board game", "board games"),
    ],
)
def test_plural(noun: str, many: str) -> None:
    assert plural(noun) == many


def test_articles() -> None:
    assert [with_article(noun) for noun in ("umbrella", "oven", "tent")] == [
        "an umbrella",
        "an oven",
        "a tent",
    ]


def test_words_of_one_problem_are_all_different_and_stay_the_same() -> None:
    keys = [f"{form}{index}" for form in ("name", "thing", "good", "color", "job") for index in ("", 2, 3)]
    for seed in range(200):
        words = WordDraw(Random(seed))
        first = {key: words[key] for key in keys}
        assert len(set(first.values())) == len(keys)
        assert {key: words[key] for key in keys} == first


def test_forms_of_a_noun_belong_to_the_same_draw() -> None:
    words = WordDraw(Random(0))
    for noun in ("thing", "good", "container", "animal", "tree", "job"):
        assert words[f"{noun}s"] == plural(words[noun])
        assert words[f"a_{noun}"] == with_article(words[noun])
        assert words[f"a_{noun}2"] == with_article(words[f"{noun}2"])


def test_pronouns_go_with_the_name() -> None:
    for seed in range(50):
        words = WordDraw(Random(seed))
        pronouns = tuple(words[key] for key in ("he2", "his2", "him2", "He2", "His2"))
        people = {person.name: person for person in _POOLS["person"]}  # type: ignore[union-attr]
        female = people[words["name2"]].he == "she"  # type: ignore[union-attr]
        expected = ("she", "her", "her", "She", "Her") if female else ("he", "his", "him", "He", "His")
        assert pronouns == expected


def test_no_word_stands_twice_in_its_list() -> None:
    for pool, items in _POOLS.items():
        assert len(set(items)) == len(items), pool


def test_every_pool_of_words_is_used_by_a_schema() -> None:
    templates = [t for d in ALL.values() for t in (*d.questions, *d.variables.values())]
    used = {key.rstrip("23").removeprefix("a_") for template in templates for key in placeholders(template)}
    nouns = {pool for pool in _POOLS if pool != "person"}
    assert all({pool, f"{pool}s"} & used for pool in nouns)


def test_a_word_that_does_not_exist_is_a_key_error() -> None:
    assert not WordDraw.knows("thingies")
    with pytest.raises(KeyError, match="no word 'thingies'"):
        WordDraw(Random(0))["thingies"]


def test_a_variable_is_spelt_as_in_the_question_without_spaces() -> None:
    words = WordDraw(Random(0))
    variable = words.variable("{name}.{good}")
    assert variable == f"{words['name']}.{words['good'].replace(' ', '_')}"
    assert re.fullmatch(r"[A-Z][a-z]+\.[a-z_]+", variable)


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


def test_a_seventh_of_the_longer_questions_have_a_distractor(by_split: dict[str, list[Problem]]) -> None:
    marks = [re.sub(r"\\?\{\w+\\?\}", r".+?", re.escape(t)) for t in _ABOUT_SOMETHING + _ABOUT_NOTHING]
    found = re.compile("|".join(marks))
    problems = by_split["train"]
    share = sum(bool(found.search(problem.question)) for problem in problems) / len(problems)
    assert 0.08 < share < 0.18


def test_experts_of_generated_problems_exist(by_split: dict[str, list[Problem]]) -> None:
    named = re.findall(r"expert: (\w+)", "".join(p.trace or "" for p in by_split["train"]))
    assert set(named) == set(EXPERTS) & set(MIXTURE)
