"""Lines in any style are read without YAML as YAML reads them; numbers stated twice are followed apart."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from helpers.trace_strategies import Parts, sensible_traces, traces
from helpers.trace_styles import canonical
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.probing.probe import probe
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical, read_lines
from trace_trainer.verifiers.traces.reading.fence import UnreadableError
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running import fast
from trace_trainer.verifiers.traces.running.full import check

CUPS = "Tom has 22 cups and Ann has 7. Tom gives 7 to Ann, then Ann gives 7 back. How many cups has Tom?"


def in_another_style(text: str, rng: Random) -> str:
    """A canonical text with some of what `read_lines` knows: order, aliases, indentation, a fence, an end."""
    if rng.random() < 0.5:
        text = re.sub(r"\{op: (\w+), (\w+: \w+), (\w+: \w+)", r"{\2, op: \1, \3", text)
    if rng.random() < 0.5:
        text = text.replace("from: ", "from_entity: ").replace(" to: ", " to_entity: ")
    if rng.random() < 0.5:
        text = text.replace("- {", " " * rng.randint(1, 3) + "- {")
    text = text.removesuffix("\n") + rng.choice(["", "\n", "\n\n", "  \n", " \n \n"])
    return f"```yaml\n{text}\n```" if rng.random() < 0.3 else text


def everything(parsed: list[ParsedSubTrace]) -> list[object]:
    return [
        (p.expert, list(p.steps), p.problems, p.line, [p.line_of(i) for i in range(len(p.steps))])
        for p in parsed
    ]


@given(st.one_of(traces, sensible_traces()), st.integers())
@settings(max_examples=300, deadline=None)
def test_lines_in_any_style_are_read_as_yaml_reads_them(parts: Parts, seed: int) -> None:
    text = in_another_style(canonical(parts), Random(seed))
    lines = read_lines(text)
    if lines is not None:
        assert everything(lines) == everything(read_yaml(text))


@given(
    st.one_of(traces, sensible_traces()), st.integers(0, 400), st.sampled_from("{}[]:,-#'\"&*!|>%@ \n\tax1")
)
@settings(max_examples=300, deadline=None)
def test_a_text_with_a_fault_is_read_as_yaml_reads_it_or_left_to_it(
    parts: Parts, place: int, sign: str
) -> None:
    text = canonical(parts)
    text = text[:place] + sign + text[place:]
    for read in (read_canonical, read_lines):
        lines = read(text)
        if lines is not None:
            assert everything(lines) == everything(read_yaml(text))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("- {", "  - {"),
        lambda text: text.replace("op: init, var: a", "var: a, op: init"),
        lambda text: text.replace("22", "22.0"),
        lambda text: f"```\n{text}```",
        lambda text: text + "\n",
    ],
)
def test_nearly_canonical_text_needs_no_yaml_and_is_told_not_to_be_canonical(
    change: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = change(trace_of(("init, var: a, value: 22", "init, var: b, value: 7", MUL, QUERY)))  # type: ignore[operator]
    monkeypatch.delattr("trace_trainer.verifiers.traces.verify.read_yaml")
    verdict = verify_trace(text, CUPS, 154)
    assert verdict.outcome == "correct"
    assert "non_canonical_text" in [lint.code for lint in verdict.lints]


def test_text_after_a_fence_is_told_with_its_line() -> None:
    with pytest.raises(UnreadableError, match="after the closing fence") as refusal:
        read_lines("```\nexpert: arithmetic\ntrace:\n- {op: query, var: a}\n```\nDone.")
    assert refusal.value.line == 6


MUL = "compute, compute_op: mul, args: [a, b], var: r"
QUERY = "query, var: r"


def trace_of(steps: tuple[str, ...], expert: str = "arithmetic") -> str:
    return f"expert: {expert}\ntrace:\n" + "".join(f"- {{op: {step}}}\n" for step in steps)


def test_a_number_that_the_question_states_several_times_needs_no_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = trace_of(
        (
            "init, var: tom, value: 22",
            "init, var: ann, value: 7",
            "transfer, from: tom, to: ann, amount: 7",
            "transfer, from: ann, to: tom, amount: 7",
            "query, var: tom",
        ),
        "entity_track",
    )
    parsed = read_canonical(text)
    assert parsed is not None
    grounding = ground(CUPS)
    assert not probe(parsed, grounding)
    monkeypatch.delattr(fast, "probe")
    ran = fast.run_fast(parsed, grounding)
    assert ran is not None and not ran.violations and ran.answer == 22


def test_equal_numbers_of_the_question_that_cancel_out_leave_constants() -> None:
    question = "Tom has 7 red and 7 blue cups and 42 plates. How many?"
    steps = (
        "init, var: a, value: 7",
        "init, var: b, value: 7",
        "compute, compute_op: div, args: [a, b], var: s",
        "compute, compute_op: add, args: [s, 2], var: r",
        QUERY,
    )
    parsed = read_canonical(trace_of(steps))
    assert parsed is not None
    grounding = ground(question)
    ran, checked = fast.run_fast(parsed, grounding), check(parsed, grounding)
    assert ran is not None
    assert (
        [v.code for v in ran.violations] == [v.code for v in checked.violations] == ["answer_from_constants"]
    )


def test_json_lines_are_left_to_yaml() -> None:
    text = json.dumps({"expert": "arithmetic", "trace": [{"op": "query", "var": "a"}]})
    assert read_canonical(text) is None and read_lines(text) is None and read_yaml(text)
