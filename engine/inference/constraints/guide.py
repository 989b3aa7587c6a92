"""Following the rows of a batch: what may follow in each, what was allowed at each of its tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch

from trace_trainer.engine.inference.constraints.masks import Mask, unpacked


class Follower(ABC):
    """Follows one completion."""

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether it has ended."""

    @abstractmethod
    def accept(self, token: int) -> None:
        """Take the token that was chosen."""

    @classmethod
    @abstractmethod
    def masks(cls, followers: Sequence[Follower], left: Sequence[int]) -> list[Mask]:
        """What may follow each of some completions that have not ended.

        Args:
            followers: all of this class.
            left: how many tokens each may still have.
        """


class Start(ABC):
    """What the completions of a prompt may be, in terms of a model's tokens."""

    @abstractmethod
    def follow(self, count: int) -> Sequence[Follower]:
        """As many followers, each at the beginning."""


class Guide:
    """Follows the completions of one batch, a row each.

    Args:
        starts: of each prompt, what its completions may be (`Guidance.start`), all of one kind.
        group_size: completions of each prompt; their rows follow one another.
        room: tokens that a completion may have.
    """

    def __init__(self, starts: Sequence[Start], group_size: int, room: int) -> None:
        self._followers = [follower for start in starts for follower in start.follow(group_size)]
        self._room = room
        self._drawn: list[list[Mask]] = [[] for _ in self._followers]
        self._next: dict[int, Mask] = {}

    def masked(self, logits: torch.Tensor, rows: Sequence[int]) -> torch.Tensor:
        """The logits of these rows, of shape (rows, vocabulary), with -inf for what may not follow.

        A row that has ended is left as it is.
        """
        self._work_out(rows)
        allowed = unpacked([self._next.get(row) for row in rows], logits.shape[1])
        return logits.masked_fill(~torch.from_numpy(allowed).to(logits.device), float("-inf"))

    def forced(self, rows: Sequence[int]) -> dict[int, int] | None:
        """The next token of each of these rows that has not ended, where none of them has a choice; else None."""
        self._work_out(rows)
        found = {row: self._next[row].only for row in rows if row in self._next}
        tokens = {row: token for row, token in found.items() if token is not None}
        return tokens if tokens and len(tokens) == len(found) else None

    def accept(self, rows: Sequence[int], tokens: Sequence[int]) -> None:
        """Note the tokens that were chosen for these rows."""
        for row, token in zip(rows, tokens, strict=True):
            mask = self._next.pop(row, None)
            if mask is not None:
                self._drawn[row].append(mask)
                self._followers[row].accept(token)

    def drawn(self, row: int) -> list[Mask]:
        """What was allowed at each token of a row."""
        return self._drawn[row]

    def _work_out(self, rows: Sequence[int]) -> None:
        """What may follow in these rows, those that have ended aside."""
        wanted = [row for row in rows if row not in self._next and not self._followers[row].is_over]
        if wanted:
            followers = [self._followers[row] for row in wanted]
            left = [self._room - len(self._drawn[row]) for row in wanted]
            self._next.update(zip(wanted, type(followers[0]).masks(followers, left), strict=True))
