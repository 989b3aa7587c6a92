"""Whatever the text, verify_trace gives a verdict: it never raises, never hangs, and never blames the verifier."""

from __future__ import annotations

import sys
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import process_time

import pytest
from helpers.traces import EGGS, QUESTION, composition, trace
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import Outcome, verify_trace
from trace_trainer.verifiers.traces.verdict import CODES, LINTS

GOLD = list(generate("train", 80, seed=9))
YAML_PIECES = (
    "expert", "trace", "op", "var", "value", "args", "init", "compute", "query", "arithmetic", ": ", "- ", "{", "}",
    "[", "]", ", ", "\n", "  ", "\t", "? ", "&a ", "*a", "!!int ", "|", ">", "'", '"', "#", "---\n", "...\n",
    "%YAML 1.1\n", "<<: ", "```", "~", "null", "true", "1e3", ".nan", "-", "16", "3/4", "\r\n", "\ufeff", "\x00",
    "\ud800", "\u2028", "١٢", "１６", "é",
)  # fmt: skip


def check(text: str, question: str | None = QUESTION, answer: object = "65") -> None:
    """The verdict on a text is no error, and says all it says in known codes, on one line each."""
    verdict = verify_trace(text, question, answer, "arithmetic")  # type: ignore[arg-type]
    assert verdict.outcome is not Outcome.ERROR, verdict.violations
    for violation in verdict.violations:
        assert violation.code in CODES
        assert violation.message.splitlines() == [violation.message]
    assert all(lint.code in LINTS for lint in verdict.lints)
    if verdict.outcome is Outcome.UNPARSED:
        assert verdict.expert is None
        assert verdict.steps == 0


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=400, deadline=None)
def test_any_text_gets_a_verdict(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(YAML_PIECES), max_size=60).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_mixture_of_yaml_gets_a_verdict(text: str) -> None:
    check(text)
    check(EGGS + text)


def _delete(lines: list[str], rng: Random) -> None:
    del lines[rng.randrange(len(lines))]


def _duplicate(lines: list[str], rng: Random) -> None:
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))


def _swap(lines: list[str], rng: Random) -> None:
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


def _cut(lines: list[str], rng: Random) -> None:
    i = rng.randrange(len(lines))
    lines[i] = lines[i][: rng.randrange(len(lines[i]) + 1)]


def _insert(lines: list[str], rng: Random) -> None:
    i = rng.randrange(len(lines))
    at = rng.randrange(len(lines[i]) + 1)
    lines[i] = lines[i][:at] + rng.choice(YAML_PIECES) + lines[i][at:]


def _replace_word(lines: list[str], rng: Random) -> None:
    words = " ".join(lines).replace(",", " ").split()
    i = rng.randrange(len(lines))
    lines[i] = lines[i].replace(rng.choice(words), rng.choice(words), 1)


MUTATIONS: list[Callable[[list[str], Random], None]] = [
    _delete,
    _duplicate,
    _swap,
    _cut,
    _insert,
    _replace_word,
]


@given(st.integers(0, len(GOLD) - 1), st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=1500, deadline=None)
def test_a_mutated_gold_trace_gets_a_verdict(index: int, rng: Random, count: int) -> None:
    problem = GOLD[index]
    lines = (problem.trace or "").split("\n")
    for _ in range(count):
        if lines:
            rng.choice(MUTATIONS)(lines, rng)
    check("\n".join(lines), problem.question, problem.answer)


MANY_ARGS = f"compute, compute_op: mul, args: [{'a, ' * 6_000}a], var: r"
ODD_TEXTS = {
    "a_million_characters": "a" * 10**6,
    "a_million_spaces": " " * 10**6,
    "a_million_brackets": "[" * 10**6,
    "deep_lists": "[" * 19_000,
    "deep_mappings": "{a: " * 4_000,
    "deep_blocks": "- " * 9_000,
    "complex_keys": "? " * 9_000,
    "a_complex_key": EGGS + "? [a, b]\n: c\n",
    "a_mapping_as_a_key": EGGS + "? {a: b}\n: c\n",
    "merge_key": EGGS.replace("{op: query", "{<<: {a: b}, op: query"),
    "many_anchors": "&a " * 6_000,
    "a_billion_laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "many_documents": "---\n" * 4_000,
    "many_quotes": '"' * 19_999,
    "many_items": "- a\n" * 4_000,
    "many_keys": "expert: arithmetic\ntrace:\n- {" + ", ".join(f"k{i}: 1" for i in range(1_500)) + "}\n",
    "expert_null": EGGS.replace("arithmetic", "null"),
    "expert_tilde": EGGS.replace("arithmetic", "~"),
    "expert_empty": EGGS.replace("arithmetic", ""),
    "expert_a_list": EGGS.replace("arithmetic", "[arithmetic]"),
    "numbers_as_keys": EGGS.replace("op: query", "1: query"),
    "a_trace_of_nothing": "expert: arithmetic\ntrace: []\n",
    "a_trace_of_nulls": "expert: arithmetic\ntrace: [~, ~, ]\n",
    "tabs": EGGS.replace("- {", "-\t{"),
    "a_lone_surrogate": EGGS.replace("eggs", "\ud800"),
    "a_nul_byte": EGGS.replace("eggs", "\x00"),
    "a_long_scalar": trace(f"init, var: {'a' * 15_000}, value: 16", "query, var: a"),
    "a_long_number": trace(f"init, var: a, value: {'9' * 15_000}", "query, var: a"),
    "a_long_fraction": trace(f"init, var: a, value: 1/{'9' * 15_000}", "query, var: a"),
    "many_args": trace(
        "init, var: a, value: 16",
        f"compute, compute_op: mul, args: [{'a, ' * 6_000}a], var: r",
        "query, var: r",
    ),
    "many_fractions": trace(
        f"compute, compute_op: add, args: [{', '.join(f'1/{n}' for n in range(1_000_003, 1_003_403, 2))}], var: r",
        "query, var: r",
    ),
    "squares_of_squares": trace(
        "init, var: s0, value: 3",
        *(f"compute, compute_op: mul, args: [s{i}, s{i}], var: s{i + 1}" for i in range(60)),
        "query, var: s60",
    ),
    "a_long_copy": trace(
        "init, var: s0, value: 16",
        "init, var: y, value: 3",
        *(f"compute, compute_op: {('add', 'sub')[i % 2]}, args: [s{i}, y], var: s{i + 1}" for i in range(60)),
        "query, var: s60",
    ),
    "a_long_product_of_what_is_1_on_these_numbers_only": trace(
        *(f"init, var: v{n}, value: {n}" for n in (3, 4, 5, 6)),
        "init, var: q, value: 1/2",
        "compute, compute_op: sub, args: [v4, v3], var: s",
        "compute, compute_op: mul, args: [q, 2, s], var: w",
        "compute, compute_op: mul, args: [" + "w, " * 6_000 + "v5], var: r",
        "query, var: r",
    ),
    "a_dense_system": trace(
        *(f"unknown, var: x{i}" for i in range(14)),
        *(
            f"equation, lhs: {' + '.join(f'{(3 * i * j + j) % 7 + 1} * x{j}' for j in range(14))}, rhs: {i + 20}"
            for i in range(14)
        ),
        *(f"solve, var: x{i}" for i in range(14)),
        "query, var: x13",
        expert="algebra",
    ),
    "many_values_to_hint_at": trace(
        *(f"init, var: v{i}, value: {i}" for i in range(62)),
        "compute, compute_op: add, args: [v1, v2], var: r",
        "query, var: r",
    ),
}


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_text_gets_a_verdict_in_no_time(name: str) -> None:
    start = process_time()
    check(ODD_TEXTS[name])
    check(ODD_TEXTS[name], question=None)
    assert process_time() - start < 5


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_text_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    check(ODD_TEXTS[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6


@pytest.mark.parametrize("break_", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_line_ends(break_: str) -> None:
    assert verify_trace(EGGS.replace("\n", break_), QUESTION, 65).outcome is Outcome.CORRECT
    fenced = f"```yaml\n{EGGS}```\n".replace("\n", break_)
    assert verify_trace(fenced, QUESTION, 65).outcome is (
        Outcome.CORRECT if break_ == "\r\n" else Outcome.UNPARSED
    )


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert verify_trace("\ufeff" + EGGS, QUESTION, 65).outcome is Outcome.CORRECT


@pytest.mark.parametrize("digits", ["١٦", "１６", "16e0", "1６"])
def test_digits_of_other_scripts_are_no_numbers(digits: str) -> None:
    verdict = verify_trace(EGGS.replace("value: 16", f"value: {digits}"), QUESTION, 65)
    assert verdict.violations[0].code in ("bad_number", "string_value")


def test_letters_of_other_scripts_are_no_names() -> None:
    verdict = verify_trace(EGGS.replace("eggs", "ｅｇｇｓ"), QUESTION, 65)
    assert verdict.violations[0].code == "bad_type"


def test_a_trace_may_have_64_steps_and_not_65() -> None:
    def chain(steps: int) -> str:
        adds = (f"compute, compute_op: add, args: [s{i}, 3], var: s{i + 1}" for i in range(steps - 2))
        return trace("init, var: s0, value: 16", *adds, f"query, var: s{steps - 2}")

    assert verify_trace(chain(64)).outcome is Outcome.VALID
    assert [v.code for v in verify_trace(chain(65)).violations] == ["too_large"]


def test_a_composition_may_have_16_sub_traces_and_not_17() -> None:
    first = trace(
        "init, var: a, value: 16", "compute, compute_op: add, args: [a, 3], var: r", "query, var: r"
    )
    rest = [
        trace(
            "init, var: p, source: prev.result",
            f"compute, compute_op: add, args: [p, 3], var: r{i}",
            f"query, var: r{i}",
        )
        for i in range(16)
    ]
    assert verify_trace(composition(first, *rest[:15])).outcome is Outcome.VALID
    assert [v.code for v in verify_trace(composition(first, *rest)).violations] == ["too_large"]


def test_a_text_may_have_20000_characters_and_not_20001() -> None:
    assert verify_trace(EGGS + "#" * (20_000 - len(EGGS)), QUESTION).outcome is Outcome.VALID
    assert verify_trace(EGGS + "#" * (20_001 - len(EGGS)), QUESTION).outcome is Outcome.UNPARSED


def test_threads_do_not_disturb_each_other() -> None:
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    barrier = threading.Barrier(4)

    def verify_all(_: int) -> list[Outcome]:
        barrier.wait()
        return [verify_trace(p.trace or "", p.question, p.answer, p.expert).outcome for p in GOLD]

    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(set(outcomes) == {Outcome.CORRECT} for outcomes in pool.map(verify_all, range(4)))
    finally:
        sys.setswitchinterval(switching)
