"""Traces, rows and ways to run `trainer audit`, for the tests of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer

QUESTION = "Ann has 16 eggs and eats 3. How many are left?"
GOOD = """expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: result}
- {op: query, var: result}
"""
NO_QUERY = GOOD.replace("- {op: query, var: result}\n", "")
UNGROUNDED = GOOD.replace("16", "17")
COMPOSITION = """- expert: arithmetic
  trace:
  - {op: init, var: eggs, value: 16}
  - {op: compute, compute_op: mul, args: [eggs, 2], var: result}
  - {op: query, var: result}
- expert: arithmetic
  trace:
  - {op: init, var: prev, source: prev.result}
  - {op: compute, compute_op: sub, args: [prev, 3], var: result}
  - {op: query, var: result}
"""


def row(trace: str = GOOD, **fields: object) -> dict[str, object]:
    return {"question": QUESTION, "trace": trace, "answer": 13, "expert": "arithmetic"} | fields


def write(path: Path, *lines: object) -> str:
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return str(path)


def audit(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(trainer, ["audit", *arguments], input=stdin)


def summary(*arguments: str, stdin: str | bytes | None = None) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(audit(*arguments, "--format", "json", stdin=stdin).stdout)
    return result


def records(*arguments: str, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
    result = audit(*arguments, "--format", "jsonl", stdin=stdin)
    return [json.loads(line) for line in result.stdout.splitlines()]
