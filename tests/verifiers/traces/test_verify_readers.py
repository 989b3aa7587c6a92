"""The two readers and the two runners agree, and the style of a text never changes its verdict."""

from __future__ import annotations

from random import Random
from types import ModuleType
from typing import Any

import pytest
from helpers.trace_strategies import NUMBERS, Parts, sensible_traces, traces
from helpers.trace_styles import canonical, styled
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.experts.language.expression import Expression
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import SubTrace, Trace, write_trace
from trace_trainer.experts.problems import SPLITS, generate
from trace_trainer.verifiers import Outcome, Verdict, Violation, verify_trace
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.probing.probe import probe
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running import fast as fast_pass
from trace_trainer.verifiers.traces.running import full as full_pass
from trace_trainer.verifiers.traces.running.fast import run_fast
from trace_trainer.verifiers.traces.running.full import check
from trace_trainer.verifiers.traces.running.state import Checked
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep

QUESTION = "Ann has 16 eggs, 3 hens, 18.5 kg, 3/4 of a cake and a third of 20%, and 0 to -5 of 999999999999999 others."
all_traces = st.one_of(traces, sensible_traces(), sensible_traces())


def places(parsed: list[ParsedSubTrace]) -> list[list[int]]:
    return [[p.line, *(p.line_of(step) for step in range(len(p.steps)))] for p in parsed]


def without_places(verdict: Verdict) -> Verdict:
    """A verdict without lines and without what another style alone is reproached with."""
    lints = tuple(lint._replace(line=None) for lint in verdict.lints if lint.code != "non_canonical_text")
    fault = verdict.first_fault and verdict.first_fault._replace(line=0)
    violations = tuple(v._replace(line=None) for v in verdict.violations)
    return verdict._replace(violations=violations, lints=lints, first_fault=fault)


def contents(checked: Checked) -> tuple[object, ...]:
    lists = {"violations": list(checked.violations), "unused": list(checked.unused)}
    return (*checked._replace(values=checked.values(), **lists),)  # type: ignore[arg-type]


@given(all_traces)
@settings(max_examples=300, deadline=None)
def test_both_readers_read_the_same_trace(parts: Parts) -> None:
    text = canonical(parts)
    fast, careful = read_canonical(text), read_yaml(text)
    if fast is not None:
        assert [(p.expert, list(p.steps), p.problems) for p in fast] == [
            (p.expert, list(p.steps), p.problems) for p in careful
        ]
        assert places(fast) == places(careful)


@given(all_traces)
@settings(max_examples=300, deadline=None)
def test_what_write_trace_writes_is_read_by_the_fast_reader_and_read_back_unchanged(parts: Parts) -> None:
    parsed = read_yaml(canonical(parts))
    if any(isinstance(step, BrokenStep) for p in parsed for step in p.steps) or not all(
        p.steps for p in parsed
    ):
        return
    trace = Trace(
        tuple(SubTrace(p.expert, tuple(s for s in p.steps if isinstance(s, TypedStep))) for p in parsed)
    )
    again = read_canonical(write_trace(trace))
    assert again is not None
    assert [(p.expert, tuple(p.steps)) for p in again] == [(s.expert, s.steps) for s in trace.subtraces]


@given(
    all_traces,
    st.randoms(use_true_random=False),
    st.sampled_from([None, QUESTION]),
    st.sampled_from([None, "16"]),
)
@settings(max_examples=400, deadline=None)
def test_the_style_of_a_text_changes_no_verdict(
    parts: Parts, rng: Random, question: str | None, gold: str | None
) -> None:
    plain = verify_trace(canonical(parts), question, gold, "arithmetic")
    other = verify_trace(styled(parts, rng), question, gold, "arithmetic")
    assert plain.outcome is not Outcome.ERROR
    assert without_places(plain) == without_places(other)


@given(st.lists(st.sampled_from(NUMBERS[:-1]), min_size=1, max_size=3))
def test_a_number_written_in_another_way_changes_no_verdict(numbers: list[str]) -> None:
    steps = [{"op": "init", "var": f"v{i}", "value": number} for i, number in enumerate(numbers)]
    respelt = [
        step | {"value": f"{step['value']}.0" if step["value"].isdigit() else step["value"]} for step in steps
    ]
    plain, other = (verify_trace(canonical([("arithmetic", s)])) for s in (steps, respelt))
    assert without_places(plain) == without_places(other)


@given(all_traces, st.sampled_from([None, QUESTION]))
@settings(max_examples=500, deadline=None)
def test_the_fast_pass_agrees_with_the_full_one(parts: Parts, question: str | None) -> None:
    parsed = read_yaml(canonical(parts))
    grounding = None if question is None else ground(question)
    fast, full = run_fast(parsed, grounding), check(parsed, grounding)
    if fast is not None:
        assert contents(fast) == contents(full)


@pytest.mark.parametrize("split", SPLITS)
def test_gold_traces_take_the_fast_pass_and_the_full_one_agrees(split: str) -> None:
    for problem in generate(split, 150, seed=5):
        parsed = read_canonical(problem.trace or "")
        assert parsed is not None
        grounding = ground(problem.question)
        fast, full = run_fast(parsed, grounding), check(parsed, grounding)
        assert fast is not None
        assert not full.violations
        assert contents(fast) == contents(full)


@pytest.mark.parametrize("split", SPLITS)
def test_the_fast_pass_probes_few_traces_and_the_full_pass_not_many_more(
    split: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed: dict[ModuleType, int] = {fast_pass: 0, full_pass: 0}
    for module in probed:

        def counted(*arguments: Any, module: ModuleType = module) -> list[Violation]:
            probed[module] += 1
            return probe(*arguments)

        monkeypatch.setattr(module, "probe", counted)
    problems = list(generate(split, 300, seed=8))
    for problem in problems:
        parsed = read_canonical(problem.trace or "")
        assert parsed is not None
        run_fast(parsed, ground(problem.question))
        check(parsed, ground(problem.question))
    assert probed[fast_pass] <= probed[full_pass] < len(problems) / 10


@pytest.mark.parametrize("split", SPLITS)
def test_gold_is_correct_in_every_style(split: str) -> None:
    rng = Random(split)
    for problem in generate(split, 60, seed=6):
        parsed = read_canonical(problem.trace or "")
        assert parsed is not None
        parts = [
            (p.expert, [_fields(step) for step in p.steps if isinstance(step, TypedStep)]) for p in parsed
        ]
        verdict = verify_trace(styled(parts, rng), problem.question, problem.answer, problem.expert)
        assert verdict.outcome == "correct", problem.trace


def _fields(step: TypedStep) -> dict[str, object]:
    """A step as a dict of texts, as `canonical` and `styled` take it."""

    def text(value: object) -> object:
        if isinstance(value, tuple):
            return [text(v) for v in value]
        if isinstance(value, Expression):
            return value.text
        return value if isinstance(value, str) else format_number(value)  # type: ignore[arg-type]

    return {"op": step.operation.name, **{name: text(value) for name, value in step.fields.items()}}
