"""trainer serve-reward: what it says, what it refuses, that SIGTERM ends it well, that it needs no model library."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx2
import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.extras import EXTRAS

ROW = {"completion": "no trace", "question": "How many?", "answer": "3"}


def test_rewards_are_served_until_sigterm() -> None:
    command = [sys.executable, "-m", "trace_trainer.engine.cli", "serve-reward", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert httpx2.post(f"{url}/reward", json=ROW, timeout=60).json()["reward"] == 0.0
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, said) == (0, "rewarding by gated with 1 process; Ctrl-C ends it\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--column", "poem=x"], "no such field"),
        (["--kind", "call", "--no-grounding"], "--no-grounding is an option of --kind trace"),
        (["--call-format", "hermes"], "--call-format is an option of --kind call"),
        (["--no-reference", "--column", "reference=gold"], "a reference is named"),
        (["--reward", "absent.py:mine"], "absent.py"),
        (["--seconds", "nan"], "nan"),
        (["--host", "no such host"], "can't listen on"),
    ],
)
def test_what_is_wrong_is_one_line_before_a_process_is_started(options: list[str], said: str) -> None:
    result = CliRunner().invoke(trainer, ["serve-reward", "--port", "0", *options])
    assert result.exit_code == 2 and said in result.stderr.splitlines()[-1]


def test_a_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(trainer, ["serve-reward", "--port", port])
    assert result.stderr.startswith(f"Error: can't listen on 127.0.0.1 port {port}")


def test_no_model_library_is_imported() -> None:
    heavy = set(EXTRAS["train"])
    code = (
        "import sys, trace_trainer.engine.rewarding.app, trace_trainer.engine.serving.server;"
        f"print(*({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
