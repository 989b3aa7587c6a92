"""The grammar of canonical traces, for decoding that can write nothing else; derived from the experts' declarations.

It is written for llguidance, in its variant of Lark (https://github.com/guidance-ai/llguidance/blob/main/docs/syntax.md).
A text of the grammar is read without a violation of the stages parse and schema, but for limits of length. What a
grammar can't say is left to the model: that a variable exists, that a number stands in the question, and the wiring.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from trace_trainer.experts import EXPERTS, get_expert
from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Expert, Kind, Operation

# Names and numbers well within the limits of their length (MAX_VARIABLE, MAX_DIGITS).
_TERMINALS = r"""
VARIABLE: /[A-Za-z_][A-Za-z0-9_]{0,40}(\.[A-Za-z0-9_]{1,20})?/ & ~/(?i:inf|infinity|nan|true|false)/
PLAIN_NUMBER: /(0|[1-9][0-9]{0,8})(\.[0-9]{0,5}[1-9])?/
NUMBER: /-?(0|[1-9][0-9]{0,8})(\.[0-9]{0,5}[1-9])?/ | /-?[1-9][0-9]{0,6}\/[1-9][0-9]{0,6}/
SOURCE: "prev.result" | /sub[0-9]\.result/
operand: VARIABLE | NUMBER
expression: term ((" + " | " - ") term)*
term: factor ((" * " | " / ") factor)*
factor: "-"? (VARIABLE | PLAIN_NUMBER | "(" expression ")")
""".strip()

_RULES = {
    Kind.NUMBER: "NUMBER",
    Kind.SOURCE: "SOURCE",
    Kind.OPERAND: "operand",
    Kind.EXPRESSION: "expression",
    **dict.fromkeys([Kind.NEW_VARIABLE, Kind.VARIABLE, Kind.UNKNOWN, *ENTITY_KINDS], "VARIABLE"),
}

_INIT = CORE_OPERATIONS["init"]


def trace_grammar(expert: str | None = None) -> str:
    """The grammar of the traces of an expert, or of compositions; where none is named, of them all.

    Raises KeyError where there is no expert of that name.
    """
    alone = [] if expert == COMPOSITION else [*EXPERTS.values()] if expert is None else [get_expert(expert)]
    parts = [*EXPERTS.values()] if expert in (None, COMPOSITION) else []
    starts = [f"{found.name}_alone" for found in alone]
    lines = [_TERMINALS, *_shared_rules()]
    for found in parts or alone:
        lines.extend(_expert_rules(found))
    lines.extend(_subtrace_rule(found, "alone") for found in alone)
    if parts:
        lines.extend(_subtrace_rule(found, "part", "- ", "  ", "init_source") for found in parts)
        lines.append(f"part: {' | '.join(f'{found.name}_part' for found in parts)}")
        starts.append('part ("\\n" part)+')
    return "\n".join([f'start: ({" | ".join(starts)}) "\\n"?', *lines]) + "\n"


def _subtrace_rule(expert: Expert, form: str, lead: str = "", indent: str = "", *more: str) -> str:
    """A sub-trace of at least one step and the query, each on its own line, without the last newline."""
    head = json.dumps(f"{lead}expert: {expert.name}\n{indent}trace:")
    dash = json.dumps(f"\n{indent}- ")
    steps = " | ".join([f"{expert.name}_step", *more])
    return f"{expert.name}_{form}: {head} ({dash} ({steps}))+ {dash} query"


def _shared_rules() -> Iterator[str]:
    """The steps that are the same for every expert."""
    yield f"init_value: {_step(_INIT, 'value')}"
    yield f"init_source: {_step(_INIT, 'source')}"
    yield f"query: {_step(CORE_OPERATIONS['query'])}"


def _expert_rules(expert: Expert) -> Iterator[str]:
    """What may be a step of the expert besides the query, and besides reading another sub-trace's answer."""
    operations = [CORE_OPERATIONS["compute"], *expert.own_operations.values()]
    yield f"{expert.name}_step: {' | '.join(['init_value', *(f'{expert.name}_{o.name}' for o in operations)])}"
    for operation in operations:
        allowed = expert.compute_ops if operation.name in CORE_OPERATIONS else None
        yield f"{expert.name}_{operation.name}: {_ways(operation, allowed)}"


def _ways(operation: Operation, allowed: Collection[str] | None) -> str:
    """The ways to write an operation: with a computation among its fields, one for each number of its arguments."""
    if not any(field.kind is Kind.COMPUTE_OP for field in operation.fields):
        return _step(operation)
    names: dict[int | None, list[str]] = {}
    for computation in COMPUTE_OPS.values():
        if allowed is None or computation.name in allowed:
            names.setdefault(computation.arity, []).append(computation.name)
    return " | ".join(_step(operation, computations=names[arity], arity=arity) for arity in names)


def _step(
    operation: Operation, *optional: str, computations: Sequence[str] = (), arity: int | None = None
) -> str:
    """A step with its required fields and those optional ones that are named, in canonical order."""
    rules = {
        **_RULES,
        Kind.COMPUTE_OP: f"({' | '.join(map(json.dumps, computations))})",
        Kind.OPERANDS: _operands(arity),
    }
    fields = [field for field in operation.fields if field.required or field.name in optional]
    written = " ".join(f"{json.dumps(f', {field.name}: ')} {rules[field.kind]}" for field in fields)
    return f"{json.dumps(f'{{op: {operation.name}')} {written} {json.dumps('}')}"


def _operands(arity: int | None) -> str:
    """A list of that many operands; of two or more where it is None."""
    more = '(", " operand)+' if arity is None else " ".join(['", " operand'] * (arity - 1))
    return f'"[" operand {more} "]"'
