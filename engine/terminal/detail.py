"""How much a command says on standard error beside its results: as usual, nothing, or all that libraries say too."""

from __future__ import annotations

import contextlib
import logging
import os
import traceback
import warnings
from collections.abc import Iterator

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.printable import tell

_shown = False


def details_shown() -> bool:
    """Whether the user asked for all there is to say."""
    return _shown


def detail(text: str) -> None:
    """Say something on standard error where details are shown."""
    if _shown:
        tell(text)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Inside, neither progress nor notes appear on standard error. An error that leaves it is not kept back."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stderr(nowhere):
        yield


@contextlib.contextmanager
def details() -> Iterator[None]:
    """Inside, details are shown: the warnings and logs of libraries, and what led to an error of the user's."""
    global _shown
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    root = logging.getLogger()
    level = root.level
    before, _shown = _shown, True
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            yield
    except UserError as error:
        if cause := error.__cause__ or error.__context__:
            traceback.print_exception(cause)
        raise
    finally:
        _shown = before
        root.removeHandler(handler)
        root.setLevel(level)
