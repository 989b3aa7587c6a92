"""Which expert's trace a formula becomes, by rule: what it computes, and what the question asks for.

- percentage: it has a percent operation;
- comparison: it ends in a difference or a quotient, and the question asks how many more, less or times as many;
- entity_track: one quantity is only added to and taken from, and the question asks what is left of it or there is now;
- rate_equation: it only multiplies and divides, and the question speaks of something per something;
- arithmetic: anything else.
"""

from __future__ import annotations

import re

from trace_trainer.engine.problems.converting.formula import (
    PERCENT_OPERATIONS,
    Computed,
    Formula,
    Given,
    parts,
)
from trace_trainer.verifiers.questions.number_words import fold

_COMPARES = re.compile(
    r"how (?:much|many) (?:\w+ )?(?:more|less|fewer|longer|older|younger|taller|shorter|heavier|further|farther|faster"
    r"|times)\b(?=.*\bthan\b|.*\bas\b)"
    r"|\b(?:how many times|what is the difference|how much (?:older|taller|longer|heavier))\b"
)
_REMAINS = re.compile(r"\b(?:left|remain|remains|remaining|now|still have|in the end|end up)\b")
_OTHERWISE = re.compile(
    r"\b(?:at first|originally|initially|to begin with|in the beginning|start(?:ed)?|old|age|year)\b"
)
_RATES = re.compile(
    r"\b(?:per|each|every|apiece)\b|mph\b"
    r"|\b(?:a|an) (?:hour|day|week|month|year|minute|second|pound|mile|piece|gallon)\b"
)


def choose_expert(formula: Computed, question: str) -> str:
    """The expert that fits the formula and what its question asks for."""
    text = fold(question)
    asked = re.split(r"[.!]\s", text.strip())[-1]
    names = {part.name for part in parts(formula) if isinstance(part, Computed)}
    if not names.isdisjoint(PERCENT_OPERATIONS):
        return "percentage"
    if formula.name in ("sub", "div") and _COMPARES.search(asked):
        return "comparison"
    if (
        len(tracked(formula)) > 1
        and names <= {"add", "sub"}
        and _REMAINS.search(asked)
        and not _OTHERWISE.search(asked)
    ):
        return "entity_track"
    if names <= {"mul", "div"} and _RATES.search(text):
        return "rate_equation"
    return "arithmetic"


def tracked(formula: Formula) -> list[tuple[str, Formula]]:
    """The changes of one quantity that starts as a number of the question: operation and amount; the start is first.

    Empty where the formula is no such chain of two changes or more.
    """
    changes: list[tuple[str, Formula]] = []
    while isinstance(formula, Computed) and formula.name in ("add", "sub"):
        start, *amounts = formula.arguments
        if not all(isinstance(amount, Given) for amount in amounts):
            return []
        changes = [
            ("consume" if formula.name == "sub" else "add_entity", amount) for amount in amounts
        ] + changes
        formula = start
    if not isinstance(formula, Given) or len(changes) < 2 or all(name == "add_entity" for name, _ in changes):
        return []
    return [("init", formula), *changes]
