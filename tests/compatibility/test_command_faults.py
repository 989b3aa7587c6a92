"""Every fault of the list ends as the list says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from compatibility.command_faults import FAULTS, Fault
from helpers.holding import held_elsewhere

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import SFTConfig

ROW = {"id": "a", "question": "How many?", "answer": "5", "trace": "none"}
PAIRS = zip("abcdefgh", "bcdefghi", strict=True)
BOMB = "a: &a [x, x]\n" + "".join(f"{later}: &{later} [{f'*{earlier}, ' * 9}]\n" for earlier, later in PAIRS)


def _make_run(name: str, parent: Path, data: str | None = None) -> Run:
    config = SFTConfig(model=str(parent), data=data, eval_data="rows.jsonl")
    run = Run.create("sft", name, config, parent="parent", parent_path=str(parent))
    run.record_data("train", "rows", ["other"])
    run.close("interrupted")
    return run


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model_dir: Path, checkpoints: Path
) -> Iterator[dict[str, str]]:
    """A working directory with good and bad files and runs; what stands for MODEL and FED in a command."""
    monkeypatch.chdir(tmp_path)
    for name in ("rows.jsonl", "[red]rows.jsonl"):
        (tmp_path / name).write_text(json.dumps(ROW) + "\n")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "folder.jsonl" / "a.jsonl").write_text(json.dumps(ROW) + "\n")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "link.jsonl").symlink_to("rows.jsonl")
    os.link("rows.jsonl", "hard.jsonl")
    (tmp_path / "recursive.yaml").write_text("&a\nsft: *a\n")
    (tmp_path / "bomb.yaml").write_text(BOMB)
    (tmp_path / "types.yaml").write_text("sft: {rank: [1], seed: {a: 1}}\n")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\0")
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / "config.json").write_text("{}")
    runs = {name: _make_run(name, parent).path for name in ("held", "edited", "torn", "looped")}
    runs["fed"] = _make_run("fed", parent, data="rows.jsonl").path
    (runs["fed"] / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("{}")
    runs["orphan"] = _make_run("orphan", other).path
    (other / "config.json").write_text('{"changed": true}')
    _damage(runs)
    with held_elsewhere(runs["held"]):
        yield {"MODEL": str(tiny_model_dir), "FED": str(runs["fed"] / "rows.jsonl")}


def _damage(runs: dict[str, Path]) -> None:
    config = runs["edited"] / "config.yaml"
    config.write_text(config.read_text().replace("seed: 0", "seed: 5"))
    manifest = runs["torn"] / "manifest.json"
    manifest.write_text(manifest.read_text()[:100])
    (runs["looped"] / "config.yaml").write_text("&a [*a]\n")
    (runs["looped"] / "config.json").write_text("{}")


@pytest.mark.parametrize(
    "fault",
    [fault for faults in FAULTS.values() for fault in faults],
    ids=lambda fault: fault.what.replace(" ", "-"),
)
def test_a_fault_is_one_line_that_names_it(place: dict[str, str], fault: Fault) -> None:
    words = fault.words
    for name, value in place.items():
        words = words.replace(name, value)
    result = CliRunner().invoke(trainer, words.split(" "))
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == fault.code, result.output
    assert fault.said in result.output
    error = result.stderr.rpartition("Error: ")[2].removesuffix("\n")
    assert error.isprintable(), error
