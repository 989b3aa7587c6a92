"""How the names that an option takes are shown in its help, and offered by a shell that completes."""

from __future__ import annotations

from collections.abc import Sequence

from click.shell_completion import CompletionItem

_LONGEST = 60


def choices_shown(known: Sequence[str]) -> str:
    """The choices as a metavar, `[a|b]`; NAME where that would be too long."""
    shown = f"[{'|'.join(known)}]"
    return shown if len(shown) <= _LONGEST else "NAME"


def completions(known: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """What a shell offers for a name that is begun; the last one where several stand between commas."""
    before, comma, begun = incomplete.rpartition(",")
    return [CompletionItem(before + comma + name) for name in known if name.startswith(begun)]


def with_choices(text: str, known: Sequence[str], *, always: bool = False) -> str:
    """A line of help, with the choices where its metavar has no room for them, or always."""
    fits = choices_shown(known) != "NAME" and not always
    return text if fits or not known else f"{text} There are {', '.join(known)}."
