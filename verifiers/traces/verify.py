"""verify_trace: text in, verdict out.

The stages of the specification in their order; whatever happens inside, a verdict comes out. A failure of the verifier
itself, gold that is no number, or a question that is too long, gives the outcome `error`, which carries no reward, so
that a fault of ours or of the data is never charged to a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.answers import Answer, AnswerError, parse_answer
from trace_trainer.verifiers.questions.grounding import MAX_QUESTION, Grounding, ground
from trace_trainer.verifiers.traces.canonical_text import is_typed, written
from trace_trainer.verifiers.traces.comparing.compare import Undecided, difference
from trace_trainer.verifiers.traces.comparing.reference import BadReferenceError, Reference, reference_of
from trace_trainer.verifiers.traces.faults import first_fault
from trace_trainer.verifiers.traces.hints import hint
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical, read_lines
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError
from trace_trainer.verifiers.traces.running.fast import run_fast
from trace_trainer.verifiers.traces.running.full import check
from trace_trainer.verifiers.traces.running.state import Checked
from trace_trainer.verifiers.traces.verdict import CODES, Outcome, Stage, Verdict
from trace_trainer.verifiers.violation import Violation, internal_error

_MAX_LINTS = 32  # of one verdict; who wants all numbers of a question has them at hand

_NOT_CANONICAL = Violation(
    "non_canonical_text", "the same trace has a canonical text: flow mappings, one step a line"
)

Gold = int | float | Fraction | Decimal | str


def verify_trace(
    text: str,
    question: str | None = None,
    answer: Gold | None = None,
    expert: str | None = None,
    grounding: bool = True,
    reference: str | None = None,
) -> Verdict:
    """Verify one trace. Never raises, never hangs, whatever the text.

    Args:
        text: what a model wrote: canonical text or any YAML that says the same, also in a code fence.
        question: the word problem; without it the grounding stage is left out.
        answer: the gold answer, a number or text such as "1,080", "$18.50", "3/4", "75%".
        expert: the expert that was expected; "composition" for several sub-traces.
        grounding: whether every literal must be a number of the question or a constant that it speaks of.
        reference: a gold trace. The trace must compute the same function of the question's numbers, and may write the
            numbers that it writes; a reference that is no valid trace is an `error`.

    Returns:
        The verdict; its outcome comes from the first stage that failed. A text that is no str is an `error`, as it
        can't be what a model wrote.
    """
    try:
        if not isinstance(text, str):
            return _error("not_text", f"the trace is a {type(text).__name__}, not a text")
        if grounding and question is not None and len(question) > MAX_QUESTION:
            return _error(
                "too_large", f"the question has {len(question):,} characters; {MAX_QUESTION:,} are read"
            )
        gold = None if answer is None else parse_answer(answer)
        if reference is not None:
            known = reference_of(reference, question)
            known.check_gold(gold)
            return _verify(
                text,
                known.grounding if grounding else None,
                gold or Answer(Fraction(known.value)),
                expert,
                known,
            )
        return _verify(text, ground(question) if grounding and question is not None else None, gold, expert)
    except BadReferenceError as error:
        return _error("bad_reference", str(error))
    except AnswerError as error:
        return _error("bad_gold", f"the gold answer is no number: {error}")
    except Exception as error:  # a fault of ours must not end a run or cost the model a reward
        return Verdict(Outcome.ERROR, (internal_error(error),))


def _error(code: str, message: str) -> Verdict:
    return Verdict(Outcome.ERROR, (Violation(code, message),))


def _verify(
    text: str,
    grounding: Grounding | None,
    gold: Answer | None,
    expected: str | None,
    reference: Reference | None = None,
) -> Verdict:
    subtraces = read_canonical(text)
    lints: list[Violation] = []
    if subtraces is None:
        try:
            styled = read_lines(text)
            subtraces = styled or read_yaml(text)
        except UnreadableError as error:
            return Verdict(Outcome.UNPARSED, error.violations)
        if is_typed(subtraces) and (
            styled is not None or written(subtraces).rstrip("\n") != text.removesuffix("\n")
        ):
            lints.append(_NOT_CANONICAL)
    checked = run_fast(subtraces, grounding) or check(subtraces, grounding)
    violations = checked.violations
    if gold is not None and checked.answer is not None and not gold.matches(checked.answer):
        violations = [
            *violations,
            _wrong_answer(subtraces, checked, checked.answer, gold, grounding),
        ]
    elif reference is not None and not violations and checked.answer is not None:
        violations, undecided = _compared(subtraces, checked.answer, reference, gold)
        lints += undecided
    if len(violations) > 1:
        violations = sorted(violations, key=_order)
    if checked.unused or (grounding is not None and checked.used != grounding.everything):
        lints += _lints(checked, grounding)
    named = subtraces[0].expert if len(subtraces) == 1 else COMPOSITION
    outcome = _outcome(violations, named, expected, gold)
    fails = outcome is not Outcome.CORRECT and outcome is not Outcome.VALID
    return Verdict(
        outcome,
        tuple(violations),
        tuple(lints),
        None if checked.answer is None else _fraction(checked.answer),
        named,
        checked.steps,
        first_fault(subtraces, outcome, violations, reference) if fails else None,
    )


@lru_cache(maxsize=1 << 12)
def _whole(value: int) -> Fraction:
    """Few numbers are the answers of very many traces."""
    return Fraction(value)


def _fraction(value: Exact) -> Fraction:
    return _whole(value) if isinstance(value, int) else value


def _wrong_answer(
    subtraces: Sequence[ParsedSubTrace],
    checked: Checked,
    value: Exact,
    gold: Answer,
    grounding: Grounding | None,
) -> Violation:
    parsed, index = subtraces[-1], len(subtraces) - 1
    message = f"the trace computes {format_number(value)}, not {format_number(gold.value)}"
    advice = None if checked.violations else hint(checked, subtraces, gold, grounding)
    step = len(parsed.steps) - 1
    return Violation(
        "wrong_answer", f"{message}; {advice}" if advice else message, index, step, parsed.line_of(step)
    )


def _compared(
    subtraces: Sequence[ParsedSubTrace], value: Exact, reference: Reference, gold: Answer | None
) -> tuple[list[Violation], list[Violation]]:
    """The violation where a trace with the right answer computes another function than its reference; lints."""
    if not reference.is_met_by(value, gold):
        message = f"the trace computes {format_number(value)}, the reference {format_number(reference.value)}"
    else:
        try:
            found = difference(reference, subtraces)
        except Undecided as reason:
            return [], [Violation("function_not_compared", str(reason))]
        if found is None:
            return [], []
        message = f"right by chance: {found}"
    step = len(subtraces[-1].steps) - 1
    return [Violation("wrong_function", message, len(subtraces) - 1, step, subtraces[-1].line_of(step))], []


def _outcome(
    violations: Sequence[Violation], named: str, expected: str | None, gold: Answer | None
) -> Outcome:
    if expected is not None and named != expected:
        return Outcome.WRONG_EXPERT
    if not violations:
        return Outcome.VALID if gold is None else Outcome.CORRECT
    return Outcome.WRONG_ANSWER if CODES[violations[0].code] is Stage.ANSWER else Outcome.INVALID_TRACE


def _order(violation: Violation) -> tuple[int, int, int]:
    """By stage, then by place."""
    return CODES[violation.code], violation.subtrace or 0, -1 if violation.step is None else violation.step


def _lints(checked: Checked, grounding: Grounding | None) -> list[Violation]:
    lints = [Violation("unused_variable", f"{name} is never read", index) for index, name in checked.unused]
    for index, mention in enumerate(() if grounding is None else grounding.mentions):
        if mention.text and not checked.used >> index & 1:
            lints.append(Violation("unused_question_number", f"{mention.text!r} is never used"))
        if len(lints) >= _MAX_LINTS:
            break
    return lints[:_MAX_LINTS]
