"""The one error that users see, a single line that says what was wrong and what would work, and the exit codes."""

from __future__ import annotations

import click

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class UserError(click.ClickException):
    """Bad usage or unreadable input. Click prints the message without a traceback and exits with 2."""

    exit_code = 2
