"""docs/compatibility.md shows what is tried here; `pytest -s tests/compatibility/test_table.py` prints it."""

from __future__ import annotations

from pathlib import Path

from compatibility.table import models_table

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


def test_the_page_shows_what_is_tried() -> None:
    print(f"\n{models_table()}")
    assert models_table() in PAGE.read_text(encoding="utf-8")
