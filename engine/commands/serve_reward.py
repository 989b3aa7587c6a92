"""`trainer serve-reward`: the verifier over HTTP, for trainers that are no Python, or on other machines."""

from __future__ import annotations

from collections.abc import Sequence

import click

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.commands.address import address_options
from trace_trainer.engine.commands.command import Command, Number, column_option, option, reward_option
from trace_trainer.engine.commands.judging_options import check_judging, judging_options
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.rewarding.judging import COMPLETIONS
from trace_trainer.engine.rows.columns import read_columns
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.verifiers.calls import AUTO


@click.command("serve-reward", cls=Command, done="ended by Ctrl-C or SIGTERM")
@column_option
@judging_options
@reward_option
@option(
    "--seconds",
    type=Number(min=0.1, max=3600),
    default=30.0,
    show_default=True,
    metavar="S",
    help="Longest that a few rows may take to be judged; the process that took longer is replaced.",
)
@address_options
def command(
    column: Sequence[str],
    kind: str,
    call_format: str | None,
    no_reference: bool,
    no_grounding: bool,
    policy: str,
    workers: int,
    seconds: float,
    host: str,
    port: int,
    token: bool,
) -> None:
    """Serve the verifier over HTTP, so that any trainer can be rewarded by it.

    POST /v1/reward takes one row as JSON, POST /v1/rewards {"rows": [...]} and gives as many results in
    their order; GET /openapi.json describes both. A row is what a line of trainer audit is: the completion,
    and beside it question, answer, expert, reference, or for calls what was expected. A reward of null is
    none: what could not be judged is null, or the status 503, and never 0. Standard output gets one line,
    the base URL. Where HOST is not this machine alone, requests must bear a token.

    \b
    Examples:
      trainer serve-reward --workers 4
      trainer serve-reward --kind call --reward binary --port 8100
      trainer serve-reward --reward mine.py:brief --host 0.0.0.0
    """
    require_extra("serve", "trainer serve-reward")
    from trace_trainer.engine.rewarding.app import RewardBounds, RewardService
    from trace_trainer.engine.serving.server import base_url, listening, serve, token_for

    columns = COMPLETIONS[kind].with_named(read_columns(column))
    check_judging(kind, columns, no_reference)
    settings = AuditSettings(
        columns, kind, not no_grounding, not no_reference, policy, call_format=call_format or AUTO
    )
    secret, is_new = token_for(host, token)
    with listening(host, port) as listener:
        service = RewardService(settings, workers, RewardBounds(seconds=seconds), secret)
        if is_new:
            tell(f"the token of requests is {secret}")
        noun = "process" if workers == 1 else "processes"
        tell(f"rewarding by {policy} with {workers} {noun}; Ctrl-C ends it")
        click.echo(base_url(listener))
        serve(service, listener)
