"""How danger rules are declared: a function of a shell and a command's arguments, in one of two tables.

A rule says why a command is refused, or None. A command has one rule in each table; a second one is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from trace_trainer.verifiers.machine.session.session import Session

Rule = Callable[[Session, Sequence[str]], "str | None"]

TEXT_RULES: Final[dict[str, Rule]] = {}  # by command: what its arguments may never say
DEVICE_RULES: Final[dict[str, Rule]] = {}  # by command: which devices it may not touch in the present state


def rule(table: dict[str, Rule], *names: str) -> Callable[[Rule], Rule]:
    """Declare a function as the rule for these commands. Raises ValueError where one has a rule in this table."""

    def register(function: Rule) -> Rule:
        for name in names:
            if name in table:
                raise ValueError(
                    f"two danger rules for {name} in one table: {_place(table[name])} and {_place(function)}"
                )
            table[name] = function
        return function

    return register


def _place(function: Rule) -> str:
    code = getattr(function, "__code__", None)
    if code is None:
        return repr(function)
    return f"{code.co_filename}:{code.co_firstlineno} ({function.__name__})"
