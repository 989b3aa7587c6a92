"""No text that comes from a file or a model steers a terminal, and all that is said goes one way."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable, printable_json, tell

STEERING = "\x1b[31m\x9b31m\x1b]0;title\x07\u202e\u2066\u200f\r\b\x00\ud83d"
LETTERS = "plain é ≤ 中\n"


def steers(text: str) -> bool:
    return any(not c.isprintable() and c != "\n" for c in text)


def test_what_steers_becomes_its_escape_and_letters_stay() -> None:
    assert not steers(printable(STEERING)) and r"\x1b[31m" in printable(STEERING)
    assert printable(LETTERS) == LETTERS


def test_json_keeps_its_value() -> None:
    value = {STEERING: [STEERING, LETTERS, 1.5, None, "\U0001f600"]}
    text = printable_json(value, indent=2)
    assert not steers(text) and json.loads(text) == value and "é ≤ 中" in text


def test_a_console_shows_markup_as_text_and_nothing_that_steers() -> None:
    stream = io.StringIO()
    console = console_on(stream)
    table = Table("[red]name[/red]", title=STEERING)
    table.add_row(STEERING)
    table.add_row(Text(f"[/] {STEERING}"))
    for shown in (table, f"[bold]{STEERING}[/]", Text(LETTERS)):
        console.print(shown)
    text = stream.getvalue()
    assert not steers(text) and "[red]name[/red]" in text and "[bold]" in text and LETTERS in text


def test_what_is_said_beside_results_is_safe(capsys: pytest.CaptureFixture[str]) -> None:
    tell(STEERING + LETTERS)
    assert not steers(capsys.readouterr().err)


def test_nothing_goes_to_standard_error_or_to_a_console_in_another_way() -> None:
    other = re.compile(r"file=sys\.stderr|err=True|sys\.stderr\.write|\bConsole\(")
    ways = {
        Path("engine/terminal/printable.py"),
        Path("engine/commands/ending.py"),
    }
    files = [path for path in (PROJECT / "engine").rglob("*.py") if other.search(path.read_text("utf-8"))]
    assert {path.relative_to(PROJECT) for path in files} == ways
