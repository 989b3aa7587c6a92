"""What a command reads and what it writes, declared as the types of its options; no output replaces an input.

Paths are compared as what they lead to: through links, and by the file itself where it has several names.
"""

from __future__ import annotations

import itertools
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import loaded_plugins

_OF_MODELS = (
    "*.safetensors", "*.bin", "*.gguf", "*.pt", "*.jinja", "*.index.json", "*config.json", "tokenizer*", "vocab*",
    "merges.txt", "special_tokens_map.json", "added_tokens.json", "chat_template*", "config.yaml", "manifest.json",
    "metrics.jsonl", "rollouts.jsonl", "completions.jsonl",
)  # fmt: skip
"""Files of a model's or a run's folder that are read; results of earlier commands may be replaced there."""


class _Path(click.Path):
    """A path that could be one: it holds no NUL and no half of a character, and its names are not too long."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            Path(value).exists()
            return super().convert(value, param, ctx)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it holds NUL or half a character"
            self.fail(f"{str(value)[:100]!r} can't be a path: {reason}", param, ctx)


class Data(_Path):
    """Files, or folders of files, that a command reads."""


class Model(_Path):
    """A model or a run that a command reads: a folder, a name or a file."""


class Output(_Path):
    """A file or a folder that a command writes."""


def require_apart(ctx: click.Context) -> None:
    """Raise UserError where what a command would write is something that it reads, or is written twice."""
    outputs = [Path(value) for value in _values(ctx, Output)]
    if not outputs:
        return
    data = [Path(value[-1] if isinstance(value, tuple) else value) for value in _values(ctx, Data)]
    data += [Path(plugin.path) for plugin in loaded_plugins()]
    models = [str(name) for name in _values(ctx, Model)]
    data += [Path(name) for name in models if Path(name).is_file()]
    folders = [folder for name in models for folder in _folders(name)]
    for output in outputs:
        if ctx.params.get("shards") and any(_real(output) in _real(path).parents for path in data):
            raise UserError(f"{output} holds what is read; write the shards somewhere else")
        if any(_is_read(output, path) for path in data) or any(
            _is_of_model(output, path) for path in folders
        ):
            raise UserError(f"{output} is among what is read; write somewhere else")
        if _is_stream(output, sys.__stdin__):
            raise UserError(f"{output} is what standard input reads; write somewhere else")
    pairs = itertools.combinations(outputs, 2)
    twice = next((one for one, other in pairs if _same(one, other)), None)
    twice = twice or next((one for one in outputs if _is_beside_stdout(one)), None)
    if twice is not None:
        raise UserError(f"{twice} can't take two outputs: name another file for one of them")


def _values(ctx: click.Context, kind: type[click.ParamType]) -> Iterator[Any]:
    """What was given of all parameters of that type."""
    for param in ctx.command.get_params(ctx):
        value = ctx.params.get(param.name or "")
        if isinstance(param.type, kind) and value is not None:
            values: Iterable[Any] = value if isinstance(value, tuple) else [value]
            yield from values


def _folders(model: str) -> Iterable[Path]:
    """The folders of a model and of those that it adapts."""
    from trace_trainer.engine.commands.models_asked import local_folder
    from trace_trainer.engine.runs.recorded import model_folders

    return model_folders(str(local_folder(model)))


def _is_read(output: Path, path: Path) -> bool:
    """Whether the output is a file that is there and is read, by its name or as one of a folder's."""
    return _same(output, path) or (output.exists() and _real(path) in _real(output).parents)


def _is_of_model(output: Path, folder: Path) -> bool:
    if _same(output, folder):
        return True
    inside = _real(output).parent == _real(folder) and output.exists()
    return inside and any(fnmatch(output.name, form) for form in _OF_MODELS)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one; special files, such as /dev/null, take and give as much as you like."""
    try:
        first, second = one.stat(), other.stat()
    except OSError:
        return _real(one) == _real(other)
    regular = stat.S_ISREG(first.st_mode) or stat.S_ISDIR(first.st_mode)
    return regular and os.path.samestat(first, second)


def _is_beside_stdout(path: Path) -> bool:
    """Whether the file of that name is where standard output goes, too; /dev/stdout is that itself."""
    return not str(path).startswith(("/dev/", "/proc/")) and _is_stream(path, sys.__stdout__)


def _is_stream(path: Path, stream: Any) -> bool:
    try:
        opened, named = os.fstat(stream.fileno()), path.stat()
    except (OSError, ValueError, AttributeError):  # nothing is there, or the stream is closed
        return False
    return stat.S_ISREG(opened.st_mode) and os.path.samestat(opened, named)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
