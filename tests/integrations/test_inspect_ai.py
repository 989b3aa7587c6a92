"""Scorer and task in an evaluation of Inspect, with replies that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

inspect_ai = pytest.importorskip("inspect_ai")

from inspect_ai.dataset import MemoryDataset, Sample  # noqa: E402
from inspect_ai.model import GenerateConfig, ModelAPI, ModelOutput, get_model, modelapi  # noqa: E402

from trace_trainer.integrations.inspect_ai import traces, verified  # noqa: E402
from trace_trainer.integrations.problems import problem_rows  # noqa: E402

ROWS = problem_rows(count=4)


@modelapi(name="known")  # type: ignore[untyped-decorator, unused-ignore]
class Known(ModelAPI):  # type: ignore[misc, unused-ignore]
    """A model whose replies are given, in their order; it counts tokens without a tokenizer from the network."""

    def __init__(self, model_name: str, replies: list[str], **_: Any) -> None:
        super().__init__(model_name, None, None, [], GenerateConfig())
        self.replies = iter(replies)

    async def generate(self, *_: Any, **__: Any) -> Any:
        return ModelOutput.from_content(self.model_name, next(self.replies))

    async def count_text_tokens(self, text: str) -> int:
        return len(text)


def run(task: Any, replies: list[str], folder: Path) -> Any:
    model = get_model("known/model", replies=replies)
    (log,) = inspect_ai.eval(
        task, model, log_dir=str(folder), display="none", max_connections=1, max_samples=1
    )
    assert log.status == "success", log.error
    return log


def test_accuracy_is_the_share_of_correct_traces(tmp_path: Path) -> None:
    replies = [row["trace"] or "" for row in ROWS[:3]] + ["no trace"]
    log = run(traces(count=4), replies, tmp_path)
    assert log.results.scores[0].metrics["accuracy"].value == 0.75
    scores = [sample.scores["verified"] for sample in log.samples]
    assert [score.metadata["reward"] for score in scores] == [1.0, 1.0, 1.0, 0.0]
    assert scores[3].explanation.startswith("not_a_trace")
    assert [message.role for message in log.samples[0].messages] == ["system", "user", "assistant"]


def test_what_can_not_be_judged_is_left_out(tmp_path: Path) -> None:
    samples = [
        Sample(input=row["question"] or "", target=row["answer"] if n else "many")
        for n, row in enumerate(ROWS)
    ]
    task = inspect_ai.Task(dataset=MemoryDataset(samples), scorer=verified())
    log = run(task, [row["trace"] or "" for row in ROWS], tmp_path)
    assert log.results.scores[0].metrics["accuracy"].value == 1.0
    (score, *_) = [sample.scores["verified"] for sample in log.samples]
    assert score.value != score.value and score.explanation.startswith("bad_gold")
