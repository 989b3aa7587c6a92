"""`trainer rl` with settings small enough for a test, and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer

SMALL = (
    "--iters", "2", "--prompts-per-iteration", "4", "--group-size", "4", "--max-new-tokens", "8",
    "--eval-count", "6", "--learning-rate", "1e-3", "--collapse", "0",
    "--skip-doctor", "lengths", "--skip-doctor", "dry-run",
)  # fmt: skip
UNREWARDED = ("--skip-doctor", "reward")
"""A random model earns nothing, whatever the tests pay for."""


def command(*options: str) -> Result:
    return CliRunner().invoke(trainer, ["rl", *options])


def metrics(run: Path) -> list[dict[str, Any]]:
    """Of the iterations; looks at held-out problems stand between them."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "eval" not in line]


def manifest(run: Path) -> dict[str, Any]:
    return json.loads((run / "manifest.json").read_text())  # type: ignore[no-any-return]
