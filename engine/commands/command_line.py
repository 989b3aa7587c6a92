"""The command line that was given, as it can be given again: for cards and records."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path

import click


def given_command(left_out: Collection[str] = ()) -> str:
    """What the command that runs was called with; defaults are left out.

    Args:
        left_out: parameters that say nothing of the result, such as where it is written.
    """
    given = click.get_current_context()
    parts = ["trainer", str(given.command.name)]
    for param in given.command.params:
        value = given.params.get(param.name or "")
        if isinstance(param, click.Argument):
            parts.append(Path(str(value)).name)
        elif param.name not in left_out and value not in (None, False, (), param.default):
            for one in value if isinstance(value, tuple) else (value,):
                parts += [param.opts[0]] if one is True else [param.opts[0], str(one)]
    return shlex.join(parts)
