"""verify_trace: text in, verdict out.

The stages of the specification in their order; whatever happens inside, a verdict comes out. A failure of the verifier
itself, or gold that is no number, gives the outcome `error`, which carries no reward, so that a fault of ours or of the
data is never charged to a model.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from experts.composition import COMPOSITION
from experts.trace import Step, SubTrace, Trace, format_number, write_trace
from verifiers.answers import Answer, AnswerError, parse_answer
from verifiers.canonical import read_canonical
from verifiers.check import Checker
from verifiers.hints import hint
from verifiers.identity import copies_an_input
from verifiers.parsed import ParsedSubTrace
from verifiers.question_numbers import QuestionNumbers, read_question
from verifiers.verdict import CODES, Outcome, Stage, Verdict, Violation
from verifiers.yaml_text import UnreadableError, read_yaml

Gold = int | float | Fraction | Decimal | str


def verify_trace(
    text: str,
    question: str | None = None,
    answer: Gold | None = None,
    expert: str | None = None,
    grounding: bool = True,
) -> Verdict:
    """Verify one trace. Never raises, never hangs, whatever the text.

    Args:
        text: what a model wrote: canonical text or any YAML that says the same, also in a code fence.
        question: the word problem; without it the grounding stage is left out.
        answer: the gold answer, a number or text such as "1,080", "$18.50", "3/4", "75%".
        expert: the expert that was expected; "composition" for several sub-traces.
        grounding: whether every literal must be a number of the question or a constant that it speaks of.

    Returns:
        The verdict; its outcome comes from the first stage that failed.
    """
    try:
        gold = None if answer is None else parse_answer(answer)
    except AnswerError as error:
        return Verdict(Outcome.ERROR, (Violation("bad_gold", f"the gold answer is no number: {error}"),))
    try:
        numbers = read_question(question) if grounding and question is not None else None
        return _verify(text, numbers, gold, expert)
    except Exception as error:  # a fault of ours must not end a run or cost the model a reward
        message = f"the verifier failed: {type(error).__name__}: {str(error)[:200]}"
        return Verdict(Outcome.ERROR, (Violation("internal_error", message),))


def _verify(text: str, numbers: QuestionNumbers | None, gold: Answer | None, expected: str | None) -> Verdict:
    subtraces = read_canonical(text)
    lints: list[Violation] = []
    if subtraces is None:
        try:
            subtraces = read_yaml(text)
        except UnreadableError as error:
            return Verdict(Outcome.UNPARSED, (Violation(error.code, error.message, line=error.line),))
        lints.extend(_text_lint(text, subtraces))
    checker = Checker(subtraces, numbers)
    violations = checker.violations
    value = checker.executions[-1].answer if checker.executions else None
    if not violations:
        assert value is not None
        violations.extend(_check_answer(subtraces, checker, value, numbers, gold))
    lints.extend(_lints(checker, numbers))
    named = subtraces[0].expert if len(subtraces) == 1 else COMPOSITION
    if len(violations) > 1:
        violations.sort(key=_order)
    return Verdict(
        _outcome(violations, named, expected, gold),
        tuple(violations),
        tuple(lints),
        value,
        named,
        sum(run.steps for run in checker.executions),
    )


def _check_answer(
    subtraces: list[ParsedSubTrace],
    checker: Checker,
    value: Fraction,
    numbers: QuestionNumbers | None,
    gold: Answer | None,
) -> list[Violation]:
    """What can only be said of a trace that ran: whether its answer was computed, from the question, and is right."""
    last = checker.executions[-1]
    place = (last.index, len(last.parsed.steps) - 1, last.parsed.line_of(len(last.parsed.steps) - 1))
    if value in checker.literals or numbers is None:
        mentions = None if numbers is None else Counter(mention.value for mention in numbers.mentions)
        if copies_an_input(subtraces, value, mentions):
            message = f"whatever the numbers, the answer is the input {format_number(value)}: nothing is computed"
            return [Violation("query_raw_input", message, *place)]
    if numbers is not None and last.queried not in last.rooted:
        return [Violation("answer_from_constants", "no number of the question reaches the answer", *place)]
    if gold is not None and not gold.matches(value):
        message = f"the trace computes {format_number(value)}, not {format_number(gold.value)}"
        advice = hint({name: v for name, v in last.values.items() if v is not None}, gold)
        return [Violation("wrong_answer", f"{message}; {advice}" if advice else message, *place)]
    return []


def _outcome(violations: list[Violation], named: str, expected: str | None, gold: Answer | None) -> Outcome:
    if violations and CODES[violations[0].code] is Stage.PARSE:
        return Outcome.UNPARSED
    if expected is not None and named != expected:
        return Outcome.WRONG_EXPERT
    if not violations:
        return Outcome.VALID if gold is None else Outcome.CORRECT
    return Outcome.WRONG_ANSWER if CODES[violations[0].code] is Stage.ANSWER else Outcome.INVALID_TRACE


def _order(violation: Violation) -> tuple[int, int, int]:
    """By stage, then by place."""
    return CODES[violation.code], violation.subtrace or 0, -1 if violation.step is None else violation.step


def _text_lint(text: str, subtraces: list[ParsedSubTrace]) -> list[Violation]:
    """A well-typed trace in another style than the canonical one."""
    parts = []
    for parsed in subtraces:
        steps = [step for step in parsed.steps if isinstance(step, Step)]
        if len(steps) != len(parsed.steps) or parsed.problems:
            return []
        parts.append(SubTrace(parsed.expert, tuple(steps)))
    if write_trace(Trace(tuple(parts))).rstrip("\n") == text.removesuffix("\n"):
        return []
    return [Violation("non_canonical_text", "the same trace has a canonical text: flow mappings, one step a line")]


def _lints(checker: Checker, numbers: QuestionNumbers | None) -> list[Violation]:
    lints = []
    for run in checker.executions:
        if len(run.read) < len(run.values):
            for name in run.values:
                if name not in run.read:
                    lints.append(Violation("unused_variable", f"{name} is never read", run.index))
    if numbers is not None:
        for mention in numbers.mentions:
            if mention.grounded.isdisjoint(checker.literals):
                lints.append(Violation("unused_question_number", f"{mention.text!r} is never used"))
    return lints
