"""docs/troubleshooting.md: every message that it explains is one that the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from trace_trainer.engine.places import PROJECT

PAGE = (PROJECT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall(r"^\| `(.+?)` \| ", PAGE, re.MULTILINE)
VALUE = "\0"
"""Stands for a value that is put into a message."""


@pytest.fixture(scope="module")
def said() -> str:
    """All texts of the code, one a line, with VALUE for what is put in."""
    files = [path for room in ("engine", "verifiers", "experts") for path in (PROJECT / room).rglob("*.py")]
    return "\n".join(text for path in files for text in _texts(path.read_text(encoding="utf-8")))


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else VALUE for part in node.values]
            yield "".join(map(str, parts)).replace("\n", " ")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("\n", " ")


def _pattern(message: str) -> str:
    """What a message is in the code: each `...` a value, or the words behind the part that is shown."""
    return ".*?".join(map(re.escape, message.split("...")))


@pytest.mark.parametrize("message", MESSAGES)
def test_each_message_is_one_of_the_code(message: str, said: str) -> None:
    assert len(message.replace("...", "")) >= 12
    assert re.search(_pattern(message), said), message


def test_a_message_that_nothing_says_would_be_found(said: str) -> None:
    assert not re.search(_pattern("the moon is full: give --device ..."), said)


def test_there_are_many() -> None:
    assert len(MESSAGES) == len(set(MESSAGES)) > 40
