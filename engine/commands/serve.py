"""`trainer serve`: a model as a small server of OpenAI's chat completions, for other programs to use at once."""

from __future__ import annotations

from typing import Any

import click

from trace_trainer.engine.commands.address import address_options
from trace_trainer.engine.commands.command import Command, option
from trace_trainer.engine.commands.models_asked import asked_task, default_model
from trace_trainer.engine.commands.options import (
    LOADING,
    constrain_options,
    context_option,
    loading_options,
    model_option,
    task_options,
)
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.terminal.printable import tell


@click.command("serve", cls=Command, done="ended by Ctrl-C or SIGTERM")
@model_option
@context_option
@loading_options
@task_options
@option(
    "--card/--no-card",
    default=None,
    group="Data",
    help="Show the prompt card where a conversation has no system text.",
    show_default="if it was trained with it",
)
@constrain_options
@option(
    "--max-new-tokens",
    type=click.IntRange(1, 2**20),
    default=1024,
    show_default=True,
    metavar="N",
    group="Rollouts",
    help="Longest completion that may be asked for; where nothing is asked for, it is half of the model's positions "
    "if these are fewer.",
)
@address_options
def command(
    model: str | None,
    task_name: str | None,
    call_format: str | None,
    card: bool | None,
    **given: Any,
) -> None:
    """Serve a model over HTTP, so that other programs can use it as they use OpenAI's: chat completions, with tools.

    Requests that wait are sampled together, greedily unless they ask for a temperature. Standard output gets one line,
    the address that a client takes as its base URL. Where HOST is not this machine alone, requests must bear a token.

    \b
    Examples:
      trainer serve --model my-run --guided
      trainer serve --model my-run --host 0.0.0.0 --port 8080
      trainer eval --model http://127.0.0.1:8000/v1 --split test_numbers
    """
    require_extra("serve", "trainer serve")
    from trace_trainer.engine.serving.server import base_url, listening, serve, token_for

    name = model or default_model(task_name)
    task = asked_task([name], task_name, call_format, card, given["context"])
    task.check_constraint(given["constrain"])
    token, is_new = token_for(given["host"], given["token"])
    with listening(given["host"], given["port"]) as listener:
        from trace_trainer.engine.models.loading import load_model
        from trace_trainer.engine.serving.answerer import Answerer
        from trace_trainer.engine.serving.app import Bounds, Service

        answerer = Answerer(
            load_model(name, **{option: given[option] for option in LOADING}), task, given["constrain"]
        )
        service = Service(answerer, Bounds(max_tokens=given["max_new_tokens"]), token)
        if is_new:
            tell(f"the token of requests is {token}")
        tell(f"serving {service.name} for the task {task.name}; Ctrl-C ends it")
        click.echo(base_url(listener))
        serve(service, listener)
