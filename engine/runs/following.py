"""A run as processes see it that only follow: the main one writes all there is to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.manifest import Status

if TYPE_CHECKING:
    from trace_trainer.engine.models.loading import LoadedModel


class FollowedRun(Run):
    """A run folder that is read and not written."""

    def log_metrics(self, record: Mapping[str, Any]) -> None:
        pass

    def log_rollouts(self, records: Iterable[Mapping[str, Any]]) -> None:
        pass

    def rewind(self, step: int) -> None:
        pass

    def record_data(self, role: str, source: str, lines: Iterable[str]) -> None:
        pass

    def record_files(self, role: str, files: Sequence[Mapping[str, Any]]) -> None:
        pass

    def record_device(self, device: str) -> None:
        pass

    def save_weights(self, loaded: LoadedModel, weights: Mapping[str, Any] | None = None) -> None:
        pass

    def close(self, status: Status) -> None:
        pass
