"""Several processes that train one model (`torchrun`, `accelerate launch`), each on its share of the work.

Every process holds the whole model and takes the same steps. The main one alone writes and speaks; what it decides, or
that it failed, the others learn. With one process nothing here does anything.

Accelerate starts the group and moves what is exchanged. Not covered: models that are too large for one device, which
`--backend trl` and SFT leave to FSDP and DeepSpeed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, gather_object, reduce

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.ranks import rank, world_size

T = TypeVar("T")

_PATIENCE = timedelta(hours=12)
"""How long the others wait for the main process, which measures accuracy alone. One that is gone is noticed at once."""


class PeerLostError(UserError):
    """Another process of the group has ended, or can't be reached."""


class FollowedError(SystemExit):
    """The main process failed, and says why; this one ends without a word."""


class Team:
    """The processes of a run.

    Args:
        device: that this one computes on.

    Raises PeerLostError where they can't find each other.
    """

    def __init__(self, device: str = "auto") -> None:
        self.rank, self.count = rank(), world_size()
        if self.count > 1:
            with _peers("the processes could not find each other"):
                PartialState(cpu=device == "cpu" or not torch.cuda.is_available(), timeout=_PATIENCE)

    @property
    def is_main(self) -> bool:
        return self.rank == 0

    def share(self, items: Sequence[T]) -> list[T]:
        """This process's part of some items: every `count`-th."""
        return list(items[self.rank :: self.count])

    def joined(self, mine: Sequence[T]) -> list[T]:
        """All items, in the order that `share` was given, from what each process made of its part."""
        parts = self.everyones(list(mine))
        return [parts[i % self.count][i // self.count] for i in range(sum(map(len, parts)))]

    def everyones(self, mine: T) -> list[T]:
        """What each process has, by rank."""
        if self.count == 1:
            return [mine]
        with _peers():
            return list(gather_object([mine]))

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace the gradient of each parameter by the sum of all processes'."""
        if self.count == 1:
            return
        for parameter in parameters:
            if parameter.grad is None:  # this process had no sample in the step
                parameter.grad = torch.zeros_like(parameter)
            with _peers():
                parameter.grad.copy_(reduce(parameter.grad, reduction="sum"))

    def decided(self, decide: Callable[[], T]) -> T:
        """What the main process decides, in all of them. Where that fails there, all end, and the main one says why."""
        if self.count == 1:
            return decide()
        if not self.is_main:
            return self._heard()
        try:
            decision = decide()
        except BaseException as error:
            _say(None, getattr(error, "exit_code", 1))
            raise
        _say(decision, None)
        return decision

    def led(self, work: Callable[[], T]) -> T | None:
        """What the main process comes to, there; None in the others, which wait for it. Fails as `decided` does."""
        found: list[T] = []
        self.decided(lambda: found.append(work()))
        return found[0] if found else None

    def _heard(self) -> Any:
        with _peers():
            decision, exit_code = broadcast_object_list([None, None])
        if exit_code is not None:
            raise FollowedError(exit_code)
        return decision

    @contextmanager
    def together(self) -> Iterator[None]:
        """In the block Accelerate and torch exchange what they have to; the loss of a process is a PeerLostError."""
        try:
            yield
        except RuntimeError as error:
            if self.count == 1 or not _is_of_peers(error):
                raise
            raise PeerLostError(_LOST) from error


def _say(decision: Any, exit_code: int | None) -> None:
    with _peers():
        broadcast_object_list([decision, exit_code])


_LOST = (
    "another process of this run has ended, or can't be reached; --resume goes on from the last checkpoint"
)


@contextmanager
def _peers(otherwise: str = _LOST) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # torch.distributed's own errors are such, and gloo's have no other class
        raise PeerLostError(otherwise) from error


def _is_of_peers(error: RuntimeError) -> bool:
    """Whether it tells of another process: gloo's errors have no class of their own, but their source's path."""
    return isinstance(error, torch.distributed.DistError) or "/gloo/" in str(error)
