"""How danger rules are declared: a function of a shell and a command's arguments, in one of two tables.

A rule says why a command is refused, or None. A command has one rule in each table; a second one is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from trace_trainer.experts.language.catalogue import Catalogue
from trace_trainer.verifiers.machine.session.session import Session

Rule = Callable[[Session, Sequence[str]], "str | None"]

TEXT_RULES: Final[Catalogue[Rule]] = Catalogue("danger rule on the arguments of")
"""By command: what its arguments may never say."""
DEVICE_RULES: Final[Catalogue[Rule]] = Catalogue("danger rule on the devices of")
"""By command: which devices it may not touch in the present state."""


def rule(table: Catalogue[Rule], *names: str) -> Callable[[Rule], Rule]:
    """Declare a function as the rule for these commands.

    Raises DeclarationError where one has a rule in this table, naming both places.
    """

    def register(function: Rule) -> Rule:
        for name in names:
            table.declare(name, function, depth=2)
        return function

    return register
