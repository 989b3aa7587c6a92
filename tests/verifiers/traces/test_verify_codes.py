"""Every code of the specification: the smallest trace that has it, and its nearest neighbour that has nothing wrong."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from helpers.traces import composition, trace

from trace_trainer.verifiers import Outcome, Stage, verify_trace
from trace_trainer.verifiers.traces.verdict import CODES

TWO = ("init, var: a, value: 16", "init, var: b, value: 3")
SUM = (*TWO, "compute, compute_op: add, args: [a, b], var: c")
GOOD = trace(*SUM, "query, var: c")


class Case(NamedTuple):
    """A trace with one code, and one without a violation that differs from it in as little as possible."""

    code: str
    broken: str
    sound: str = GOOD
    step: int | None = None
    names: str = ""
    """A part of the message: what would work."""
    answer: str | None = None


def computed(computation: str, args: str = "a, b", *, expert: str = "arithmetic") -> str:
    return trace(
        *TWO, f"compute, compute_op: {computation}, args: [{args}], var: c", "query, var: c", expert=expert
    )


def initialised(value: str) -> str:
    return trace(f"init, var: a, value: {value}", *SUM[1:], "query, var: c")


FIRST = trace(*SUM, "query, var: c")
SECOND = trace(
    "init, var: d, source: prev.result", "compute, compute_op: mul, args: [d, 5], var: e", "query, var: e"
)
OTHER = trace("init, var: a, value: 16", "compute, compute_op: mul, args: [a, 5], var: b", "query, var: b")
THIRD = trace(
    "init, var: d, source: sub0.result",
    "init, var: e, source: sub1.result",
    "compute, compute_op: add, args: [d, e], var: f",
    "query, var: f",
)
CHAIN = composition(FIRST, SECOND)


def sourced(source: str, first: str = FIRST) -> str:
    return composition(first, SECOND.replace("prev.result", source))


def entity(*steps: str) -> str:
    return trace("init, var: a, value: 16", *steps, "query, var: a", expert="entity_track")


CASES = [
    # parse
    Case("empty", ""),
    Case("empty", " \n\n"),
    Case("empty", "# nothing but a comment\n"),
    Case("yaml_syntax", GOOD.replace("value: 16}", "value: 16")),
    Case("not_a_trace", "The answer is 19."),
    Case("not_a_trace", "[]"),
    Case("not_a_trace", GOOD.replace("expert: arithmetic\n", "")),
    Case("duplicate_key", GOOD.replace("expert: arithmetic\n", "expert: arithmetic\nexpert: arithmetic\n")),
    Case("duplicate_key", initialised("16, value: 3")),
    Case("alias_or_tag", initialised("&x 16")),
    Case("alias_or_tag", initialised("*x")),
    Case("alias_or_tag", initialised("!!int 16")),
    Case("alias_or_tag", initialised("! 16")),
    Case("too_large", GOOD + "#" * 20_000, GOOD + "#" * 10_000),
    Case("trailing_text", f"```yaml\n{GOOD}```\nThat is all.", f"```yaml\n{GOOD}```\n\n"),
    Case("trailing_text", f"{GOOD}\nThe answer is 19.\n", f"{GOOD}\n# The answer is 19.\n"),
    Case("trailing_text", f"{GOOD}---\n{GOOD}"),
    # schema
    Case("unknown_expert", GOOD.replace("arithmetic", "geometry"), names="percentage"),
    Case(
        "unknown_op", trace(*TWO, "add, args: [a, b], var: c", "query, var: c"), step=2, names="op: compute"
    ),
    Case(
        "unknown_op", trace(*TWO, "computed, args: [a, b], var: c", "query, var: c"), step=2, names="compute?"
    ),
    Case("unknown_op", computed("plus"), computed("add"), step=2, names="add, sub"),
    Case(
        "missing_field",
        trace(*TWO, "compute, compute_op: add, args: [a, b]", "query, var: a"),
        step=2,
        names="var",
    ),
    Case(
        "missing_field",
        trace(*TWO, "compute, args: [a, b], var: c", "query, var: c"),
        step=2,
        names="compute_op",
    ),
    Case("missing_field", trace(*SUM, "query"), step=3, names="var"),
    Case("missing_field", GOOD.replace("op: query, ", ""), step=3, names="query"),
    Case("unknown_field", initialised("16, unit: eggs"), step=0, names="var, value"),
    Case("unknown_field", GOOD + "answer: 19\n", names="expert, trace"),
    Case(
        "unknown_field",
        entity("consume, entity: a, amount: 3, from: b"),
        entity("consume, entity: a, amount: 3"),
    ),
    Case("bad_type", computed("add", "a, [b]"), step=2),
    Case("bad_type", computed("add").replace("[a, b]", "a"), step=2, names="[a, b]"),
    Case("bad_type", GOOD.replace("var: a,", "var: 16,"), step=0, names="letters"),
    Case("bad_type", GOOD.replace("var: a,", "var: [a],"), step=0),
    Case("bad_type", GOOD.replace("var: a,", "var: ,"), step=0),
    Case("bad_type", GOOD + "- 5\n", step=4, names="{op: init"),
    Case("bad_number", initialised("1e3"), step=0),
    Case("bad_number", initialised(".nan"), step=0),
    Case("bad_number", initialised(".inf"), step=0),
    Case("bad_number", initialised("true"), step=0),
    Case("bad_number", initialised("0x10"), step=0),
    Case("bad_number", initialised("016"), step=0),
    Case("bad_number", initialised("1:30"), step=0),
    Case("bad_number", initialised("1_000"), step=0),
    Case("bad_number", initialised("$16"), step=0),
    Case("bad_number", initialised("+16"), step=0),
    Case("bad_number", initialised("16/0"), initialised("16/1"), step=0),
    Case("bad_number", initialised("1.000000000000001"), step=0, names="15 digits"),
    Case("bad_number", computed("add", "a, 3e0"), computed("add", "a, 3"), step=2),
    Case("string_value", initialised("step1"), step=0, names="a number of the question"),
    Case("string_value", initialised("sixteen"), step=0),
    Case("string_value", initialised('"16"'), step=0, names="without quotes"),
    Case("string_value", initialised("yes"), step=0),
    Case("bad_arity", computed("add", "a"), step=2, names="2 or more"),
    Case("bad_arity", computed("sub", "a, b, 5"), computed("sub", "a, b"), step=2, names="2 args"),
    Case("bad_arity", computed("add", ""), step=2),
    Case("init_source_and_value", initialised("16, source: prev.result"), step=0, names="either"),
    Case("init_without_value", GOOD.replace(", value: 16", ""), step=0, names="value"),
    Case("init_without_value", GOOD.replace("value: 16", "value: ~"), step=0, names="value"),
    # boundary
    Case(
        "expert_boundary",
        trace(*TWO, "percent_of, base: a, rate: b, var: c", "query, var: c"),
        trace(*TWO, "percent_of, base: a, rate: b, var: c", "query, var: c", expert="percentage"),
        step=2,
        names="percentage",
    ),
    Case(
        "expert_boundary",
        trace(*TWO, "compare, compute_op: sub, args: [a, b], var: c", "query, var: c"),
        trace(*TWO, "compare, compute_op: sub, args: [a, b], var: c", "query, var: c", expert="comparison"),
        step=2,
        names="comparison",
    ),
    Case(
        "compute_op_not_allowed",
        computed("add", expert="rate_equation"),
        computed("mul", expert="rate_equation"),
        step=2,
        names="div, mul",
    ),
    # wiring
    Case("undefined_variable", computed("add", "a, d"), step=2, names="a, b"),
    Case("undefined_variable", GOOD.replace("query, var: c", "query, var: d"), step=3, names="a, b, c"),
    Case("variable_overwrite", GOOD.replace("var: b, value", "var: a, value"), step=1, names="new name"),
    Case("variable_overwrite", GOOD.replace("var: c}", "var: a}"), GOOD, step=2),
    Case("missing_query", trace(*SUM), step=2, names="query"),
    Case("query_not_last", trace(*TWO[:1], "query, var: a", *SUM[1:], "query, var: c"), step=1, names="last"),
    Case("query_not_last", trace(*SUM, "query, var: c", "init, var: d, value: 5"), step=3),
    Case("query_raw_input", GOOD.replace("query, var: c", "query, var: a"), step=3),
    Case("query_raw_input", trace("init, var: a, value: 16", "query, var: a"), step=1),
    Case("query_raw_input", computed("add", "a, 0"), step=3),
    Case("identity_compute", computed("add", "a, 0"), step=2),
    Case("identity_compute", computed("add", "0, a"), step=2),
    Case("identity_compute", computed("sub", "a, 0"), step=2),
    Case("query_raw_input", computed("mul", "a, 1"), computed("mul", "a, 5"), step=3),
    Case("query_raw_input", computed("div", "a, 1"), computed("div", "a, 5"), step=3),
    Case("query_raw_input", computed("max", "a, b"), computed("sub", "a, b"), step=3),
    Case("identity_compute", computed("div", "a, a"), computed("div", "a, b"), step=2),
    Case("identity_compute", computed("sub", "a, a"), computed("sub", "a, b"), step=2),
    Case("identity_compute", computed("min", "a, a"), computed("sub", "a, b"), step=2),
    Case("identity_compute", computed("max", "a, a, a"), computed("add", "a, b, 5"), step=2),
    Case("identity_compute", computed("average", "a, a"), computed("average", "a, b"), step=2),
    Case("identity_compute", computed("add", "16, 0"), computed("add", "16, 3"), step=2),
    Case(
        "identity_compute",
        trace(*TWO, "percent_off, base: a, rate: 0, var: c", "query, var: c", expert="percentage"),
        trace(*TWO, "percent_off, base: a, rate: 5, var: c", "query, var: c", expert="percentage"),
        step=2,
    ),
    Case(
        "identity_compute",
        entity("consume, entity: a, amount: 0"),
        entity("consume, entity: a, amount: 3"),
        step=1,
    ),
    Case(
        "identity_compute",
        entity("transfer, from: a, to: a, amount: 3"),
        entity("transfer, from: a, to: b, amount: 3"),
        step=1,
    ),
    Case("bad_source", sourced("next.result"), CHAIN, step=0, names="prev.result"),
    Case("bad_source", sourced("sub1.result"), sourced("sub0.result"), step=0, names="sub0.result"),
    Case("bad_source", GOOD.replace("value: 16", "source: prev.result"), step=0, names="value"),
    Case(
        "repeated_subtrace",
        composition(FIRST, FIRST, THIRD),
        composition(FIRST, OTHER, THIRD),
        names="sub-trace 0",
    ),
    Case("unused_subtrace", composition(FIRST, OTHER), CHAIN),
    # grounding
    Case("ungrounded_number", initialised("17"), step=0, names="question"),
    Case("ungrounded_number", computed("mul", "a, 7"), computed("mul", "a, 2"), step=2),
    Case("answer_from_constants", computed("mul", "2, 2"), computed("mul", "a, 2"), step=3),
    # execution
    Case("division_by_zero", computed("div", "a, 0"), computed("div", "a, b"), step=2),
    Case("division_by_zero", computed("mod", "a, 0"), computed("mod", "a, b"), step=2),
    Case("division_by_zero", computed("floor_div", "a, 0"), computed("floor_div", "a, b"), step=2),
    Case(
        "insufficient_quantity",
        entity("init, var: b, value: 3", "transfer, from: b, to: a, amount: 5"),
        entity("init, var: b, value: 5", "transfer, from: b, to: a, amount: 3"),
        step=2,
        names="b",
    ),
    Case(
        "not_initialised",
        entity("add_entity, entity: b, amount: 3"),
        entity("add_entity, entity: a, amount: 3"),
    ),
    Case(
        "not_initialised",
        entity("transfer, from: b, to: a, amount: 3"),
        entity("transfer, from: a, to: b, amount: 3"),
        step=1,
    ),
    Case(
        "magnitude",
        trace(
            "init, var: a, value: 16",
            *(f"compute, compute_op: mul, args: [{x}, {x}], var: {y}" for x, y in ("ab", "bc", "cd", "de")),
            "query, var: e",
        ),
        trace(
            "init, var: a, value: 16",
            *(f"compute, compute_op: mul, args: [{x}, {x}], var: {y}" for x, y in ("ab", "bc", "cd")),
            "query, var: d",
        ),
        step=4,
    ),
    # answer
    Case("wrong_answer", computed("sub"), GOOD, step=3, names="19", answer="19"),
]


QUESTION = (
    "Ann has 16 eggs, eats 3 and sells the rest for $5 each; she finds 0 or 1 more, and no percent rots. "
    "What does she make?"
)
IDS = [f"{case.code}-{index}" for index, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_fault_is_reported_by_its_code_and_place(case: Case) -> None:
    verdict = verify_trace(case.broken, QUESTION, case.answer)
    places = [violation.step for violation in verdict.violations if violation.code == case.code]
    assert places
    assert case.step is None or case.step in places


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_nearest_neighbour_of_a_faulty_trace_has_no_fault(case: Case) -> None:
    verdict = verify_trace(case.sound, QUESTION)
    assert verdict.violations == ()
    assert verdict.outcome is Outcome.VALID


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_message_is_one_line_that_names_what_would_work(case: Case) -> None:
    verdict = verify_trace(case.broken, QUESTION, case.answer)
    messages = [violation.message for violation in verdict.violations]
    assert all(message and message.splitlines() == [message] and len(message) < 240 for message in messages)
    assert any(case.names in v.message for v in verdict.violations if v.code == case.code)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_outcome_comes_from_the_first_stage_that_failed(case: Case) -> None:
    verdict = verify_trace(case.broken, QUESTION, case.answer)
    stages = [CODES[violation.code] for violation in verdict.violations]
    assert stages == sorted(stages)
    by_stage = {Stage.PARSE: Outcome.UNPARSED, Stage.ANSWER: Outcome.WRONG_ANSWER}
    assert verdict.outcome is by_stage.get(stages[0], Outcome.INVALID_TRACE)


def test_every_code_has_a_case() -> None:
    # Nothing can lack a unique solution yet; the others need test_references.py and test_unreadable.py.
    elsewhere = {"no_unique_solution", "wrong_function", "leading_text", "leading_thought", "truncated"}
    assert {case.code for case in CASES} == set(CODES) - elsewhere
