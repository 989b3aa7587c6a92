"""Which column holds what: by the names that the field uses, in a fixed order, or as the user says.

A role, such as `question`, has names that are tried one after the other; the first column that is there and holds
something counts. `--column question=meta.q` names another one, which must then be there; points lead into objects and
lists. Where columns of several names of a role are there and differ, it is said which one is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.experts.language.catalogue import nearest

Names = Mapping[str, tuple[str, ...]]
Named = Mapping[str, str] | None
"""Columns that the user named, by field; None for none."""

QUESTION = ("question", "query", "prompt", "problem", "instruction")
ANSWER = (
    "answer",
    "gold",
    "target",
    "ground_truth",
    "final_answer",
    "expected_answer",
    "gold_answer",
    "correct_answer",
    "label",
)
REPLY = (
    "completion",
    "response",
    "output",
    "text",
    "reply",
    "generated_text",
    "generated",
    "generation",
    "prediction",
    "model_output",
)
"""What a model wrote."""
TOOLS = ("tools", "functions", "function")
EXPECTED = ("expected", "expected_response", "ground_truth", "answers")
REFERENCE = ("reference", "gold_trace", "solution_trace")
MACHINE = ("machine", "start")

_PLANS = 1000


class MissingColumnError(Exception):
    """A column that the user named is not there."""


@dataclass(frozen=True)
class Columns:
    """Where a row holds what.

    Attributes:
        names: the names of each role, in the order in which they are tried.
        named: the column that the user named for a role; it is the only one tried, and must be there.
    """

    names: Names
    named: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # No field: it says nothing of the columns, only what was found out about rows so far.
        plans: dict[tuple[str, ...], dict[str, list[str]]] = {}
        object.__setattr__(self, "_plans", plans)

    @property
    def roles(self) -> list[str]:
        """The roles that can be named."""
        return list(self.names)

    def with_named(self, named: Mapping[str, str]) -> Columns:
        """The same, with columns that the user named. Raises UserError for a role that is none here."""
        for role in named:
            if role not in self.names:
                raise UserError(
                    f"--column {role}=...: no such field{nearest(role, self.names)}; there are {', '.join(self.names)}"
                )
        return Columns(self.names, {**self.named, **named})

    def of(self, role: str) -> tuple[str, ...]:
        """The names of a role that are tried."""
        return (self.named[role],) if role in self.named else self.names[role]

    def find(
        self, row: Mapping[str, Any], role: str, accept: Callable[[Any], bool] | None = None
    ) -> tuple[str | None, Any]:
        """The column of a role and what it holds, the first that is not None and is accepted.

        None and None where there is no such column; the first such column and None where all are None. Raises
        MissingColumnError where the user named one that is not there.
        """
        if role in self.named:
            name = self.named[role]
            found, value = looked_up(row, name)
            if not found:
                raise MissingColumnError(name)
            return name, value
        present = self._plan(row)[role]
        for name in present:
            value = row[name]
            if value is not None and (accept is None or accept(value)):
                return name, value
        return (present[0] if present and accept is None else None), None

    def ambiguities(self, row: Mapping[str, Any], roles: Iterable[str]) -> list[str]:
        """What to say of columns that could be meant as well as the one that is read, and hold something else."""
        said = []
        for role in roles:
            held = [name for name in self._plan(row)[role] if row[name] is not None]
            if role not in self.named and any(row[name] != row[held[0]] for name in held[1:]):
                others = " and ".join(held[1:])
                said.append(
                    f"{role} is read from {held[0]}, not from {others}; --column {role}={held[1]} reads that"
                )
        return said

    def _plan(self, row: Mapping[str, Any]) -> dict[str, list[str]]:
        """The columns of each role that rows with these keys have; found once for each set of keys."""
        keys = tuple(row)
        plans: dict[tuple[str, ...], dict[str, list[str]]] = self.__dict__["_plans"]
        plan = plans.get(keys)
        if plan is None:
            if len(plans) >= _PLANS:
                plans.clear()
            plan = {role: [name for name in names if name in row] for role, names in self.names.items()}
            plans[keys] = plan
        return plan


def read_columns(given: Iterable[str]) -> dict[str, str]:
    """The columns by role of options such as `question=meta.q`. Raises UserError for what is no such thing."""
    found: dict[str, str] = {}
    for item in given:
        role, equals, name = item.partition("=")
        if not (equals and role and name):
            raise UserError(
                f"--column {item}: write FIELD=COLUMN, such as question=problem or trace=meta.response"
            )
        if role in found:
            raise UserError(f"--column names the column of {role} twice: {found[role]} and {name}")
        found[role] = name
    return found


def looked_up(row: Mapping[str, Any], name: str) -> tuple[bool, Any]:
    """Whether a column is there, and what it holds: by its whole name, or along the points in it."""
    if name in row:
        return True, row[name]
    held: Any = row
    for part in name.split("."):
        if isinstance(held, Mapping) and part in held:
            held = held[part]
        elif isinstance(held, list) and part.lstrip("-").isdigit() and -len(held) <= int(part) < len(held):
            held = held[int(part)]
        else:
            return False, None
    return True, held
