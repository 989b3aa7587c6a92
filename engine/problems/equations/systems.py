"""Unknowns with equations, as ASDiv writes them: `x:The longer piece; y:The shorter piece; x+y=8; x=y+2`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.systems import system_trace
from trace_trainer.experts.language.expression import ExpressionError
from trace_trainer.experts.language.linear import UnsolvableError
from trace_trainer.verifiers import verify_trace

_DECLARED = re.compile(r"([A-Za-z])\s*:\s*(.*)")
_LETTER = re.compile(r"[A-Za-z]")
_SIGNS_ALONE = re.compile(r"[A-Za-z\d\s.+*/()=-]*")
_PRODUCT = re.compile(r"(?<=[\d)A-Za-z])\s*(?=[A-Za-z(])|(?<=\))\s*(?=\d)")
_LEFT_OUT = frozenset(
    "the a an of in that which who with is are was were and to for each every one its his her their at by on from"
    " unknown certain s years year old".split()
)
_REST = re.compile(r"=\s*\d+\s*r\s*\d")  # a division with a rest, which no unknown is
_MOST_WORDS = 3
_USUAL = {"h": "height", "l": "length", "w": "width", "x": "number", "n": "number", "y": "other_number"}


@dataclass(frozen=True, slots=True)
class System:
    """Unknowns by their letters, with what they stand for, and equations between them."""

    unknowns: tuple[tuple[str, str], ...]
    equations: tuple[tuple[str, str], ...]


def read_system(statements: Sequence[str]) -> System | None:
    """The system that the parts of a formula are; None where there is no unknown in them.

    Raises RefusedError where there is one, and they can't be read.
    """
    declared = [match.groups() for part in statements if (match := _DECLARED.fullmatch(part))]
    equations = [part for part in statements if not _DECLARED.fullmatch(part)]
    letters = {letter for letter, _ in declared}
    if not letters:
        found = set(_LETTER.findall(" ".join(equations)))
        if len(found) != 1 or not all(map(_SIGNS_ALONE.fullmatch, equations)) or _REST.search(statements[0]):
            return None
        letters = found
        declared = [(letter, "") for letter in found]
    sides = [part.split("=") for part in equations]
    if not all(len(pair) == 2 and _SIGNS_ALONE.fullmatch("".join(pair)) for pair in sides):
        raise RefusedError(Refusal.NO_EQUATION, f"no equations: {'; '.join(equations)}")
    return System(
        tuple((letter, words) for letter, words in declared),
        tuple((_with_products(left), _with_products(right)) for left, right in sides),
    )


def solved(system: System, question: str, answer: str) -> str:
    """The canonical trace that solves a system for the unknown that is the answer. Raises RefusedError."""
    names = _names(system)
    renamed = [(_renamed(left, names), _renamed(right, names)) for left, right in system.equations]
    for letter, _ in system.unknowns:
        try:
            trace = system_trace(renamed, names[letter])
        except (ExpressionError, UnsolvableError, ZeroDivisionError) as error:
            raise RefusedError(Refusal.UNSOLVED, str(error) or "a division by zero") from None
        verdict = verify_trace(trace, question, answer, "algebra")
        if verdict.outcome == "correct":
            return trace
        if verdict.outcome != "wrong_answer":
            found = verdict.violations[0]
            raise RefusedError(Refusal.REJECTED, f"{found.code}: {found.message}")
    raise RefusedError(Refusal.NOT_COMPUTED, "none of the unknowns is the answer")


def _with_products(side: str) -> str:
    """A side with a sign for every product: 2(x+1) is 2*(x+1)."""
    return _PRODUCT.sub("*", side.strip())


def _renamed(side: str, names: dict[str, str]) -> str:
    return _LETTER.sub(lambda match: names.get(match.group(), match.group()), side)


def _names(system: System) -> dict[str, str]:
    """A variable for each unknown, after what it stands for."""
    found: dict[str, str] = {}
    for letter, words in system.unknowns:
        told = re.findall(r"[a-z]+", words.lower())
        content = [word for word in told if word not in _LEFT_OUT and len(word) > 1]
        if len(content) > 1:
            content = [word for word in content if word != "number"]
        name = "_".join(content[:_MOST_WORDS]) or _USUAL.get(letter.lower(), letter.lower())
        found[letter] = name if name not in found.values() else f"{name}_{letter.lower()}"
    return found
