"""Files are written whole or not at all, wherever they lie and whatever stops the writing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.full_disk import files_of_at_most

from trace_trainer.engine.atomic import atomic_binary, atomic_write, no_room
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import PROJECT


def test_a_disk_without_room_is_one_line_and_leaves_the_old_content_alone(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with (
        pytest.raises(UserError, match="File too large; what was there before is still there"),
        files_of_at_most(1000),
        atomic_write(target) as stream,
    ):
        stream.write("new" * 100_000)
    assert target.read_text() == "old" and os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("library", ["torch", "safetensors", "tokenizers"])
def test_libraries_that_meet_a_full_disk_are_understood(tmp_path: Path, library: str) -> None:
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, models

    vocabulary = {str(number): number for number in range(5000)}
    saving = {
        "torch": lambda: torch.save(torch.zeros(100_000), tmp_path / "a"),
        "safetensors": lambda: save_file({"a": torch.zeros(100_000)}, tmp_path / "a"),
        "tokenizers": lambda: Tokenizer(models.WordLevel(vocabulary, "0")).save(str(tmp_path / "a")),
    }
    with pytest.raises(Exception) as caught, files_of_at_most(1000):
        saving[library]()
    assert no_room(caught.value)


def test_an_error_of_another_kind_is_not_taken_for_a_full_disk() -> None:
    assert no_room(PermissionError(13, "x")) is None and no_room(RuntimeError("shape mismatch")) is None


def test_a_full_device_is_one_line() -> None:
    with (
        pytest.raises(UserError, match=r"^can't write /dev/full: No space left"),
        atomic_write("/dev/full") as out,
    ):
        out.write("x" * 100_000)


def test_the_mode_of_what_is_replaced_is_kept_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "out.txt", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with atomic_write(link) as stream:
        stream.write("new")
    assert link.is_symlink() and target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_others_have(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_binary(tmp_path / "new") as stream:
        stream.write(b"\0")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_temporary_name_can_not_be_foreseen(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        with atomic_write(tmp_path / "out"):
            names |= {name for name in os.listdir(tmp_path) if name.endswith(".tmp")}
    assert len(names) == 2


def test_a_name_as_long_as_names_can_be_is_written(tmp_path: Path) -> None:
    with atomic_write(tmp_path / ("x" * 255)) as stream:
        stream.write("y")
    assert [len(name) for name in os.listdir(tmp_path)] == [255]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "absent/x", "."])
def test_a_place_that_can_not_be_written_to_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"^can't write .*: "), atomic_write(f"{tmp_path}/{name}"):
        pass


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(tmp_path: Path) -> None:
    code = (
        "import os, sys; from trace_trainer.engine.atomic import atomic_write\n"
        "with atomic_write(sys.argv[1]) as stream: print(flush=True); input(); os._exit(9)"
    )
    start = [sys.executable, "-c", code, str(tmp_path / "out")]
    with subprocess.Popen(start, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (left,) = tmp_path.glob(".out.*.tmp")
        os.utime(left, (time.time() - 3600, time.time() - 3600))
        write(tmp_path / "out")
        assert left.exists()  # it is being written
        process.communicate(b"\n")
    write(tmp_path / "out")
    assert not left.exists()


def write(path: Path) -> None:
    with atomic_write(path):
        pass
