"""How a command of `trainer` ends: its exit code, and no more than a line where something went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trace_trainer.engine.commands.ending import system_errors_in_one_line
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import PROJECT

GENERATE = "generate --count 100000"


def trainer(words: str, **options: object) -> subprocess.Popen[str]:
    start = [sys.executable, "-m", "trace_trainer.engine.cli", *words.split(" ")]
    return subprocess.Popen(start, cwd=PROJECT, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload, no-any-return]


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


@pytest.mark.parametrize(
    "words", ["experts", "generate --count 3", "--help", "audit --help", "experts --format json"]
)
def test_a_full_device_is_2_and_a_closed_pipe_141(words: str) -> None:
    with open("/dev/full", "w") as full:
        assert ended(trainer(words, stdout=full)) == (2, "Error: can't write: No space left on device\n")
    read, write = os.pipe()
    os.close(read)
    assert ended(trainer(words, stdout=write)) == (141, "")
    os.close(write)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.usefixtures("heeded_interrupts")
def test_signals_stop_a_command_alike_and_leave_no_half_file(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = trainer(f"{GENERATE} --out {tmp_path}/out.jsonl")
    while not list(tmp_path.iterdir()):
        pass
    process.send_signal(number)
    assert ended(process) == (code, "Interrupted.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_hangup_that_is_ignored_stays_so(tmp_path: Path) -> None:
    process = trainer(
        f"generate --count 3000 --out {tmp_path}/out.jsonl",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    while not list(tmp_path.iterdir()):
        pass
    process.send_signal(signal.SIGHUP)
    assert ended(process)[0] == 0


def test_streams_that_are_closed_are_no_error() -> None:
    line = f"{sys.executable} -m trace_trainer.engine.cli experts >&- 2>&- <&-"
    assert subprocess.run(line, shell=True, cwd=PROJECT, check=False).returncode == 0


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\u202eb", "a\x9bb", "a\rb"])
def test_an_error_never_brings_what_steers_a_terminal(text: str) -> None:
    code, errors = ended(trainer("audit " + text))
    assert code == 2 and errors.removesuffix("\n").isprintable() and "does not exist" in errors


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory for this; smaller batches or counts need less"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "there is not enough memory"),
        (PermissionError(13, "Permission denied", "secret.json"), "secret.json: Permission denied"),
        (OSError(28, "No space left on device"), "can't write: No space left on device"),
    ],
)
def test_what_the_system_refuses_is_one_line(error: Exception, said: str) -> None:
    with pytest.raises(UserError, match=said), system_errors_in_one_line():
        raise error


def test_an_error_of_the_programs_own_is_not_hidden() -> None:
    with pytest.raises(KeyError), system_errors_in_one_line():
        raise KeyError("x")
