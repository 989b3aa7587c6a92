"""A small exact parser of shell command lines: the subset that installer dialogues need, and nothing executed."""

from trace_trainer.verifiers.shell.normal import normal_form
from trace_trainer.verifiers.shell.parse import MAX_LENGTH, parse_shell
from trace_trainer.verifiers.shell.syntax import (
    CommandLine,
    Part,
    Redirect,
    Simple,
    Unsupported,
    simple_commands,
)

__all__ = [
    "MAX_LENGTH",
    "CommandLine",
    "Part",
    "Redirect",
    "Simple",
    "Unsupported",
    "normal_form",
    "parse_shell",
    "simple_commands",
]
