"""The full pass: checks and runs a trace, and says everything that is wrong with it.

Its pass over the steps is in checker.py. A trace in which nothing is found, and whose question's numbers can't be
followed to its answer, is run again on others (`verifiers.traces.probing.probe`).
`verifiers.traces.running.fast` runs a trace without a fault faster, and must agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.neutral import neutral_steps
from trace_trainer.verifiers.traces.probing.probe import probe
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.checker import Checker
from trace_trainer.verifiers.traces.running.composing import repeated_subtraces, unused_subtraces
from trace_trainer.verifiers.traces.running.following import may_be_neutral, needs_probe, uses_much_again
from trace_trainer.verifiers.traces.running.state import Checked
from trace_trainer.verifiers.traces.running.statements import bind, is_hidden


def check(subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> Checked:
    """Check and run a trace.

    Args:
        subtraces: as read.
        grounding: what the question lets the trace write, or None to leave out the grounding stage.
    """
    checker = Checker.checked(bind(subtraces), grounding)
    if len(subtraces) > 1:
        _check_composition(checker)
    if not checker.violations:
        check_answer(checker, grounding)
    last = checker.executions[-1]
    return Checked(
        checker.violations,
        last.answer,
        lambda: {n: v for n, v in last.values.items() if v is not None and not is_hidden(n)},
        [(run.index, name) for run in checker.executions for name in run.unread()],
        checker.used,
        sum(run.steps for run in checker.executions),
    )


def check_answer(checker: Checker, grounding: Grounding | None) -> None:
    """Where nothing else is wrong: whether the answer comes from the question, and is computed."""
    last = checker.executions[-1]
    if grounding is not None and last.queried not in last.rooted:
        message = "no number of the question reaches the answer"
        checker.add("answer_from_constants", message, last.index, len(last.parsed.steps) - 1)
        return
    trails = [run.trail() for run in checker.executions]
    is_plain = trails[-1].answer[1] and not uses_much_again(trails)
    if is_plain and not needs_probe(trails, grounding):
        if grounding is not None and may_be_neutral(trails, checker.subtraces):
            checker.violations += neutral_steps(checker.subtraces, grounding)
        return
    checker.violations += probe(checker.subtraces, grounding)


def _check_composition(checker: Checker) -> None:
    """Whether each sub-trace says something new, and something that a later one uses."""
    for index, earlier in repeated_subtraces(checker.subtraces):
        message = f"the same as sub-trace {earlier}; compute once and use its answer"
        checker.add("repeated_subtrace", message, index)
    for index in unused_subtraces([run.sources_read() for run in checker.executions]):
        checker.add("unused_subtrace", "no later sub-trace reads its answer", index)
