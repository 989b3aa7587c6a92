"""Pairs between two lists: as many as possible, whatever the order, where some go together and others do not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

Left = TypeVar("Left")
Right = TypeVar("Right")


def match(left: Sequence[Left], right: Sequence[Right], fits: Callable[[Left, Right], bool]) -> list[int]:
    """For each of `right`, the index of its partner in `left`, or -1: a largest set of pairs (Kuhn's algorithm).

    Taking the first that fits, as simpler matchers do, can leave a later one without a partner that it could have had.
    """
    if len(left) == len(right) and all(map(fits, left, right)):
        return list(range(len(left)))  # in order, as nearly always
    if len(left) == 1 == len(right) or not left:
        return [-1] * len(right)
    partner, held = [-1] * len(right), [-1] * len(left)
    fitting = [[index for index, other in enumerate(right) if fits(one, other)] for one in left]
    for start in range(len(left)):
        came: dict[int, int] = {}  # over which of `left` an index of `right` was reached, breadth first
        queue, free = deque([start]), -1
        while queue and free == -1:
            one = queue.popleft()
            for other in fitting[one]:
                if other in came:
                    continue
                came[other] = one
                if partner[other] == -1:
                    free = other
                    break
                queue.append(partner[other])
        while free != -1:  # swap along the path that was found
            one = came[free]
            partner[free], held[one], free = one, free, held[one]
    return partner
