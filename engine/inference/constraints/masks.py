"""Which tokens may follow, a bit for each: what a sampler applies, a rollout keeps, and an update applies again.

Few masks differ, so each is kept once and shared by all tokens that were drawn under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The tokens that may follow.

    Attributes:
        bits: one for each token, the first in the lowest bit of the first byte.
        only: the token, where it is a single one.
    """

    bits: bytes
    only: int | None


class Masks:
    """The masks of a vocabulary, each once.

    Args:
        size: of the vocabulary.
    """

    _MOST = 1 << 14  # whoever serves sees ever new ones

    def __init__(self, size: int) -> None:
        self.width = (size + 31) // 32 * 4  # bytes, in whole words as llguidance fills them
        self._known: dict[bytes, Mask] = {}
        self._single: dict[int, Mask] = {}

    def of_bits(self, bits: bytes) -> Mask:
        """The mask of these bits."""
        mask = self._known.get(bits)
        if mask is None:
            if len(self._known) >= self._MOST:
                self._known.clear()
            value = int.from_bytes(bits, "little")
            only = value.bit_length() - 1 if value and value & (value - 1) == 0 else None
            mask = self._known[bits] = Mask(bits, only)
        return mask

    def of_token(self, token: int) -> Mask:
        """The mask of a single token."""
        mask = self._single.get(token)
        if mask is None:
            mask = self._single[token] = self.of_tokens([token])
        return mask

    def of_tokens(self, tokens: Iterable[int], base: np.ndarray | None = None) -> Mask:
        """The mask of these tokens, and of those of packed bits, of shape (width,)."""
        packed = np.zeros(self.width, dtype=np.uint8) if base is None else base.copy()
        for token in tokens:
            packed[token >> 3] |= 1 << (token & 7)
        return self.of_bits(packed.tobytes())


def unpacked(masks: Sequence[Mask | None], size: int) -> np.ndarray:
    """Which of `size` tokens may follow, of shape (masks, size); all where there is no mask.

    A model may have scores for more tokens than there are.
    """
    found = np.ones((len(masks), size), dtype=bool)
    places = [place for place, mask in enumerate(masks) if mask is not None]
    if places:
        packed = np.frombuffer(b"".join(mask.bits for mask in masks if mask is not None), dtype=np.uint8)
        bits = np.unpackbits(packed.reshape(len(places), -1), axis=1, bitorder="little")[:, :size]
        found[places, : bits.shape[1]] = bits
        found[places, bits.shape[1] :] = False
    return found


class Allowed(NamedTuple):
    """The masks of some tokens, laid end to end.

    Attributes:
        packed: the masks that differ, of shape (masks, bytes).
        which: of each token its mask, of shape (tokens,).
    """

    packed: torch.Tensor
    which: torch.Tensor

    @classmethod
    def of(cls, masks: Sequence[Mask], device: torch.device) -> Allowed:
        """Those of tokens that were drawn under these masks."""
        places: dict[int, int] = {}
        different: list[Mask] = []
        for mask in masks:
            if places.setdefault(id(mask), len(different)) == len(different):
                different.append(mask)
        packed = np.frombuffer(bytearray().join(mask.bits for mask in different), dtype=np.uint8)
        which = torch.tensor([places[id(mask)] for mask in masks], device=device)
        return cls(torch.from_numpy(packed.reshape(len(different), -1)).to(device), which)

    def masked(self, logits: torch.Tensor, which: torch.Tensor) -> torch.Tensor:
        """Logits of shape (tokens, vocabulary), with -inf for what might not follow; `which` as the attribute."""
        bits = torch.arange(8, dtype=torch.uint8, device=logits.device)
        allowed = (self.packed[which].unsqueeze(-1) >> bits & 1).flatten(1).bool()[:, : logits.shape[1]]
        beyond = logits.shape[1] - allowed.shape[1]
        if beyond > 0:
            allowed = torch.nn.functional.pad(allowed, (0, beyond))
        return logits.masked_fill(~allowed, -torch.inf)
