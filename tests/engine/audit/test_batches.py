"""`verify_batch`: what `trainer audit` says of rows, as columns, under Hugging Face datasets and Ray Data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import ray
from helpers.audit_runs import GOOD, NO_QUERY, UNGROUNDED, records, row, write
from helpers.call_turns import EMPTY, command, says

import datasets
from trace_trainer import verify_batch
from trace_trainer.experts.problems import generate

ROWS = [
    row(),
    row(UNGROUNDED),
    row(NO_QUERY, answer=None),
    row("nothing"),
    row(answer="x"),
    row(GOOD, question=None, answer=None),
    row(None, answer=7),
]
ROWS = [{**one, "answer": None if one["answer"] is None else str(one["answer"])} for one in ROWS]
"""Of every outcome, and one that can't be read; the answers are texts, as a column has one type."""


def batch(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [one[name] for one in rows] for name in rows[0]}


def found(columns: Any) -> list[tuple[Any, ...]]:
    """The verdicts in columns; None for a reward that is NaN."""
    rewards = [None if math.isnan(reward) else reward for reward in columns["reward"]]
    return list(zip(columns["outcome"], columns["correct"], rewards, columns["violations"], strict=True))


def audited(path: Path, rows: list[dict[str, Any]], *options: str) -> list[tuple[Any, ...]]:
    """The same by `trainer audit`."""
    said = records(write(path, *rows), *options)
    return [
        (
            one["outcome"],
            one["outcome"] == "correct",
            one["reward"],
            " ".join(v["code"] for v in one["violations"]),
        )
        for one in said
    ]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A Ray of this machine's own, with two workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")  # tests ask no network
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield
        ray.shutdown()


def test_a_batch_gets_the_verdicts_of_an_audit(tmp_path: Path) -> None:
    columns = verify_batch(batch(ROWS))
    assert found(columns) == audited(tmp_path / "rows.jsonl", ROWS)
    assert {"correct", "valid", "invalid_trace", "unparsed", "error"} <= {*columns["outcome"]}
    assert columns["question"] == [one["question"] for one in ROWS]


def test_arrays_are_read_as_lists_are() -> None:
    arrays = {name: numpy.array(cells, dtype=object) for name, cells in batch(ROWS).items()}
    assert found(verify_batch(arrays)) == found(verify_batch(batch(ROWS)))
    numbers = {**batch([row(), row()]), "answer": numpy.array([13, math.nan])}
    assert verify_batch(numbers)["outcome"] == ["correct", "valid"]


def test_columns_and_policy_are_named() -> None:
    rows = [
        {"q": one["question"], "meta": {"wrote": one["trace"], "gold": one["answer"]}} for one in ROWS[:2]
    ]
    named = {"question": "q", "trace": "meta.wrote", "answer": "meta.gold"}
    judged = verify_batch(batch(rows), columns=named, policy="binary", prefix="verified_")
    assert judged["verified_outcome"] == ["correct", "invalid_trace"] and judged["verified_reward"] == [
        1.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "word"}, "no kind 'word'; there are trace, call"),
        ({"columns": {"trase": "trace"}}, "no field 'trase'; there are trace, question"),
        ({"columns": {"trace": "wrote"}}, "no column 'wrote' for trace; there are question, trace"),
        ({"policy": "none"}, "none"),
    ],
)
def test_what_there_is_not_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        verify_batch(batch(ROWS), **options)


def test_a_column_is_not_replaced() -> None:
    with pytest.raises(ValueError, match="a column correct already; give another prefix"):
        verify_batch({**batch(ROWS), "correct": [True] * len(ROWS)})


def test_a_data_set_is_mapped_in_batches_of_any_outcome(tmp_path: Path) -> None:
    # A first batch without any violation, and one without any reward.
    rows = [ROWS[0], ROWS[0], ROWS[5], ROWS[5], *ROWS]
    mapped = datasets.Dataset.from_list(rows).map(
        verify_batch, batched=True, batch_size=2, writer_batch_size=2
    )
    assert found(mapped[:]) == audited(tmp_path / "rows.jsonl", rows)
    assert {name: str(mapped.features[name].dtype) for name in ("correct", "reward", "violations")} == {
        "correct": "bool", "reward": "float64", "violations": "string",
    }  # fmt: skip


def test_replies_with_calls_are_mapped(tmp_path: Path) -> None:
    rows = [
        {"completion": text, "expected": json.dumps(command("lsblk")), "start": json.dumps(EMPTY)}
        for text in (says("lsblk"), "Hello.", says("rm -rf /"))
    ]
    mapped = datasets.Dataset.from_list(rows).map(verify_batch, batched=True, fn_kwargs={"kind": "call"})
    assert found(mapped[:]) == audited(tmp_path / "rows.jsonl", rows, "--kind", "call")
    assert mapped["correct"][0] and mapped["outcome"][2] == "refused"


def test_ray_data_maps_batches(tmp_path: Path, cluster: None) -> None:
    rows = [{**one, "number": number} for number, one in enumerate(ROWS * 3)]
    mapped = ray.data.read_json(write(tmp_path / "rows.jsonl", *rows)).map_batches(verify_batch, batch_size=2)
    in_order = sorted(mapped.take_all(), key=lambda one: one["number"])  # Ray gives them as they are done
    assert found(batch(in_order)) == audited(tmp_path / "same.jsonl", rows)


@pytest.mark.slow
def test_a_million_lines_under_ray(tmp_path: Path, cluster: None) -> None:
    lines = [
        json.dumps({"question": p.question, "answer": p.answer, "trace": p.trace})
        for p in generate("train", 2000)
    ]
    for shard in range(10):
        write(tmp_path / f"{shard}.jsonl", *lines * 50)
    assert ray.data.read_json(str(tmp_path)).map_batches(verify_batch).sum("correct") == 1_000_000
