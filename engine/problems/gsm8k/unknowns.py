"""Solutions that name an unknown: an equation that they state becomes a trace of the expert algebra.

    Let C be the number of cubs. They have C + 2C = 24 cubs and meerkats, so C = 24 / 3 = 8.

What is taken is an equation as it follows from the question, before it is solved: all its numbers must be the
question's, and its solution must be the answer, or what the solution writes in terms of the unknown. The verifier sees
to both. One unknown only; whether another equation would fit as well is not judged, so none of these is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile, zip_longest

from trace_trainer.engine.problems.converting.systems import system_trace
from trace_trainer.engine.problems.gsm8k.solution import ANSWER_MARK
from trace_trainer.experts.language.expression import ExpressionError
from trace_trainer.experts.language.linear import UnsolvableError
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.number_words import fold

_TRIED = 12  # traces at most
_ANNOTATION = re.compile(r"<<[^<>]*>>")
# A letter of its own is an unknown, but for the words "a" and "I".
_TOKEN = re.compile(
    r"\s*(?:\d[\d,]*(?:\.\d+)?|\.\d+|(?<![a-z'])[b-hj-z](?![a-z'])|[-+*/×÷()=%]|(?P<dollar>\$))"
)
_WORD = re.compile(r"\s*(?:[a-z']+|.|$)", re.DOTALL)
_SIGNS = {"×": "*", "÷": "/"}
_NAMED = re.compile(
    r"(?:number|amount|cost|price|age|weight|length) of (?:the |his |her |their )?([a-z]+)(?: ([a-z]+))?"
)
_NO_NAME = frozenset("that which who in at to is was be he she they for on of and the a".split())


def unknown_trace(question: str, solution: str, answer: str) -> str | None:
    """The canonical trace of the first equation that verifies; None where there is none."""
    body = _ANNOTATION.sub("", solution.rpartition(ANSWER_MARK)[0])
    terms = [list(_terms(line)) for line in body.split("\n")]
    statements = [sides for line in terms for sides in line if len(sides) == 2]
    written = [side for line in terms for sides in line for side in sides]
    for trace in islice(_traces(statements, written, _name(body)), _TRIED):
        if verify_trace(trace, question, answer, "algebra").outcome == "correct":
            return trace
    return None


def _terms(line: str) -> Iterator[list[str]]:
    """The expressions and equations of a line that hold a letter, each as its sides; of a chain the two ends."""
    for tokens in _runs(fold(line)):
        sides = [side for side in _sides(tokens) if side]
        if any(token.isalpha() for token in tokens):
            yield sides if len(sides) <= 2 else [sides[0], sides[-1]]


def _runs(text: str) -> Iterator[list[str]]:
    """The runs of numbers, single letters and signs; dollar signs are left out, and words stand between the runs."""
    position = 0
    run: list[str] = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            yield run
            run = []
            match = _WORD.match(text, position)
            assert match is not None
        elif not match["dollar"]:
            run.append(match[0].strip().replace(",", ""))
        position = match.end()
    yield run


def _sides(tokens: Sequence[str]) -> list[str]:
    """The texts between the equals signs, with a sign for every product."""
    sides, before = [""], ""
    for token, after in zip_longest(tokens, tokens[1:], fillvalue=""):
        if token == "=":
            sides.append("")
            before = ""
            continue
        if token == "x" and before[:1].isdigit() and after[:1].isdigit():
            token = "*"
        follows = before == ")" or before.isalnum()
        if follows and (token.isalpha() or token == "(" or (before == ")" and token[0].isdigit())):
            sides[-1] += " *"
        sides[-1] += " / 100" if token == "%" else f" {_SIGNS.get(token, token)}"
        before = "0" if token == "%" else token
    return [side.strip() for side in sides]


def _traces(statements: Sequence[list[str]], written: Sequence[str], name: str) -> Iterator[str]:
    """A trace for each equation whose solution, or one of the expressions written, may be the answer."""
    for left, right in statements:
        letters = set(re.findall(r"[a-z]+", f"{left} {right}"))
        if len(letters) != 1:
            continue
        (letter,) = letters
        if _is_solved(left, right, letter):
            continue
        own = name or letter
        sides = [re.sub(rf"\b{letter}\b", own, side) for side in (left, right)]
        yield from _traces_of(sides, own, None)
        for expression in dict.fromkeys(written):
            if set(re.findall(r"[a-z]+", expression)) == {letter} and expression != letter:
                yield from _traces_of(sides, own, re.sub(rf"\b{letter}\b", own, expression))


def _is_solved(left: str, right: str, letter: str) -> bool:
    """Whether an equation says what the unknown is, in place of something about it."""
    return (left == letter and letter not in right) or (right == letter and letter not in left)


def _traces_of(sides: Sequence[str], name: str, asked: str | None) -> Iterator[str]:
    """The trace that solves an equation for its unknown, or for an expression in it; none where that can't be done."""
    equations = [(sides[0], sides[1])]
    if asked is not None:
        equations.append(("result", asked))
    try:
        yield system_trace(equations, name if asked is None else "result")
    except (ExpressionError, UnsolvableError, ZeroDivisionError):
        return


def _name(body: str) -> str:
    """What the solution says that its letter stands for, as a variable; empty where that can't be told."""
    match = _NAMED.search(body.lower())
    if match is None:
        return ""
    words = [word for word in match.groups() if word]
    return "_".join(takewhile(lambda word: word not in _NO_NAME, words))
