"""Traces drawn at random, as data: each sub-trace is an expert's name with a list of steps, each step a dict."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trace_trainer.experts import EXPERTS, OPERATIONS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Kind, Operation

Steps = list[dict[str, Any]]
Parts = list[tuple[str, Steps]]

NAMES = ("a", "b", "alice.marbles", "off", "null", "step1", "result", "y", "e3")
NUMBERS = ("0", "1", "2", "3", "16", "18.5", "0.2", "3/4", "1/3", "-5", "100", "999999999999999")
BROKEN_NUMBERS = ("1e3", ".nan", "true", "0x10", "1/0", "sixteen", "007", "1234567890123456")
EXPRESSIONS = (
    "2 * a + 3",
    "a - (b + 16) / 2",
    "-a",
    "a * b",
    "3/4",
    "a+ 2",
    "( a )",
    "2a",
    "a = b",
    "a +",
)
SOURCES = ("prev.result", "sub0.result", "sub1.result", "sub7.result", "next")

small = st.sampled_from(NUMBERS[2:-2])
variables = st.sampled_from(NAMES)
numbers = st.sampled_from(NUMBERS)
operands = st.one_of(variables, variables, numbers)


def _value(kind: Kind) -> st.SearchStrategy[Any]:
    if kind is Kind.OPERANDS:
        return st.lists(operands, min_size=1, max_size=4)
    return {
        Kind.NUMBER: numbers,
        Kind.SOURCE: st.sampled_from(SOURCES),
        Kind.OPERAND: operands,
        Kind.EXPRESSION: st.one_of(operands, st.sampled_from(EXPRESSIONS)),
        Kind.COMPUTE_OP: st.sampled_from([*COMPUTE_OPS]),
    }.get(kind, variables)


def _step(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    fields = {f.name: _value(f.kind) for f in operation.fields}
    if operation.name == "init":
        value, source = fields.pop("value"), fields.pop("source")
        bound = st.one_of(
            st.fixed_dictionaries({"value": value}),
            st.fixed_dictionaries({"value": value}),
            st.fixed_dictionaries({"source": source}),
            st.fixed_dictionaries({}, optional={"value": value, "source": source}),
        )
        return st.tuples(st.fixed_dictionaries({"op": st.just("init"), **fields}), bound).map(
            lambda p: p[0] | p[1]
        )
    return st.fixed_dictionaries({"op": st.just(operation.name), **fields})


typed_steps = st.one_of([_step(operation) for operation in OPERATIONS.values()])
broken_steps = st.one_of(
    st.fixed_dictionaries(
        {"op": st.just("init"), "var": variables, "value": st.sampled_from(BROKEN_NUMBERS)}
    ),
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "ADD", "quarry"]), "args": st.lists(operands), "var": variables}
    ),
    st.fixed_dictionaries(
        {"op": st.just("consume"), "entity": variables, "amount": operands, "unit": numbers}
    ),
    st.fixed_dictionaries({"var": variables}, optional={"op": st.just("query"), "value": numbers}),
)
steps = st.one_of(typed_steps, typed_steps, typed_steps, broken_steps)

subtraces = st.tuples(
    st.sampled_from([*EXPERTS, "arithmetic", "arithmetic", "geometry"]), st.lists(steps, max_size=7)
)
traces = st.lists(subtraces, min_size=1, max_size=3)
"""Mostly invalid traces, over all operations."""


@st.composite
def sensible_traces(draw: st.DrawFn) -> Parts:
    """Traces in which every name is known where it is used: valid, or wrong in a way that only running shows."""
    count = draw(st.integers(1, 3))
    parts: Parts = []
    for index in range(count):
        expert = draw(st.sampled_from([*EXPERTS]))
        names = [f"v{i}" for i in range(draw(st.integers(2, 4)))]
        unknowns: list[str] = []
        body: Steps = []
        for place, name in enumerate(names):
            if index and place == 0:
                source = draw(
                    st.sampled_from(["prev.result", f"sub{draw(st.integers(0, index - 1))}.result"])
                )
                body.append({"op": "init", "var": name, "source": source})
            else:
                body.append({"op": "init", "var": name, "value": draw(small)})
        for number in range(draw(st.integers(1, 4))):
            operation = draw(
                st.sampled_from([OPERATIONS["compute"], *EXPERTS[expert].own_operations.values()])
            )
            step: dict[str, Any] = {"op": operation.name}
            computation = draw(st.sampled_from(sorted(EXPERTS[expert].compute_ops or COMPUTE_OPS)))
            read = st.one_of(*[st.sampled_from(names)] * 4, numbers)
            for f in operation.fields:
                if f.kind is Kind.COMPUTE_OP:
                    step[f.name] = computation
                elif f.kind is Kind.OPERANDS:
                    step[f.name] = [
                        draw(read) for _ in range(COMPUTE_OPS[computation].arity or draw(st.integers(2, 3)))
                    ]
                elif f.kind is Kind.NEW_VARIABLE or (f.kind is Kind.UNKNOWN and not operation.concludes):
                    step[f.name] = f"s{number}"
                elif f.kind is Kind.UNKNOWN:
                    step[f.name] = draw(st.sampled_from(unknowns or names))
                elif f.kind is Kind.EXPRESSION:
                    known = st.one_of(read, st.sampled_from(unknowns or names))
                    step[f.name] = f"{draw(known)} {draw(st.sampled_from('+-*/'))} {draw(known)}"
                else:
                    step[f.name] = draw(read if f.kind is Kind.OPERAND else st.sampled_from(names))
            body.append(step)
            if operation.concludes:
                names.append(step["var"])
            elif operation.assigns:
                names.append(f"s{number}")
            elif operation.is_about_unknowns and not operation.states:
                unknowns.append(f"s{number}")
        body.append({"op": "query", "var": names[-1]})
        parts.append((expert, body))
    return parts
