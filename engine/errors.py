"""The one error that users see: a single line that says what was wrong and what would work."""

from __future__ import annotations

import click


class UserError(click.ClickException):
    """Bad usage or unreadable input. Click prints the message without a traceback and exits with 2."""

    exit_code = 2
