"""Cards: what people and models read about the experts, written from the declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from trace_trainer.experts.language import composition
from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.declaration import Expert, Operation

_EXAMPLE = """\
expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: step1}
- {op: init, var: price, value: 2}
- {op: compute, compute_op: mul, args: [step1, price], var: result}
- {op: query, var: result}"""


def reference_card(expert: Expert) -> str:
    """Everything about one expert, in Markdown for people."""
    parts = [f"# {expert.name}", f"For {expert.purpose}.", expert.about]
    if expert.own_operations:
        parts.append("## Its own operations")
        parts.append(_table(expert.own_operations.values()))
    parts.append("## Shared by every expert")
    parts.append(_table(CORE_OPERATIONS.values()))
    parts.append(
        "## Computations" if expert.compute_ops is None else "## Computations that its compute may use"
    )
    rows = [
        f"| {op.name} | {'2 or more' if op.arity is None else op.arity} | {op.description} |"
        for op in COMPUTE_OPS.values()
        if expert.compute_ops is None or op.name in expert.compute_ops
    ]
    parts.append("\n".join(["| name | arguments | value |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def composition_card() -> str:
    """How experts are composed, in Markdown for people."""
    return f"# {composition.COMPOSITION}\n\n{inspect.getdoc(composition)}\n"


def _table(operations: Iterable[Operation]) -> str:
    rows = []
    for operation in operations:
        fields = ", ".join(
            f"`{f.name}`{'' if f.required else '?'} ({f.kind.value})" for f in operation.fields
        )
        rows.append(f"| {operation.name} | {fields} | {operation.description} |")
    return "\n".join(["| operation | fields | meaning |", "|---|---|---|", *rows])


def prompt_card(experts: Iterable[Expert]) -> str:
    """The language in brief, for a model's system prompt, with the given experts."""
    lines = [
        "Solve the word problem by writing a trace in YAML, one step a line, and nothing else. "
        "Never do arithmetic: wire",
        "quantities together, an executor computes. Use only numbers of the question, and each variable once.",
        "",
        "Experts:",
        *(f"- {_expert_line(expert)}" for expert in experts),
        "",
        "Operations of every expert:",
        *(f"- {_operation_line(operation)}" for operation in CORE_OPERATIONS.values()),
        f"compute_op is one of {', '.join(COMPUTE_OPS)}.",
        "",
        "Several experts: a YAML list of such traces; a later one reads an earlier answer with",
        "{op: init, var: VAR, source: prev.result}, or sub0.result by index.",
        "",
        "Example: Ann has 16 eggs, eats 3 and sells the rest for $2 each. How much does she make?",
        _EXAMPLE,
    ]
    return "\n".join(lines)


def _expert_line(expert: Expert) -> str:
    line = f"{expert.name}: {expert.purpose}"
    if expert.compute_ops is not None:
        line += f"; compute with {', '.join(sorted(expert.compute_ops))} only"
    return "; ".join([line, *(_operation_line(operation) for operation in expert.own_operations.values())])


def _operation_line(operation: Operation) -> str:
    optional = " or ".join(f"{f.name}: {f.name.upper()}" for f in operation.fields if not f.required)
    shown = operation.example.removesuffix("}") + (f", {optional}" if optional else "") + "}"
    return f"{shown} {operation.description}"
