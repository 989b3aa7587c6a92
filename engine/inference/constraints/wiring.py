"""Traces of a question as tokens, followed from point to point (`verifiers.traces.writing`)."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.engine.inference.constraints import Wiring
from trace_trainer.engine.inference.constraints.guide import Follower, Start
from trace_trainer.engine.inference.constraints.masks import Mask
from trace_trainer.engine.inference.constraints.vocabulary import Vocabulary
from trace_trainer.verifiers.traces.writing.texts import NOTHING, Point, closing
from trace_trainer.verifiers.traces.writing.writer import trace_points

_SOON = 160
"""With more tokens left than so many there is room for an end, whatever is written."""
_MARGIN = 64
"""Tokens by which the end may come to lie further off until it is looked for again."""
_PAUSE = 16
"""Tokens until it is."""


class _Trace(Follower):
    """A trace from its beginning on.

    Args:
        point: where it stands.
    """

    def __init__(self, vocabulary: Vocabulary, point: Point) -> None:
        self._vocabulary, self._point = vocabulary, point
        self._forced: list[int] = []  # what has to follow
        self._looks_at = _SOON  # with so many tokens left it looks for the end

    @property
    def is_over(self) -> bool:
        return self._point is NOTHING

    def accept(self, token: int) -> None:
        if self._forced:
            self._forced.pop(0)
        for character in self._vocabulary.texts[token]:
            point = self._point.step(character)
            assert point is not None, f"{self._vocabulary.texts[token]!r} was not allowed"
            self._point = point

    @classmethod
    def masks(cls, followers: Sequence[Follower], left: Sequence[int]) -> list[Mask]:
        return [
            follower.mask(rest)
            for follower, rest in zip(followers, left, strict=True)
            if isinstance(follower, cls)
        ]

    def mask(self, left: int) -> Mask:
        """What may follow where so many tokens are left."""
        if not self._forced and left <= self._looks_at:
            soonest = self._vocabulary.tokens_of(closing(self._point))
            if len(soonest) <= left < len(soonest) + _MARGIN:
                self._forced = soonest
            self._looks_at = max(len(soonest) + _MARGIN, left - _PAUSE)
        if not self._forced:
            self._forced = list(self._vocabulary.forced(self._point))
        if self._forced:
            return self._vocabulary.masks.of_token(self._forced[0])
        return self._vocabulary.allowed(self._point)


class TraceStart(Start):
    """The traces of a question.

    Raises KeyError where there is no expert of that name.
    """

    def __init__(self, vocabulary: Vocabulary, wiring: Wiring) -> None:
        self._vocabulary, self._wiring = vocabulary, wiring

    def follow(self, count: int) -> Sequence[Follower]:
        point = trace_points(
            self._wiring.question, self._wiring.expert
        )  # shared, as what is worked out of it is
        return [_Trace(self._vocabulary, point) for _ in range(count)]
