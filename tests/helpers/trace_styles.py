"""The same trace as text in several styles."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from helpers.trace_strategies import Parts


def _scalar(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def canonical(parts: Parts) -> str:
    """Flow mappings, one step a line, the keys in the order of the steps' dicts."""
    single = len(parts) == 1
    lines = []
    for expert, steps in parts:
        lines.append(f"{'' if single else '- '}expert: {expert}")
        lines.append(f"{'' if single else '  '}trace:{'' if steps else ' []'}")
        for step in steps:
            inner = ", ".join(f"{key}: {_scalar(value)}" for key, value in step.items())
            lines.append(f"{'' if single else '  '}- {{{inner}}}")
    return "\n".join(lines) + "\n"


def _quoted(key: str, value: Any, rng: Random) -> str:
    """A name, perhaps in quotes: numbers stand without."""
    text = str(value)
    name = key != "value" and not text[:1].isdigit() and not text.startswith(("-", "."))
    return rng.choice([text, f"'{text}'", f'"{text}"']) if name else text


def styled(parts: Parts, rng: Random) -> str:
    """Block or flow style, names in quotes or not, any order of keys, comments, blank lines, perhaps a fence."""
    listed = len(parts) > 1 or rng.random() < 0.5
    lines: list[str] = []

    def add(text: str, indent: int) -> None:
        if rng.random() < 0.1:
            lines.append(rng.choice(["", "  # a comment", "# value: 5"]))
        lines.append(" " * indent + text + rng.choice(["", "", "", "  # so", "   "]))

    left = 2 if listed else 0
    for expert, steps in parts:
        add(f"{'- ' if listed else ''}expert: {_quoted('expert', expert, rng)}", 0)
        add("trace:" if steps else "trace: []", left)
        for step in steps:
            items = list(step.items())
            rng.shuffle(items)
            _add_step(items, left, rng, add)
    body = "\n".join(lines) + rng.choice(["", "\n", "\n\n"])
    return rng.choice([body, body, f"```yaml\n{body}\n```", f"\n```\n{body}\n```\n\n"])


def _add_step(items: list[tuple[str, Any]], left: int, rng: Random, add: Callable[[str, int], None]) -> None:
    def value_of(key: str, value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(_quoted(key, item, rng) for item in value)}]"
        return _quoted(key, value, rng)

    if rng.random() < 0.4:
        inner = ", ".join(f"{key}: {value_of(key, value)}" for key, value in items)
        add(f"- {{{inner}}}", left)
        return
    for place, (key, value) in enumerate(items):
        lead = "- " if place == 0 else "  "
        if isinstance(value, list) and value and rng.random() < 0.5:
            add(f"{lead}{key}:", left)
            for item in value:
                add(f"  - {_quoted(key, item, rng)}", left)
        else:
            add(f"{lead}{key}: {value_of(key, value)}", left)
