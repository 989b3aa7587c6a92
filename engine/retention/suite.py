"""The embedded suite: plain text to read, and sentences with several ways to go on, of which one is right.

Its items lie in `items.yaml`, so that it needs no network and means the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

PLAIN_TEXT = "plain_text"


@dataclass(frozen=True, slots=True)
class Item:
    """A context, and how it may go on, the right way first; a space stands between the two."""

    context: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """What is asked.

    Attributes:
        version: figures of two versions are not comparable.
        passages: plain text.
        tasks: items of choices by the name of their task.
    """

    version: int
    passages: tuple[str, ...]
    tasks: dict[str, tuple[Item, ...]]


def embedded_suite() -> Suite:
    """The suite that is shipped."""
    read = yaml.safe_load(Path(__file__).with_name("items.yaml").read_text(encoding="utf-8"))
    tasks = {
        name: tuple(Item(task["lead"] + context, (right, *wrong)) for context, right, *wrong in task["items"])
        for name, task in read["choices"].items()
    }
    return Suite(read["version"], tuple(read[PLAIN_TEXT]), tasks)
