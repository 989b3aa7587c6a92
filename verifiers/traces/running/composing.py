"""How the sub-traces of a composition hang together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep


def unused_subtraces(sources: Sequence[Collection[int]]) -> list[int]:
    """The sub-traces whose answer does not reach the last one's.

    Args:
        sources: for each sub-trace, the earlier ones whose answers it uses.
    """
    feeding = {len(sources) - 1}
    for index in range(len(sources) - 1, -1, -1):
        if index in feeding:
            feeding.update(sources[index])
    return [index for index in range(len(sources)) if index not in feeding]


def repeated_subtraces(subtraces: Sequence[ParsedSubTrace]) -> Iterator[tuple[int, int]]:
    """Each sub-trace that says the same as an earlier one, with that one's index.

    Two that read different answers do not say the same, even where both write `prev.result`.
    """
    for index, parsed in enumerate(subtraces):
        for earlier in range(index):
            if _same(parsed, index, subtraces[earlier], earlier):
                yield index, earlier
                break


def _same(one: ParsedSubTrace, place: int, other: ParsedSubTrace, other_place: int) -> bool:
    if one.expert != other.expert or len(one.steps) != len(other.steps):
        return False
    for step, twin in zip(one.steps, other.steps, strict=True):
        if _source(step, place) != _source(twin, other_place) or (
            step != twin and _source(step, place) is None
        ):
            return False
    return True


def _source(step: TypedStep | BrokenStep, place: int) -> tuple[str, int | None] | None:
    """What a step binds to which earlier answer; None where it does not."""
    if isinstance(step, BrokenStep) or step.role is not Role.SOURCE:
        return None
    return step.creates, resolve_source(str(step.fields["source"]), place)
