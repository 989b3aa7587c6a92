"""Tasks of lm-evaluation-harness: asked by its own package, which agrees with the embedded suite on the same items."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

pytest.importorskip("lm_eval")

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.retention.harness import Harness
from trace_trainer.engine.retention.scoring import chosen, score_suite
from trace_trainer.engine.retention.suite import Suite, embedded_suite

CLOZE = embedded_suite().tasks["cloze"][:24]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a task of its own, whose data lies there."""
    rows = [json.dumps({"context": item.context, "choices": item.choices}) for item in CLOZE]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    task = {
        "task": "own_cloze",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tmp_path / "rows.jsonl")}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{context}}",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": 0,
        "metric_list": [
            {"metric": metric, "aggregation": "mean", "higher_is_better": True}
            for metric in ("acc", "acc_norm")
        ],
    }
    (tmp_path / "own_cloze.yaml").write_text(yaml.safe_dump(task))
    return tmp_path


def test_it_chooses_as_the_embedded_suite_does(folder: Path, tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    found = Harness(["own_cloze"], folder, None).score(loaded)
    assert list(found) == [("own_cloze", "acc"), ("own_cloze", "acc_norm")]
    costs = score_suite(loaded, Suite(1, ("Snow fell.",), {"cloze": CLOZE})).choices["cloze"]
    for metric, by_byte in (("acc", False), ("acc_norm", True)):
        ours = [float(chosen(nats, item, by_byte)) for nats, item in zip(costs, CLOZE, strict=True)]
        assert [found["own_cloze", metric][number] for number in range(len(CLOZE))] == ours


def test_the_limit_is_that_of_each_task(folder: Path, tiny_model_dir: Path) -> None:
    found = Harness(["own_cloze"], folder, 3).score(load_model(tiny_model_dir))
    assert sorted(found["own_cloze", "acc"]) == [0, 1, 2]


def test_a_task_that_there_is_not_is_named() -> None:
    with pytest.raises(UserError, match="has no task hellaswg"):
        Harness(["hellaswg"], None, None)


def test_a_task_whose_data_cant_be_read_is_named(folder: Path) -> None:
    (folder / "rows.jsonl").unlink()
    with pytest.raises(UserError, match="--tasks own_cloze can't be read: "):
        Harness(["own_cloze"], folder, None)
