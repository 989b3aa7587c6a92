"""Metrics on the text of command lines. They are reported beside the effect, and never rewarded."""

from __future__ import annotations

from collections import Counter

from trace_trainer.verifiers.shell import CommandLine, Simple, normal_form, parse_shell, simple_commands


def command_exact(command: str, expected: str) -> bool:
    """Whether two lines are equal after spaces outside quotes are collapsed and a trailing `;` is dropped."""
    return normal_form(command) == normal_form(expected)


def command_partial(command: str, expected: str) -> float:
    """The share of the expected line's simple commands that occur in the given one; an empty command scores 0.

    A line that the shell parser does not support counts as one command, as it stands.
    """
    wanted, given = _commands(expected), _commands(command)
    if not wanted:
        return 0.0
    return sum((wanted & given).values()) / sum(wanted.values())


def same_commands(command: str, expected: str) -> bool:
    """Whether two lines parse to the same, however they are quoted and spaced."""
    parsed = parse_shell(command)
    return isinstance(parsed, CommandLine) and parsed == parse_shell(expected)


def _commands(text: str) -> Counter[object]:
    parsed = parse_shell(text)
    if not isinstance(parsed, CommandLine):
        text = normal_form(text)
        return Counter([text] if text else [])
    return Counter(
        (simple.words, simple.redirects) for simple in simple_commands(parsed) if _does_something(simple)
    )


def _does_something(simple: Simple) -> bool:
    return bool(simple.words or simple.redirects)
