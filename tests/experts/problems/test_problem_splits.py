"""Drawing problems: splits that cannot overlap, wordings, and the shares of what is drawn."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

import trace_trainer.experts.problems
from trace_trainer.engine.places import PROJECT
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import MIXTURE, SPLITS, WORDINGS, Problem, generate
from trace_trainer.experts.problems.buckets import normalise
from trace_trainer.experts.problems.distractors import _ABOUT_NOTHING, _ABOUT_SOMETHING
from trace_trainer.experts.problems.generator import load_schemas, split_of
from trace_trainer.experts.problems.schema import Schema, choice
from trace_trainer.experts.problems.spelling import speaks_numbers
from trace_trainer.verifiers.questions.numbers import read_question

ALL = load_schemas()
PER_SEED = 250
"""Problems drawn for each split and seed."""


@pytest.fixture(scope="module")
def by_split() -> dict[str, list[Problem]]:
    """Problems of several seeds for each split."""
    return {split: [p for seed in (0, 1, 42) for p in generate(split, PER_SEED, seed)] for split in SPLITS}


def total(t):  # type: ignore[no-untyped-def]
    return t.add(t.first, t.second)


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
        "import trace_trainer.experts.problems.schemas.rate_equation_work\n"
        "import trace_trainer.experts.problems.schemas.arithmetic_groups\n"
        "from trace_trainer.experts.problems import generate\n"
        "print(repr(list(generate('train', 30))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
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


@pytest.mark.parametrize(
    ("split", "expert"),
    sorted({("test_schemas" if schema.held_out else "train", schema.expert) for schema in ALL.values()}),
)
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
    monkeypatch.setattr(
        trace_trainer.experts.problems.generator, "load_schemas", lambda: {"arithmetic/sole": only}
    )
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


def test_a_seventh_of_the_longer_questions_have_a_distractor(by_split: dict[str, list[Problem]]) -> None:
    marks = [re.sub(r"\\?\{\w+\\?\}", r".+?", re.escape(t)) for t in _ABOUT_SOMETHING + _ABOUT_NOTHING]
    found = re.compile("|".join(marks))
    problems = by_split["train"]
    share = sum(bool(found.search(problem.question)) for problem in problems) / len(problems)
    assert 0.08 < share < 0.18


def test_experts_of_generated_problems_exist(by_split: dict[str, list[Problem]]) -> None:
    named = re.findall(r"expert: (\w+)", "".join(p.trace or "" for p in by_split["train"]))
    assert set(named) == set(EXPERTS) & set(MIXTURE)
