"""The options that say where a server listens, and to whom."""

from __future__ import annotations

import click

from trace_trainer.engine.commands.command import Decorated, decorated, option
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE


def address_options(command: Decorated) -> Decorated:
    """Decorate a click command with `--host`, `--port` and `--token`."""
    made = [
        option(
            "--host", default="127.0.0.1", show_default=True, metavar="HOST", help="Address to listen on."
        ),
        option(
            "--port",
            type=click.IntRange(0, 65535),
            default=8000,
            show_default=True,
            metavar="N",
            help="Port to listen on; 0 takes a free one.",
        ),
        option(
            "--token",
            is_flag=True,
            help="Ask for a token on this machine too, as for any other --host: that of "
            f"{KEY_VARIABLE}, else a new one.",
        ),
    ]
    return decorated(command, made)
