"""Declaring a schema, and building its trace from its formula."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest

from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.experts.problems.builder import build_trace
from trace_trainer.experts.problems.schema import SCHEMAS, schema, whole

# --- declaring a schema


@pytest.fixture
def registry() -> Iterator[None]:
    """Lets a test declare schemas without leaving them behind."""
    with SCHEMAS.trial():
        yield


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
    with pytest.raises(
        DeclarationError, match=r"schema arithmetic/total is declared twice: at .*:\d+ and at .*:\d+"
    ):
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
