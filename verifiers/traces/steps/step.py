"""A step with what checking it needs, worked out once, as the same line of text is read again and again.

What an operation does to its inputs is found out by trying its function, so that an expert declares nothing but the
function: which inputs each output depends on, and whether always (`Flow`); whether the step merely copies (`identity`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.experts.language.declaration import Exact, Operation
from trace_trainer.experts.language.executing import function_of
from trace_trainer.experts.language.trace import FieldValue, Step
from trace_trainer.verifiers.questions.grounding import MAX_SAME_TERMS
from trace_trainer.verifiers.traces.steps.bounds import FEW_INPUTS, in_bounds
from trace_trainer.verifiers.traces.steps.copies import identity
from trace_trainer.verifiers.traces.steps.flow import Flow, Function, flows_of


class Role(Enum):
    """What a step does to the variables."""

    VALUE = "binds a number"
    SOURCE = "binds an earlier sub-trace's answer"
    ASSIGN = "computes a new variable"
    CHANGE = "changes entities in place"
    QUERY = "names the answer"
    UNKNOWN = "declares an unknown"
    STATEMENT = "says something about unknowns"
    CONCLUSION = "finds an unknown"


class TypedStep(Step):
    """A well-typed step, ready to be checked and run.

    Attributes:
        role: what it does.
        creates: the variable that it creates; empty where there is none.
        number: the number that it binds; 0 where there is none.
        experts: the experts that may use it.
        names: the variables that it reads or changes.
        makes: the variables that it computes: the new one, or those changed. A step about unknowns makes none before it
            is bound (`verifiers.traces.running.statements`).
        function: for ASSIGN and CHANGE, what it computes: takes the values of `inputs`, gives those of `makes`.
        flows: one for each of `makes`.
        identity: why it is a mere copy, or None.
        is_crowded: whether it takes the same operand so often that it counts with it, and does not multiply.
        fits: the experts under which nothing is wrong with the step in itself.
        pair: in the most frequent case, one value made of two inputs, the variable that gets it; otherwise empty.
        swallows: whether it can swallow a change of its inputs: no flow of `min` or `floor_div` is strict.
        strict: for a pair, whether its flow is.
        form: equal for steps that differ in nothing but the number that they bind, each in order; their own otherwise.
    """

    __slots__ = (
        "creates", "experts", "fits", "flows", "form", "function", "identity",
        "is_crowded", "makes", "names", "number", "pair", "role", "strict", "swallows",
    )  # fmt: skip

    def __init__(self, operation: Operation, fields: Mapping[str, FieldValue]) -> None:
        super().__init__(operation, fields)
        computation = str(fields.get("compute_op"))
        self.role = _role(self)
        self.creates = self.target or ""
        self.number = self.literals[0] if self.role is Role.VALUE else 0
        self.experts = _experts(operation, computation)
        self.names = frozenset(name for name in self.inputs if isinstance(name, str))
        self.makes: tuple[str, ...] = ()
        self.flows: tuple[Flow, ...] = ()
        self.identity: str | None = None
        counted = self.literals if operation.states else self.inputs  # an unknown may stand in each term
        self.is_crowded = computation != "mul" and _takes_often(counted)
        self.function: Function
        if self.role is Role.ASSIGN or self.role is Role.CHANGE:
            self.function = function_of(self)
            self.makes = self.changes or (str(self.target),)
            self.flows = _flows(self, computation)
            self.identity = identity(self, self.function)
        elif self.role is Role.QUERY:
            self.names = frozenset([str(fields["var"])])
        self.swallows = not all(flow.strict for flow in self.flows)
        faulty = self.identity is not None or self.is_crowded or not in_bounds(self.number)
        self.fits = frozenset() if faulty else self.experts
        self.form: Hashable = self.creates if self.role is Role.VALUE and not faulty else object()
        is_pair = len(self.makes) == 1 and len(self.inputs) == 2 and self.flows[0].inputs == (0, 1)
        self.pair = self.makes[0] if is_pair else ""
        self.strict = is_pair and self.flows[0].strict


def _takes_often(inputs: Sequence[str | Exact]) -> bool:
    return len(inputs) > MAX_SAME_TERMS and max(Counter(inputs).values()) > MAX_SAME_TERMS


_flows_known: dict[tuple[Operation, str, int], tuple[Flow, ...]] = {}


def _flows(step: TypedStep, computation: str) -> tuple[Flow, ...]:
    """The same for all steps of one operation, computation and number of inputs."""
    inputs = len(step.inputs)
    key = (step.operation, computation, inputs)
    if key in _flows_known:
        return _flows_known[key]
    flows = flows_of(step.function, inputs, len(step.makes))
    if inputs <= FEW_INPUTS:
        _flows_known[key] = flows
    return flows


def _role(step: Step) -> Role:
    if step.operation is CORE_OPERATIONS["query"]:
        return Role.QUERY
    if step.operation is CORE_OPERATIONS["init"]:
        return Role.VALUE if step.literals else Role.SOURCE
    if step.operation.states:
        return Role.STATEMENT
    if step.operation.concludes:
        return Role.CONCLUSION
    if not step.changes and not step.operation.assigns:
        return Role.UNKNOWN
    return Role.CHANGE if step.changes else Role.ASSIGN


@EXPERTS.cached
def _experts(operation: Operation, computation: str) -> frozenset[str]:
    shared = operation.name in CORE_OPERATIONS
    return frozenset(
        expert.name
        for expert in EXPERTS.values()
        if (shared or operation.name in expert.own_operations)
        and (operation.name != "compute" or expert.compute_ops is None or computation in expert.compute_ops)
    )
