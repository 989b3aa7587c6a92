"""trainer serve: what it says, what it refuses before a model is loaded, and that SIGTERM ends it well."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE
from trace_trainer.engine.serving.server import token_for

ASKED = {"messages": [{"role": "user", "content": "How many?"}], "max_tokens": 4}


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves, and its base URL; killed where a test leaves it running."""
    command = [sys.executable, "-m", "trace_trainer.engine.cli", "serve", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_a_model_is_served_until_sigterm_which_ends_what_runs(tiny_model_dir: Path) -> None:
    with serving("--model", str(tiny_model_dir)) as (process, url):
        assert httpx2.post(f"{url}/chat/completions", json=ASKED).status_code == 200
        long = {**ASKED, "max_tokens": 900, "temperature": 1, "n": 16, "stop": "never written"}
        with ThreadPoolExecutor() as pool:
            running = pool.submit(httpx2.post, f"{url}/chat/completions", json=long, timeout=30)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            assert running.result().status_code == 503
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "serving tiny for the task traces; Ctrl-C ends it\n")


def test_a_port_in_use_is_one_line_before_a_model_is_loaded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(trainer, ["serve", "--model", "no-such-model", "--port", port])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: can't listen on 127.0.0.1 port {port}")
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    result = CliRunner().invoke(trainer, ["serve"])
    assert result.stderr == "Error: trainer serve needs the extra serve: pip install 'trace-trainer[serve]'\n"


@pytest.mark.parametrize(
    ("host", "wanted", "given", "token"),
    [
        ("127.0.0.1", False, "", None),
        ("::1", False, "", None),
        ("127.0.0.1", True, "mine", "mine"),
        ("127.0.0.1", False, "mine", "mine"),
        ("0.0.0.0", False, "mine", "mine"),
    ],
)
def test_only_this_machine_needs_no_token(
    host: str, wanted: bool, given: str, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, given)
    assert token_for(host, wanted) == (token, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_other_hosts_get_a_new_token_each_time(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    (one, _), (other, is_new) = token_for(host, False), token_for(host, False)
    assert one and other and one != other and is_new
