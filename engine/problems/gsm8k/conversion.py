"""One problem converted: a question with its worked solution becomes a verified trace, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.engine.problems.converting.choosing import choose_expert
from trace_trainer.engine.problems.converting.context import Context
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.expressions import Operation
from trace_trainer.engine.problems.converting.formula import Computed, givens, value_of
from trace_trainer.engine.problems.converting.naming import name_numbers
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.rewriting import rewrite
from trace_trainer.engine.problems.converting.simplifying import known_fractions, simplify
from trace_trainer.engine.problems.converting.writing import Writer, needs_name
from trace_trainer.engine.problems.gsm8k.assignment import Assignment, Search, UnexplainedError
from trace_trainer.engine.problems.gsm8k.operands import Operands
from trace_trainer.engine.problems.gsm8k.rows import SolvedProblem
from trace_trainer.engine.problems.gsm8k.solution import Equation, Solution, read_solution
from trace_trainer.engine.problems.gsm8k.unknowns import unknown_trace
from trace_trainer.engine.problems.gsm8k.weights import WEIGHTS, Weights
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.answers import Answer, AnswerError, parse_answer
from trace_trainer.verifiers.questions.implied import implied_numbers
from trace_trainer.verifiers.questions.number_words import Number
from trace_trainer.verifiers.questions.numbers import read_question

_FINALS = 3  # how many equations that state the answer are tried, the last one first


def convert_solved(problem: SolvedProblem) -> Conversion:
    """Convert a problem as it was read. Raises RefusedError."""
    return convert(problem.question, problem.solution)


def second_opinion(conversion: Conversion, problem: SolvedProblem) -> str:
    """What the solution's own equations say of a certain trace."""
    # Imported here because sympy takes a second to load and only --check needs it.
    from trace_trainer.engine.problems.gsm8k.wiring import second_opinion as opinion

    return opinion(conversion, problem.solution)


def convert(question: str, solution: str, weights: Weights = WEIGHTS) -> Conversion:
    """Convert a problem, its readings scored by `weights`. Raises RefusedError."""
    read = read_solution(solution)
    try:
        gold = parse_answer(read.answer)
    except AnswerError as error:
        raise RefusedError(Refusal.NO_ANSWER, str(error)) from None
    numbers = read_question(question)
    fractions = known_fractions(numbers.mentions)
    equations = [replace(e, expression=simplify(e.expression, fractions)) for e in read.equations]
    # What names an unknown says its equation; to read ones into it would be another solution.
    implied = frozenset[Number]() if read.unknown else implied_numbers(question)
    operands = Operands(numbers, implied, Context(question, numbers.mentions), equations, weights)
    search = Search(equations, operands)
    try:
        assignment = _assign(search, equations, gold, read)
    except RefusedError:
        trace = unknown_trace(question, solution, read.answer) if read.unknown else None
        if trace is None:
            raise
        return Conversion(question, format_number(gold.value), "algebra", trace)
    formula = rewrite(assignment.formula, numbers.mentions)
    if not isinstance(formula, Computed):
        raise RefusedError(Refusal.COPY, "nothing is computed")
    expert = choose_expert(formula, question)
    named = [given for given in givens(formula) if needs_name(given, numbers.mentions)]
    names = name_numbers(question, numbers.mentions, named)
    trace = write_trace(Writer(numbers.mentions, names).write(formula, expert))
    verdict = verify_trace(trace, question, read.answer, expert)
    if verdict.outcome != "correct":
        found = verdict.violations[0]
        raise RefusedError(Refusal.REJECTED, f"{found.code}: {found.message}")
    return Conversion(
        question,
        format_number(gold.value),
        expert,
        trace,
        formula,
        names,
        assignment.unambiguous,
        assignment.derived,
        assignment.pruned,
    )


def _assign(search: Search, equations: Sequence[Equation], gold: Answer, read: Solution) -> Assignment:
    """The assignment of the last equation that states the answer and can be explained from the question."""
    computing = [i for i, e in enumerate(equations) if isinstance(e.expression, Operation)]
    finals = [i for i in computing if gold.value in (equations[i].value, equations[i].exact)]
    failure = RefusedError(Refusal.UNKNOWN, "the solution solves an equation") if read.unknown else None
    if not finals:
        if failure is None and not computing:
            failure = RefusedError(Refusal.NO_EQUATION, "the solution states no computation")
        raise failure or RefusedError(Refusal.NOT_COMPUTED, f"no equation gives {format_number(gold.value)}")
    for final in finals[: -_FINALS - 1 : -1]:
        try:
            assignment = search.assign(final)
            value = value_of(assignment.formula)
        except UnexplainedError as error:
            failure = failure or RefusedError(Refusal.UNEXPLAINED, str(error))
        except ZeroDivisionError:
            failure = failure or RefusedError(Refusal.INEXACT, "a division by zero")
        else:
            if gold.matches(value):
                return assignment
            found = f"the exact result is {format_number(value)}, not {format_number(gold.value)}"
            failure = failure or RefusedError(Refusal.INEXACT, found)
    assert failure is not None
    raise failure
