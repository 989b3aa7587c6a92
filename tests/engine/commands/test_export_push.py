"""`trainer export --push`: the folder goes to the hub whole, with the token; where it can't, what is saved stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.exportable import save_exportable
from helpers.hub import Hub, serving_hub


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_exportable("qwen2", tmp_path_factory.mktemp("models") / "qwen")


def _push(hub: Hub, model: Path, checkpoints: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the hub's client reads its settings when it is imported."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "HF_ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": "hf_of_mine",
        "TRAINER_CHECKPOINTS": str(checkpoints),
    }
    words = ["export", str(model), "--push", "me/mine", "--no-measure", "--count", "1"]
    return subprocess.run(
        [sys.executable, "-m", "trace_trainer.engine.cli", *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_hub_gets_what_lies_in_the_folder(qwen: Path, tmp_path: Path) -> None:
    with serving_hub() as hub:
        done = _push(hub, qwen, tmp_path)
        assert done.returncode == 0, done.stderr
        saved = {path.name: path.read_bytes() for path in (tmp_path / "qwen-merged").iterdir()}
        assert hub.files == saved
        assert "model.safetensors" in saved and "README.md" in saved
        assert "Bearer hf_of_mine" in hub.tokens
        assert f"uploaded to {hub.url}/me/mine" in done.stdout


def test_where_the_hub_says_no_the_folder_stays_and_the_reason_is_told(qwen: Path, tmp_path: Path) -> None:
    with serving_hub() as hub:
        hub.refuses = True
        done = _push(hub, qwen, tmp_path)
    assert done.returncode == 2
    assert "qwen-merged is saved, but the hub did not take it: " in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "qwen-merged" / "model.safetensors").is_file()
