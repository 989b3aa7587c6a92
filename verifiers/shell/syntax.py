"""What a command line of the shell subset is, once parsed: lists of pipelines of simple commands.

All of it is immutable and hashable. Words are final: quotes are removed and braces expanded, so a command sees them as
its arguments. One thing is left open: an unquoted glob (`*`, `?`, `[...]`) is kept as it was typed and its word's index
is in `Simple.globs`, because which files it names only a machine can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection. `&> F` is two of them: `1> F` and `2>& 1`.

    For `>`, `>>` and `<` the target is a path; for `>&` it is the descriptor that `fd` becomes a copy of: "1" or "2";
    for `<<` it is the text itself, of a here-document or a here-string. `fd` is 0 for `<` and `<<`, else 1 or 2.
    """

    fd: int
    operator: Literal[">", ">>", "<", "<<", ">&"]
    target: str


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command. Two are equal when words, globs and redirections are, whatever prefixes were dropped.

    `words` is empty only where there are just redirections (`> FILE`). For `sh -c TEXT` and `bash -c TEXT` the words
    are all there, and `script` is the text parsed. `globs` are the indexes of words in which an unquoted glob is left.
    """

    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()
    globs: tuple[int, ...] = ()
    script: CommandLine | None = field(default=None, compare=False)  # follows from the words
    sudo: bool = field(default=False, compare=False)  # whether a `sudo` was dropped
    assignments: tuple[str, ...] = field(default=(), compare=False)  # the `NAME=value` prefixes dropped


@dataclass(frozen=True, slots=True)
class Part:
    """A pipeline of a list, and what stands before it: "" for the first; a newline counts as `;`."""

    connector: Literal["", "&&", "||", ";"]
    pipeline: tuple[Simple, ...]


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A list of pipelines; no parts where the text is empty or holds only comments."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Text outside the subset, and why. `danger`: it holds a danger pattern (`verifiers.shell.unparsed`)."""

    reason: str
    danger: bool


def simple_commands(line: CommandLine) -> Iterator[Simple]:
    """Every simple command in order; one with a script comes first, then those of its script."""
    for part in line.parts:
        for simple in part.pipeline:
            yield simple
            if simple.script is not None:
                yield from simple_commands(simple.script)
