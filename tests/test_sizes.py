"""Nothing is too long to be read at once, and every file is called by what it holds."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path
    for folder in ("engine", "experts", "integrations", "verifiers", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
MOST_LINES = 300
MOST_FUNCTION_LINES = 60


def _longer(lines: dict[str, int], most: int) -> dict[str, int]:
    return {name: count for name, count in lines.items() if count > most}


def test_no_file_is_too_long() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert _longer(lines, MOST_LINES) == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lines = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path.relative_to(ROOT)}: {node.name}"
                lines[name] = (node.end_lineno or 0) - node.lineno + 1
    assert _longer(lines, MOST_FUNCTION_LINES) == {}


def test_no_file_is_called_utils() -> None:
    assert [path.name for path in FILES if {"util", "utils"} & {*path.stem.split("_")}] == []
