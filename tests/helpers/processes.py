"""Several processes of one command, as `torchrun` starts them: by what it sets in the environment."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 120  # seconds
VARIED = f"{Path(__file__).parent / 'varied_reward.py'}:varied"
"""A reward that differs within any group."""


def environment(checkpoints: Path) -> dict[str, str]:
    """This process's, with another folder for runs and one thread for each process."""
    return {**os.environ, "TRAINER_CHECKPOINTS": str(checkpoints), "OMP_NUM_THREADS": "1"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(checkpoints: Path, *arguments: object, count: int = 2) -> list[subprocess.Popen[str]]:
    """So many processes of one `trainer` command; a single one is started as ever."""
    group = {"WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    places = [{**group, "RANK": rank, "LOCAL_RANK": rank} for rank in range(count)] if count > 1 else [{}]
    return [
        subprocess.Popen(
            [sys.executable, "-m", "trace_trainer.engine.cli", *map(str, arguments)],
            env={**environment(checkpoints), **{name: str(value) for name, value in place.items()}},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for place in places
    ]


def ended(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """The exit code, standard output and standard error of each."""
    said = [process.communicate(timeout=PATIENCE) for process in processes]
    return [(process.returncode, *texts) for process, texts in zip(processes, said, strict=True)]


def began(processes: list[subprocess.Popen[str]], log: Path, lines: int) -> None:
    """Wait until a log has so many lines."""
    started = time.monotonic()
    while not log.exists() or len(log.read_text().splitlines()) < lines:
        assert time.monotonic() - started < PATIENCE and processes[0].poll() is None
        time.sleep(0.05)
