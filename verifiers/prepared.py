"""A step with what checking it needs, worked out once: the same line of text yields the same object, however often it is read.

What an operation does to its inputs is found out by trying its function, so that an expert declares nothing but the
function: which inputs each output depends on, and whether always (`Flow`); whether the step merely copies (`identity`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from experts import EXPERTS
from experts.core import CORE_OPERATIONS
from experts.declaration import Exact, Operation
from experts.trace import FieldValue, Step, function_of, plain
from verifiers.identity import identity

Function = Callable[..., Exact | tuple[Exact, ...]]


class Role(Enum):
    """What a step does to the variables."""

    VALUE = "binds a number"
    SOURCE = "binds an earlier sub-trace's answer"
    ASSIGN = "computes a new variable"
    CHANGE = "changes entities in place"
    QUERY = "names the answer"


class Flow(NamedTuple):
    """What one output of a step depends on.

    Attributes:
        inputs: indexes of the inputs that can change it.
        strict: whether each of them does, whatever the others are, short of a multiplication by 0: true of sums and
            products, not of `min`, `mod` or `floor_div`.
    """

    inputs: tuple[int, ...]
    strict: bool


class PreparedStep(Step):
    """A well-typed step, ready to be checked and run.

    Attributes:
        role: what it does.
        value: the number that it binds, if any.
        function: takes the values of `inputs`; gives the new variable's value, or those of `changes`. Only for ASSIGN
            and CHANGE, as are `flows` and `identity`.
        flows: one for each output.
        identity: why it is a mere copy, or None.
        experts: the experts that may use it.
        names: the variables that it reads or changes.
        makes: the variables that it computes.
    """

    __slots__ = ("role", "value", "function", "flows", "identity", "experts", "names", "makes")

    def __init__(self, operation: Operation, fields: Mapping[str, FieldValue]) -> None:
        super().__init__(operation, fields)
        self.role = _role(self)
        self.value = self.literals[0] if self.role is Role.VALUE else None
        self.experts = _experts(operation, str(fields.get("compute_op")))
        self.names = frozenset(name for name in self.inputs if isinstance(name, str))
        self.makes = self.changes or (() if self.target is None else (self.target,))
        self.function: Function | None = None
        self.flows: tuple[Flow, ...] = ()
        self.identity: str | None = None
        if self.role is Role.ASSIGN or self.role is Role.CHANGE:
            self.function = function_of(self)
            self.flows = _flows(self)
            self.identity = identity(self, self.function)
        elif self.role is Role.QUERY:
            self.names = frozenset([str(fields["var"])])


def _role(step: Step) -> Role:
    if step.operation is CORE_OPERATIONS["query"]:
        return Role.QUERY
    if step.operation is CORE_OPERATIONS["init"]:
        return Role.VALUE if step.literals else Role.SOURCE
    return Role.CHANGE if step.changes else Role.ASSIGN


@lru_cache(maxsize=1024)
def _experts(operation: Operation, computation: str) -> frozenset[str]:
    shared = operation.name in CORE_OPERATIONS
    return frozenset(
        expert.name
        for expert in EXPERTS.values()
        if (shared or operation.name in expert.own_operations)
        and (operation.name != "compute" or expert.compute_ops is None or computation in expert.compute_ops)
    )
