"""One process at a time works on a run."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from helpers.holding import held_elsewhere

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.lock import hold, is_held, let_go
from trace_trainer.engine.runs.place import reserve
from trace_trainer.engine.settings.stages import SFTConfig


def create(name: str | None, *, overwrite: bool = False) -> Run:
    return Run.create("sft", name, SFTConfig(), parent="p", parent_path="x", overwrite=overwrite)


def test_nobody_resumes_replaces_or_starts_a_run_that_another_process_works_on(checkpoints: Path) -> None:
    create("shop").close("interrupted")
    with held_elsewhere(checkpoints / "shop_sft") as process:
        holder = rf"in use by process {process.pid} on {socket.gethostname()} since 20"
        for attempt in (
            lambda: Run.resume("sft", "shop"),
            lambda: Run.resume("sft"),
            lambda: create("shop", overwrite=True),
            lambda: reserve(checkpoints / "shop_sft", "sft", True),
        ):
            with pytest.raises(UserError, match=holder):
                attempt()
    assert (checkpoints / "shop_sft" / "manifest.json").exists()


def test_a_name_on_which_another_process_works_is_not_taken_for_free(checkpoints: Path) -> None:
    with held_elsewhere(checkpoints / "p_sft"):
        assert create(None).path.name == "p-2_sft"


def test_the_lock_of_a_killed_process_frees_itself(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "x") as process:
        assert is_held(tmp_path / "x")
        process.kill()
        process.wait()
        assert (tmp_path / ".x.lock").exists() and not is_held(tmp_path / "x")
        hold(tmp_path / "x")
        let_go(tmp_path / "x")


def test_nothing_is_left_of_a_lock(checkpoints: Path) -> None:
    create("shop").close("finished")
    assert [path.name for path in checkpoints.iterdir()] == ["shop_sft"]


def test_a_lock_is_not_followed_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / ".x.lock").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="symbolic links"):
        hold(tmp_path / "x")
    assert (tmp_path / "theirs").read_text() == "precious"
