"""One problem converted: a question with its formula becomes a verified trace, or is refused with a reason."""

from __future__ import annotations

import re
from fractions import Fraction

from trace_trainer.engine.problems.converting.choosing import choose_expert
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.formula import Computed, givens, value_of
from trace_trainer.engine.problems.converting.naming import name_numbers
from trace_trainer.engine.problems.converting.phrases import UNIT_NOUNS, is_plural
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.rewriting import rewrite
from trace_trainer.engine.problems.converting.simplifying import known_fractions, simplify
from trace_trainer.engine.problems.converting.writing import Writer, needs_name
from trace_trainer.engine.problems.equations.assigning import Assigner, UnstatedError
from trace_trainer.engine.problems.equations.infix import Computation, with_averages
from trace_trainer.engine.problems.equations.rows import FormulaProblem
from trace_trainer.engine.problems.equations.systems import System, solved
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.answers import Answer
from trace_trainer.verifiers.questions.number_words import fold
from trace_trainer.verifiers.questions.numbers import read_question

_AVERAGE = re.compile(r"\b(?:averages?|mean)\b", re.IGNORECASE)
_ASKED = re.compile(r"how many ((?:[a-z'-]+ ){0,4}?[a-z'-]+)\b")


def convert_formula(problem: FormulaProblem) -> Conversion:
    """Convert a problem as it was read. Raises RefusedError."""
    formula, gold = problem.formula, problem.gold
    assert formula is not None and gold is not None  # else it is refused
    if isinstance(formula, System):
        answer = format_number(gold.value)
        trace = solved(formula, problem.question, answer)
        return Conversion(problem.question, answer, "algebra", trace, unambiguous=True)
    return _convert(problem.question, formula, gold)


def _convert(question: str, computation: Computation, gold: Answer) -> Conversion:
    """Convert a problem whose answer is computed from what it states."""
    numbers = read_question(question)
    mentions = numbers.mentions
    expression = simplify(computation.expression, known_fractions(mentions))
    if _AVERAGE.search(question):
        expression = with_averages(expression)
    try:
        assigned = Assigner(question, numbers).assign(expression)
        formula = rewrite(assigned.formula, mentions)
        value = value_of(formula)
    except UnstatedError as error:
        raise RefusedError(Refusal.UNEXPLAINED, str(error)) from None
    except ZeroDivisionError:
        raise RefusedError(Refusal.INEXACT, "a division by zero") from None
    if not isinstance(formula, Computed):
        raise RefusedError(Refusal.COPY, "nothing is computed")
    if not gold.matches(value):
        raise RefusedError(
            Refusal.INEXACT,
            f"the formula gives {format_number(value)}, not {format_number(gold.value)}",
        )
    expert = choose_expert(formula, question)
    named = [given for given in givens(formula) if needs_name(given, mentions)]
    names = name_numbers(question, mentions, named)
    trace = write_trace(Writer(mentions, names).write(formula, expert))
    answer = format_number(value)
    verdict = verify_trace(trace, question, answer, expert, reference=trace)
    if verdict.outcome != "correct":
        found = verdict.violations[0]
        raise RefusedError(Refusal.REJECTED, f"{found.code}: {found.message}")
    whole = all(Fraction(given.value).denominator == 1 for given in givens(formula))
    return Conversion(
        question,
        answer,
        expert,
        trace,
        formula,
        names,
        assigned.unambiguous and not computation.doubtful,
        computation.derived,
        divided=whole and Fraction(value).denominator != 1 and _counts_whole(question),
    )


def _counts_whole(question: str) -> bool:
    """Whether the question asks how many of something there are that has no parts: buses, not miles."""
    asked = _ASKED.findall(fold(question))
    if not asked:
        return False
    words = asked[-1].split()
    noun = next((word for word in words if is_plural(word)), "")
    return noun != "" and noun not in UNIT_NOUNS
