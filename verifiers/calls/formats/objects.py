"""The JSON object of a call, as three of the formats write it under different keys."""

from __future__ import annotations

from typing import Any

from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode

STRING_ARGUMENTS = "arguments_as_string"
"""Lint: the arguments are a string that holds JSON, as some interfaces have them."""


def read_object(
    value: Any, name_key: str, arguments_key: str, others: tuple[str, ...] = ()
) -> tuple[Call, tuple[str, ...]]:
    """The call that a decoded object is, and lints.

    Args:
        name_key, arguments_key: where the name and the arguments stand; both are required.
        others: further keys that the object may have.

    Raises CallSyntaxError.
    """
    if not isinstance(value, dict):
        raise CallSyntaxError(
            "not_a_call", f"a call is a JSON object with the keys {name_key} and {arguments_key}"
        )
    for key in (name_key, arguments_key):
        if key not in value:
            present = ", ".join(map(repr, list(value)[:5])) or "none"
            raise CallSyntaxError("not_a_call", f"the call has no key {key!r}; it has {present}")
    if len(value) > 2:
        unknown = next((key for key in value if key not in (name_key, arguments_key, *others)), None)
        if unknown is not None:
            raise CallSyntaxError(
                "not_a_call", f"a call has no key {unknown[:40]!r}; only {name_key}, {arguments_key}"
            )
    name, arguments = value[name_key], value[arguments_key]
    lints: tuple[str, ...] = ()
    if isinstance(arguments, str):
        # vLLM and others write "" where a call has no arguments.
        arguments, lints = decode(arguments) if arguments.strip() else {}, (STRING_ARGUMENTS,)
    if not isinstance(name, str) or not name:
        raise CallSyntaxError("not_a_call", f"{name_key} is the name of a tool, a string")
    if not isinstance(arguments, dict):
        raise CallSyntaxError("not_a_call", f"{arguments_key} is a JSON object of names and values")
    return Call(name, arguments), lints
