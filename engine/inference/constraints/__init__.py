"""Constrained decoding: at every token only what a constraint allows may follow, and the distribution is what is left.

A constraint says what a completion may be: a text of a grammar, or a trace of a question that nothing is wrong with
before its execution. `guidance` turns it into a `Start` in terms of a model's tokens, `guide` follows the rows of a
batch from there. What was allowed at each token is kept with the rollout, so that an update sees the distribution that
was sampled from.
"""

from __future__ import annotations

from dataclasses import dataclass

OFF, GRAMMAR, WIRING = LEVELS = ("off", "grammar", "wiring")
"""How far a completion is constrained (`--constrain`); each level beyond the one before it."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A completion is a text of a grammar, in llguidance's variant of Lark."""

    text: str


@dataclass(frozen=True, slots=True)
class Wiring:
    """A completion is a trace of this question in which nothing before the execution is wrong.

    Attributes:
        expert: that it is of; None for any.
    """

    question: str
    expert: str | None = None


Constraint = Grammar | Wiring
