"""docs/compatibility.md shows what is tried here; `pytest -s tests/compatibility/test_table.py` prints it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from compatibility.table import commands_table, data_table, models_table

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


@pytest.mark.parametrize("table", [models_table, data_table, commands_table])
def test_the_page_shows_what_is_tried(table: Callable[[], str]) -> None:
    print(f"\n{table()}")
    assert table() in PAGE.read_text(encoding="utf-8")
