"""The one error that users see, a single line that says what was wrong and what would work, and the exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class UserError(click.ClickException):
    """Bad usage or unreadable input. Click prints the message without a traceback and exits with 2."""

    exit_code = 2


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the known name most like this one; empty where none is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
