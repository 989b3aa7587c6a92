"""The hosted models that `trainer eval` and `trainer solve` are given, and the options that say how they are asked."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import click

from trace_trainer.engine.commands.command import Decorated, decorated, option
from trace_trainer.engine.commands.files import Model
from trace_trainer.engine.commands.options import NEWEST
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE, Endpoint, is_address
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.settings.stages import MODEL_HELP
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.asking import AnyModel
    from trace_trainer.engine.inference.hosted.client import HostedModel


class Hosting(NamedTuple):
    """What `hosted_options` give a command; each is explained there."""

    api_models: tuple[str, ...]
    api_key_env: str | None
    concurrency: int
    max_requests: int | None
    request_timeout: int


any_model_option = option(
    "--model",
    "-m",
    type=Model(),
    metavar="MODEL",
    group="Model",
    help=f"{MODEL_HELP}, or the address of a server of chat completions.",
    show_default=NEWEST,
)
_OPTIONS = [
    option(
        "--api-model",
        "api_models",
        multiple=True,
        metavar="NAME",
        group="Hosted",
        help="What a server calls its model, where --model is an address. One for all, or one for each.",
        show_default="the only one that the server has",
    ),
    option(
        "--api-key-env",
        metavar="VARIABLE",
        group="Hosted",
        help="Environment variable that holds the key of the server.",
        show_default=f"{KEY_VARIABLE}, which need not be set",
    ),
    option(
        "--concurrency",
        type=click.IntRange(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        group="Hosted",
        help="Requests at once.",
    ),
    option(
        "--max-requests",
        type=click.IntRange(1, MOST),
        metavar="N",
        group="Hosted",
        help="Requests that may be spent on each hosted model, those that are tried again included.",
        show_default="any number",
    ),
    option(
        "--request-timeout",
        type=click.IntRange(1, 86400),
        default=300,
        show_default=True,
        metavar="SECONDS",
        group="Hosted",
        help="Time for one request; a longer one is tried again.",
    ),
]


def hosted_options(command: Decorated) -> Decorated:
    """Decorate a click command with the options of Hosting."""
    return decorated(command, _OPTIONS)


def hosted_models(addresses: Sequence[str], hosting: Hosting) -> list[HostedModel]:
    """The hosted models of these addresses, each called by its name and its host. Raises UserError for what is none."""
    if not addresses:
        if hosting.api_models:
            raise UserError("--api-model is for a --model that is an address, as http://HOST:PORT/v1")
        return []
    from trace_trainer.engine.inference.hosted.client import HostedModel, Limits, only_model

    endpoints = [Endpoint.at(address, hosting.api_key_env) for address in addresses]
    models = list(hosting.api_models) or [only_model(endpoint) for endpoint in endpoints]
    if len(models) == 1:
        models *= len(endpoints)
    if len(models) != len(endpoints):
        raise UserError(
            f"{len(models)} --api-model for {len(endpoints)} addresses: give one, or one for each"
        )
    limits = Limits(hosting.concurrency, hosting.max_requests, hosting.request_timeout)
    return [
        HostedModel(endpoint, model, f"{model} at {urlsplit(endpoint.url).netloc}", limits)
        for endpoint, model in zip(endpoints, models, strict=True)
    ]


def models_named(names: Sequence[str], how: Mapping[str, Any], hosting: Hosting) -> Generator[AnyModel]:
    """The models of names and addresses, one after the other; after each that is hosted, what was spent is said.

    Args:
        how: those that run here are loaded, as `load_model` takes it.

    Raises UserError for an address that is none, before the first.
    """
    hosted = iter(hosted_models([name for name in names if is_address(name)], hosting))

    def found() -> Generator[AnyModel]:
        for name in names:
            if is_address(name):
                model = next(hosted)
                try:
                    yield model
                finally:
                    tell(f"{model.name}: {model.spent}")
            else:
                from trace_trainer.engine.models.loading import load_model

                yield load_model(name, **how)

    return found()
