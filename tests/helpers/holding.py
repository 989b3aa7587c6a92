"""Another process that works on something, for as long as a block lasts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trace_trainer.engine.places import PROJECT

_CODE = (
    "import sys; from pathlib import Path; from trace_trainer.engine.runs.lock import hold\n"
    "hold(Path(sys.argv[1])); print(flush=True); input()"
)


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Inside, the process that is yielded holds the lock on `path`."""
    start = [sys.executable, "-c", _CODE, str(path)]
    with subprocess.Popen(start, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()
