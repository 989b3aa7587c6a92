"""The answer that a trace computes on other numbers, without what each of its steps gives."""

from __future__ import annotations

from random import Random

import pytest
from helpers.trace_strategies import sensible_traces
from helpers.trace_styles import canonical
from hypothesis import given, settings

from trace_trainer.experts.problems import SPLITS, generate
from trace_trainer.verifiers.traces.probing.redraw import literals_of
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.running.full import check
from trace_trainer.verifiers.traces.running.statements import bind
from trace_trainer.verifiers.traces.steps.executing import Runnable


def check_answers(text: str, rng: Random) -> bool:
    """Whether the trace runs; if so, its answer alone is that of its whole run, on its own numbers and on others."""
    read = read_canonical(text)
    if read is None or check(read, None).violations:
        return False
    subtraces = bind(read)
    runnable = Runnable([parsed.typed_steps for parsed in subtraces])
    own = dict(literals_of(subtraces))
    for literals in (own, *({place: rng.randint(-3, 99) for place in own} for _ in range(5))):
        try:
            expected = runnable.run(literals)[-1][-1][0]
        except ArithmeticError as error:
            with pytest.raises(type(error)):
                runnable.answer(literals)
        else:
            assert runnable.answer(literals) == expected
    return True


@pytest.mark.parametrize("split", SPLITS)
def test_gold_traces_give_the_answer_of_their_whole_run(split: str) -> None:
    assert all(check_answers(problem.trace or "", Random(1)) for problem in generate(split, 120, seed=3))


@given(sensible_traces())
@settings(max_examples=150, deadline=None)
def test_any_trace_gives_the_answer_of_its_whole_run(parts: object) -> None:
    check_answers(canonical(parts), Random(2))  # type: ignore[arg-type]
