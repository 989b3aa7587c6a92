"""Which model is asked, and for what, where the user does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from trace_trainer.engine.commands.models_asked import asked_task, default_model
from trace_trainer.engine.tasks.traces import TraceTask


def test_the_newest_rl_run_is_preferred_to_the_newest_sft_run_and_both_to_the_base(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: dict[str, Path] = {}
    monkeypatch.setattr(
        "trace_trainer.engine.commands.models_asked.newest_run", lambda kind, task: runs.get(kind)
    )
    assert default_model() == "tiny-base"
    runs["sft"] = Path("checkpoints/a")
    assert default_model() == "checkpoints/a"
    runs["rl"] = Path("checkpoints/b")
    assert default_model() == "checkpoints/b"


def test_a_model_trained_with_the_card_is_known_by_its_folder_and_by_its_name(checkpoints: Path) -> None:
    for name, card in (("with", True), ("without", False)):
        (checkpoints / name).mkdir()
        (checkpoints / name / "config.json").write_text("{}")
        (checkpoints / name / "config.yaml").write_text(f"card: {str(card).lower()}\n")
    assert asked_task(["with"]) == asked_task([str(checkpoints / "with")]) == TraceTask(card=True)
    assert asked_task(["without"]) == asked_task(["some/hub-model"]) == TraceTask(card=False)
