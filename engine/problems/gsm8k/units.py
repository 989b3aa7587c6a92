"""The words that call for a constant, by their stems: 60 beside minutes."""

from __future__ import annotations

from trace_trainer.engine.problems.converting.context import stems
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.constants import CONSTANTS


def _unit_stems() -> dict[Exact, frozenset[str]]:
    """For each constant, the stems of the words that call for it."""
    found: dict[Exact, frozenset[str]] = {}
    for constant in CONSTANTS:
        words = frozenset().union(*map(stems, frozenset().union(*constant.cues)))
        found[plain(constant.value)] = found.get(plain(constant.value), frozenset()) | words
    return found


UNIT_STEMS = _unit_stems()
