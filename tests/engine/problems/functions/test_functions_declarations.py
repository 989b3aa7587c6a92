"""Declarations of tool families: the grammar of requests, what is refused, and that every family reads well."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest

from trace_trainer.engine.problems.functions.generator import load_tools
from trace_trainer.engine.problems.functions.invented import invent_tool
from trace_trainer.engine.problems.functions.kinds import DATE, Moment, Record, join_words
from trace_trainer.engine.problems.functions.request import draw_request, is_imperative, join_requests, polish
from trace_trainer.engine.problems.functions.stems import invent_word, is_held_out
from trace_trainer.engine.problems.functions.template import Template
from trace_trainer.engine.problems.functions.tool import Tool, ToolDeclarationError, build, text, whole
from trace_trainer.engine.problems.functions.variant import Style, draw_style, draw_variant
from trace_trainer.engine.problems.functions.words import POOLS, Source, held_out

PLAIN = Style("snake", opaque=False, described=True, form=0, unseen=False)
FAMILIES = sorted(load_tools().values(), key=lambda tool: tool.key)


def declare(*requests: str, **parameters: Any) -> Tool:
    return build("test/tool", names="do_it", does="Do it.", requests=requests, parameters=parameters)


def test_there_are_many_families_of_many_domains() -> None:
    trained = [tool for tool in FAMILIES if not tool.held_out]
    assert len(trained) >= 60 and len(FAMILIES) - len(trained) >= 12
    assert len({tool.domain for tool in trained}) >= 25


def test_square_brackets_are_said_only_with_their_values() -> None:
    template = Template("Play {song}[ by {artist}].")
    assert template.fill({"song": "X"}) == "Play X."
    assert template.fill({"song": "X", "artist": "Y"}) == "Play X by Y."


def test_angle_brackets_can_be_left_out() -> None:
    template = Template("Wake me up< at {time}>.")
    assert template.omissible == {"time"}
    assert template.fill({}) == "Wake me up."


@pytest.mark.parametrize(
    "request_text", ["Play [ by {artist}", "Play ]{song}", "Play [<{a}>]", "Play [it] {song}"]
)
def test_a_malformed_template_is_refused(request_text: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        Template(request_text)


@pytest.mark.parametrize(
    "request_text, message",
    [
        ("Go.", "must stand once each"),
        ("Go to {city} and {city}.", "must stand once each"),
        ("Go to {city} in {days} days.", "must stand once each"),
        ("Go to {city}[ with {friend}].", "square brackets may hold"),
        ("Go to {city}.", "no request says"),
    ],
)
def test_a_request_that_does_not_fit_its_parameters_is_refused(request_text: str, message: str) -> None:
    with pytest.raises(ToolDeclarationError, match=message):
        declare(request_text, city=text("{city}"), days=whole(1, 9, optional=True))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda tool: tool.key)
def test_every_family_reads_well_with_and_without_what_can_be_left_out(family: Tool) -> None:
    rng = Random(f"reads:{family.key}")
    for _ in range(8):
        variant = draw_variant(family, draw_style(rng, unseen=False), rng)
        for omit in (None, *variant.slots):
            request = draw_request(variant, Source(rng, unseen=False), omit=omit)
            if request is not None:
                assert not re.search(r"  | [.,;?:]|[<>\[\]{}]|\ba [aei]|[.,;?:][.,;?]", request.text), (
                    request.text
                )
                assert request.text[0].isupper() or not request.text[0].isalpha()
                assert request.text[-1] in ".?"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda tool: tool.key)
def test_every_family_has_distinct_parameters_in_every_style(family: Tool) -> None:
    rng = Random(f"styles:{family.key}")
    for _ in range(20):
        variant = draw_variant(family, draw_style(rng, unseen=False), rng)
        schema = variant.schema()["function"]["parameters"]
        fields = sum(len(slot.properties()) for slot in variant.slots)
        assert len(schema["properties"]) == fields
        assert set(schema["required"]) <= set(schema["properties"])


def test_requests_of_a_family_differ() -> None:
    for family in FAMILIES:
        texts = [template.text for template in family.requests]
        assert len(set(texts)) == len(texts) >= 3, family.key


def test_one_form_of_dates_in_one_problem() -> None:
    family = load_tools()["travel/book_hotel"]
    for seed in range(30):
        rng = Random(seed)
        variant = draw_variant(family, draw_style(rng, unseen=False), rng)
        kinds = [slot.kind for slot in variant.slots if isinstance(slot.kind, Moment)]
        assert len({kind.note for kind in kinds}) == 1


def test_a_description_states_the_form_of_a_date() -> None:
    family = load_tools()["calendar/list_events"]
    for form in range(4):
        variant = draw_variant(family, PLAIN._replace(form=form, described=False), Random(form))
        schema = variant.schema()["function"]["parameters"]["properties"]
        assert any(DATE.forms[form].note in inner.get("description", "") for inner in schema.values())


def test_ordered_values_rise() -> None:
    family = load_tools()["travel/book_hotel"]
    for seed in range(40):
        rng = Random(seed)
        variant = draw_variant(family, PLAIN, rng)
        request = draw_request(variant, Source(rng, unseen=False))
        assert request is not None
        arguments = request.calls[0]
        first, second = (
            next(slot.name for slot in variant.slots if slot.parameter.key == key) for key in family.ordered
        )
        assert arguments[first] <= arguments[second]


def test_a_record_may_be_nested_or_flat() -> None:
    family = load_tools()["shipping/pickup"]
    shapes = set()
    for seed in range(30):
        variant = draw_variant(family, PLAIN, Random(seed))
        shapes |= {slot.flat for slot in variant.slots if isinstance(slot.kind, Record)}
    assert shapes == {True, False}


def test_opaque_names_say_nothing_and_descriptions_stay() -> None:
    family = load_tools()["weather/forecast"]
    variant = draw_variant(family, PLAIN._replace(opaque=True), Random(1))
    schema = variant.schema()["function"]
    assert "weather" not in schema["name"] and "weather" in schema["description"].lower()
    assert all(inner["description"] for inner in schema["parameters"]["properties"].values())
    assert "city" not in schema["parameters"]["properties"]


def test_invented_tools_have_no_known_name() -> None:
    known = {name for family in FAMILIES for name in family.names}
    rng = Random(0)
    for _ in range(100):
        invented = invent_tool(rng, unseen=False)
        assert not known & set(invented.names)


def test_invented_tools_take_every_kind_of_request() -> None:
    rng = Random(1)
    for _ in range(200):
        variant = draw_variant(invent_tool(rng, unseen=True), draw_style(rng, unseen=True), rng)
        request = draw_request(variant, Source(rng, unseen=True))
        assert request is not None and json.dumps(request.calls)


def test_invented_words_are_of_the_asked_side() -> None:
    rng = Random(2)
    assert not any(is_held_out(invent_word(rng, unseen=False)) for _ in range(100))
    assert all(is_held_out(invent_word(rng, unseen=True)) for _ in range(100))


def test_a_fifth_of_each_large_pool_is_held_out() -> None:
    for pool, words in POOLS.items():
        assert len(set(words)) == len(words), pool
        assert len(held_out(pool)) == (len(words) // 5 if len(words) >= 20 else 0)


def test_a_pattern_draws_words_capitals_and_digits() -> None:
    source = Source(Random(3), unseen=False)
    assert re.fullmatch(r"[A-Z]{2}-[1-9]\d{2} [a-z ]+ [A-Z][a-z ]+", source.fill("^^-%%% {adjective} {Noun}"))


def test_words_of_a_problem_do_not_repeat() -> None:
    source = Source(Random(4), unseen=True)
    drawn = [source.word("city") for _ in held_out("city")]
    assert sorted(drawn) == sorted(held_out("city"))


def test_commands_are_told_from_questions_and_statements() -> None:
    assert is_imperative("Lock the door.")
    others = ("Is it locked?", "I want to lock it.", "Can you lock it? Use the key.", "My key is lost.")
    assert not any(map(is_imperative, others))


def test_polishing_keeps_every_value() -> None:
    rng = Random(5)
    for _ in range(300):
        assert 'the "Red Door" at 06:30' in polish('Lock the "Red Door" at 06:30.', rng)


def test_joined_requests_keep_i_with_a_capital() -> None:
    joined = join_requests(["Lock the door.", "I need 3 eggs.", "Play it."], Random(0))
    assert " I need 3 eggs." in joined and " play it." in joined


def test_words_are_joined_as_in_english() -> None:
    assert [join_words(list(words)) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
