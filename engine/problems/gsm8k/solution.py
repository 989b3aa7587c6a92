"""A worked solution as equations, in the order in which it states them.

An annotation (`<<48/2=24>>`) is an equation; so is one in the plain text that carries no annotation (`Algebra: 4(2)=8
years`, `36 eggs/tray * 15 trays = 540 eggs`). Units between the numbers are left out, signs are put in one form. An
equation may be stated rounded.

Not covered: equations with an unknown (`x + 3x = 40`). Whether there are any is told; `unknowns.py` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from trace_trainer.engine.problems.converting.expressions import (
    Expression,
    Operation,
    UnreadableError,
    evaluate,
    number,
    read_expression,
)
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.number_words import fold

ANSWER_MARK = "####"
MAX_EQUATIONS = 40  # of one solution; the longest of GSM8K has 20
_ANNOTATION = re.compile(r"<<([^<>]*)>>")
_UNKNOWN = re.compile(r"(?<![A-Za-z])[a-zA-Z](?![A-Za-z])")
_ROUNDING = Fraction(1, 100)  # how far a stated result may be from the exact one, of the larger


@dataclass(frozen=True, slots=True)
class Equation:
    """One computation of a solution.

    Attributes:
        expression: what is computed.
        value: the result as stated.
        line: the sentence that it stands in, without annotations.
        words: for each number of the line, the words that follow it.
        money: for each number of the line, whether it has a dollar sign; a number may be there with and without.
        annotated: whether it is an annotation or read from the text.
    """

    expression: Expression
    value: Exact
    line: str
    words: Mapping[Exact, frozenset[str]] = field(hash=False, compare=False)
    money: frozenset[tuple[Exact, bool]] = frozenset()
    annotated: bool = True

    @property
    def exact(self) -> Exact:
        """The result of the numbers as written."""
        return evaluate(self.expression)


@dataclass(frozen=True, slots=True)
class Solution:
    """A worked solution: its equations, the answer's text, and whether it names an unknown."""

    equations: tuple[Equation, ...]
    answer: str
    unknown: bool


def read_solution(text: str) -> Solution:
    """Read a solution. Never raises: what is no equation is passed over."""
    body, mark, answer = text.rpartition(ANSWER_MARK)
    equations: list[Equation] = []
    unknown = False
    for line in (body if mark else text).split("\n"):
        plain_line = _ANNOTATION.sub("", line)
        sentence = _Sentence(plain_line, _words_after_numbers(plain_line), _money(plain_line))
        found: list[Equation] = []
        for annotation in _ANNOTATION.findall(line):
            unknown |= _UNKNOWN.search(annotation) is not None
            equation = _equation(annotation.split("="), sentence, annotated=True)
            if equation is not None:
                found.append(equation)
        computed = [equation for equation in found if isinstance(equation.expression, Operation)]
        stated = {value for equation in computed for value in (equation.value, equation.exact)}
        for sides in _text_equations(plain_line):
            equation = _equation(sides, sentence, annotated=False)
            if equation is not None and equation.value not in stated and equation.exact not in stated:
                found.append(equation)
                stated.add(equation.value)
        unknown |= _names_unknown(plain_line)
        equations += found
    return Solution(tuple(equations[:MAX_EQUATIONS]), answer.strip() if mark else "", unknown)


class _Sentence(NamedTuple):
    line: str
    words: Mapping[Exact, frozenset[str]]
    money: frozenset[tuple[Exact, bool]]


def _equation(sides: list[str], sentence: _Sentence, annotated: bool) -> Equation | None:
    """The equation of the texts between equals signs: the first is computed, the last is the result."""
    first, last = sides[0], sides[-1]
    if "%" in last and "%" in first:  # "100% - 10% = 90%" and "2/50 * 100% = 4%" compute in percent
        read = _read(first.replace("%", ""), last.replace("%", ""))
        if read is None or read[1] != read[2]:
            read = _read(first, last)
    else:
        read = _read(first, last)
    if read is None:
        return None
    expression, value, exact = read
    if annotated:
        return Equation(expression, value, *sentence)
    if exact * 100 == value and "%" in sentence.line:  # "2/50 = 4%"
        value = exact
    if not isinstance(expression, Operation) or abs(Fraction(exact) - value) > _ROUNDING * (
        1 + abs(Fraction(value))
    ):
        return None
    return Equation(expression, value, *sentence, annotated=False)


def _read(first: str, last: str) -> tuple[Expression, Exact, Exact] | None:
    """The expression of one side, the result that the other states, and the exact result."""
    try:
        expression = read_expression(first)
        return expression, evaluate(read_expression(last)), evaluate(expression)
    except (UnreadableError, ZeroDivisionError):
        return None


# The plain text is read as a string of one character a token: n number, o operator, ( ) = $ % / itself, x the letter, w
# another word, and . for anything else. Patterns over that string find equations whatever the words are.
_TOKEN = re.compile(
    r"(?P<n>\d[\d,]*(?:\.\d+)?|\.\d+)|(?P<o>[-+*×÷·])|(?P<s>[()=$%/])|(?P<w>[A-Za-z]+)|\s+|(?P<p>.)"
)
_UNITS = re.compile(
    r"(?<=[n)%])(?:(?:x(?![n(]))|w)(?:/?w){0,3}(?=[o/=)x])|(?<=[n)%])/w(?:w)?(?=[o=)x])|(?<=n)o(?=w+[o=])w"
)
_SIDE = re.compile(r"[n$%()o/x]+=(?:[n$%()o/x]+=)*\$?o?n(?:/n)?%?")
_OPERATORS = {"×": "*", "÷": "/", "·": "*"}


def _tokens(line: str) -> tuple[list[str], str]:
    texts, kinds = [], []
    for match in _TOKEN.finditer(fold(line)):
        kind = match.lastgroup
        if kind is None:
            continue
        text = match.group()
        texts.append(_OPERATORS.get(text, text))
        if kind == "s":
            kinds.append(text)
        elif kind == "w":
            kinds.append("x" if text == "x" else "w")
        else:
            kinds.append("." if kind == "p" else kind)
    return texts, "".join(kinds)


def _text_equations(line: str) -> Iterator[list[str]]:
    """The sides of each equation in plain text, as expressions."""
    if "=" not in line:
        return
    texts, kinds = _tokens(line)
    keep = [True] * len(texts)
    for match in _UNITS.finditer(kinds):
        keep[match.start() : match.end()] = [False] * (match.end() - match.start())
    pairs = [(text, kind) for text, kind, kept in zip(texts, kinds, keep, strict=True) if kept]
    texts, kinds = [text for text, _ in pairs], "".join(kind for _, kind in pairs)
    for match in _SIDE.finditer(kinds):
        sides = _sides(texts[match.start() : match.end()])
        if sides is not None:
            yield sides


def _sides(texts: list[str]) -> list[str] | None:
    """The texts between the equals signs, the first cut down to the longest end that is an expression."""
    text = " ".join("*" if t == "x" else t for t in texts if t != "$")
    first, *rest = text.split("=")
    words = first.split()
    for start in range(len(words)):
        shorter = " ".join(words[start:])
        try:
            read_expression(shorter)
        except UnreadableError:
            continue
        return [shorter, *rest]
    return None


_LETTER_TERM = re.compile(r"(?<![A-Za-z'])[b-hj-z](?![A-Za-z'])\s*[=+*/-]|\d[xyz]\b|=\s*[a-hj-z]\b(?!\.)")


def _names_unknown(line: str) -> bool:
    """Whether a line computes with a letter: `3x + 5 = 20`, `x = 4`; an `x` between two numbers multiplies."""
    folded = re.sub(r"(?<=[\d)$ ])x(?=\s*[\d($])", "*", fold(line))
    return "=" in folded and _LETTER_TERM.search(folded) is not None


_FOLLOWED = re.compile(r"(\d[\d,]*(?:\.\d+)?|\.\d+)(?=[\s%/-]*([a-z]+(?:[\s/-]+[a-z]+){0,2}))")


def _words_after_numbers(line: str) -> dict[Exact, frozenset[str]]:
    """For each number of a line, the words that follow it directly, at most three each time."""
    words: dict[Exact, frozenset[str]] = {}
    for digits, following in _FOLLOWED.findall(fold(line)):
        with suppress(UnreadableError):
            value = number(digits)
            words[value] = words.get(value, frozenset()) | frozenset(re.findall(r"[a-z]+", following))
    return words


_SIGNED = re.compile(r"(\$\s*)?(\d[\d,]*(?:\.\d+)?|\.\d+)")


def _money(line: str) -> frozenset[tuple[Exact, bool]]:
    """Each number of a line with whether it has a dollar sign."""
    found = set()
    for sign, digits in _SIGNED.findall(fold(line)):
        with suppress(UnreadableError):
            found.add((number(digits), bool(sign)))
    return frozenset(found)
