"""The benchmark of shards: its ways count the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from trace_trainer.engine.benchmarks import shards


def test_the_ways_of_one_process_each_count_every_row(tmp_path: Path) -> None:
    shards.write_shards(tmp_path, 100)
    assert len(list(tmp_path.iterdir())) == shards.SHARDS
    assert [shards.WAYS[name](str(tmp_path), 1) for name in ("trainer audit", "datasets.map")] == [100, 100]


def test_a_way_is_measured_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SECONDS_BETWEEN", 0.01)
    shards.write_shards(tmp_path, 2 * shards.SHARDS)
    found = shards.measured("trainer audit", tmp_path, 1)
    assert found.correct == 2 * shards.SHARDS and found.memory > 10 * 2**20
    assert 0 < found.processors <= found.seconds + 1


def test_a_way_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError, match=r"trainer audit failed: .* holds no"):
        shards.measured("trainer audit", tmp_path, 1)
