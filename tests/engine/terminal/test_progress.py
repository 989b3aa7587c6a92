"""engine/terminal/progress.py: quiet for short work, plain lines elsewhere than on a terminal, results left alone."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.terminal.progress import Progress, duration, track


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track(range(1000), "count")) == list(range(1000))
    assert capsys.readouterr() == ("", "")


def test_plain_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("sft", total=4, seconds_between_lines=0) as bar:
        bar.advance(note="loss 0.5")
    out, errors = capsys.readouterr()
    assert out == "" and errors.startswith("sft: 1 of 4 steps, ") and errors.endswith("left, loss 0.5\n")


def test_the_time_left_follows_from_the_rate() -> None:
    bar = Progress("audit", total=12_000, unit="traces", seconds_between_lines=1e9)
    bar.update(3000)
    assert bar.status(elapsed=2.0) == "3,000 of 12,000 traces, 1,500/s, 6 s left"


def test_the_time_left_follows_from_the_share_where_no_total_is_known() -> None:
    bar = Progress("audit", unit="traces", seconds_between_lines=1e9)
    bar.update(500, share=0.25)
    assert bar.status(elapsed=100.0) == "500 traces, 5/s, 5 min 0 s left"


def test_resumed_work_counts_only_its_own_for_the_rate() -> None:
    bar = Progress("rl", total=20, done=10, seconds_between_lines=1e9)
    bar.update(15)
    assert bar.status(elapsed=50.0) == "15 of 20 steps, 0.1/s, 50 s left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3599.7, "1 h 0 min"), (12_000, "3 h 20 min")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_bar_on_the_terminal_leaves_piped_results_alone() -> None:
    code = (
        "import time; from trace_trainer.engine.terminal import progress; progress.SILENT_SECONDS = 0\n"
        "with progress.Progress('work', total=3) as bar:\n"
        "    for number in range(3): bar.advance(); print(number, flush=True); time.sleep(0.15)"
    )
    leader, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm"},
    ) as process:
        results, _ = process.communicate(timeout=60)
    os.close(terminal)
    shown = os.read(leader, 65536)
    os.close(leader)
    assert results == b"0\n1\n2\n" and b"work" in shown
