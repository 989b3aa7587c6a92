"""A second opinion on a trace's wiring: does it compute what the solution's own equations compute?

The right answer does not prove the right wiring. So the question's numbers are varied and two functions of them are
compared: the trace as written, run by its operations, and the solution's equations, re-evaluated symbolically with
sympy with each number read as every earlier result or number of the question that has its value. Nothing of the search
for the best assignment is used here, nor of the rewriting into percent operations.

Where the readings by value alone all compute one function, the trace agrees with it or differs from it. Where they
compute several, the question stays open unless none of them is the trace's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from random import Random

import sympy

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.expressions import Expression, Literal, Operation
from trace_trainer.engine.problems.converting.formula import Form
from trace_trainer.engine.problems.gsm8k.solution import Equation, read_solution
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.answers import parse_answer
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.numbers import read_question
from trace_trainer.verifiers.traces.probing.redraw import literals_of
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.steps.executing import Runnable
from trace_trainer.verifiers.traces.steps.step import Role

_MAX_READINGS = 24  # of one equation
_TRIALS = 3
_VARIED = frozenset({"digits", "word", "money", "cents", "percent"})
Symbols = tuple[sympy.Symbol, ...]


class Opinion(StrEnum):
    """What the solution's equations say about a trace."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OPEN = "open"


def second_opinion(conversion: Conversion, solution: str) -> Opinion:
    """Compare a converted problem's trace with its solution as functions of the question's numbers."""
    mentions = read_question(conversion.question).mentions
    symbols = tuple(sympy.Symbol(f"n{index}", positive=True) for index in range(len(mentions)))
    found = _readings(read_solution(solution).equations, mentions, symbols, conversion.answer)
    if found is None:
        return Opinion.OPEN
    trials = list(_trials(mentions, symbols))
    wanted = tuple(_run_trace(conversion, mentions, trial) for trial in trials)
    functions = {tuple(_number(expression, trial) for trial in trials) for expression in found}
    if wanted not in functions:
        return Opinion.DIFFERS
    return Opinion.AGREES if len(functions) == 1 else Opinion.OPEN


def _trials(mentions: Sequence[Mention], symbols: Symbols) -> Iterator[dict[sympy.Symbol, Fraction]]:
    """Other values for the numbers that can be varied; fractions and words such as twice keep theirs."""
    rng = Random("wiring")
    for _ in range(_TRIALS):
        yield {
            symbol: mention.value * Fraction(rng.randint(101, 199), 100)
            if mention.kind in _VARIED
            else mention.value
            for symbol, mention in zip(symbols, mentions, strict=True)
        }


def _number(expression: sympy.Expr, trial: Mapping[sympy.Symbol, Fraction]) -> Fraction | None:
    value = expression.subs({symbol: _rational(number) for symbol, number in trial.items()})
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def _rational(value: Exact) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def _readings(
    equations: Sequence[Equation], mentions: Sequence[Mention], symbols: Symbols, answer: str
) -> set[sympy.Expr] | None:
    """All functions that the equations giving the answer may be, by the values of their numbers; None for too many."""
    gold = parse_answer(answer).value
    results: list[tuple[set[Exact], set[sympy.Expr]]] = []
    found: set[sympy.Expr] = set()
    for equation in equations:
        if isinstance(equation.expression, Literal):
            continue
        readings = _expressions(equation.expression, mentions, symbols, results)
        if readings is None:
            return None
        results.append(({equation.value, equation.exact}, readings))
        if gold in (equation.value, equation.exact):
            found |= readings
    return found if 0 < len(found) <= _MAX_READINGS else None


def _expressions(
    expression: Expression,
    mentions: Sequence[Mention],
    symbols: Symbols,
    results: Sequence[tuple[set[Exact], set[sympy.Expr]]],
) -> set[sympy.Expr] | None:
    if isinstance(expression, Literal):
        return _literal(expression.value, mentions, symbols, results)
    arguments = [_expressions(argument, mentions, symbols, results) for argument in expression.arguments]
    if any(argument is None for argument in arguments):
        return None
    found: set[sympy.Expr] = set()
    for combination in itertools.product(*(argument or () for argument in arguments)):
        found.add(_combined(expression, combination))
        if len(found) > _MAX_READINGS:
            return None
    return found


def _combined(operation: Operation, arguments: Sequence[sympy.Expr]) -> sympy.Expr:
    if operation.name == "add":
        return sympy.Add(*arguments)
    if operation.name == "mul":
        return sympy.Mul(*arguments)
    first, second = arguments
    return first - second if operation.name == "sub" else first / second


def _literal(
    value: Exact,
    mentions: Sequence[Mention],
    symbols: Symbols,
    results: Sequence[tuple[set[Exact], set[sympy.Expr]]],
) -> set[sympy.Expr] | None:
    found: set[sympy.Expr] = set()
    for values, expressions in results:
        if value in values:
            found |= expressions
    for mention, symbol in zip(mentions, symbols, strict=True):
        if mention.kind in _VARIED and value == mention.value:
            found.add(symbol)
        elif mention.kind in ("percent", "cents") and value * 100 == mention.value:
            found.add(symbol / 100)
        elif mention.kind not in _VARIED and value in mention.grounded:
            found.add(_rational(value))
    found = found or {_rational(value)}
    return found if len(found) <= _MAX_READINGS else None


def _run_trace(
    conversion: Conversion, mentions: Sequence[Mention], trial: Mapping[sympy.Symbol, Fraction]
) -> Exact | None:
    """What the trace's text computes when the numbers behind its inits are these."""
    inits: dict[str, Fraction] = {}
    drawn = list(trial.values())
    for given, name in conversion.names.items():
        mention, value = mentions[given.mention], drawn[given.mention]
        if mention.kind in _VARIED:
            inits[name] = value / 100 if given.form is Form.SHARE else value
    subtraces = read_canonical(conversion.trace)
    assert subtraces is not None
    literals = dict(literals_of(subtraces))
    for position, step in enumerate(subtraces[0].typed_steps):
        if step.role is Role.VALUE and step.creates in inits:
            literals[0, position, 0] = inits[step.creates]
    try:
        results = Runnable([parsed.typed_steps for parsed in subtraces]).run(literals)
    except ArithmeticError:
        return None
    return results[-1][-1][0]
