"""The sandbox that chat templates run in, with no operation that could take all memory at once.

A template that grows step by step is stopped from outside (`template_limits.py`). A single call into C is not: it ends
before anybody can look. So what multiplies (a text by a number, a replacement by its places, a width by lines) is
looked at before it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from transformers.utils import chat_template_utils

MOST = 2**27
"""Characters, items or bits that one operation may make."""
_WIDTH = re.compile(r"\d{8,}|\*")  # in a format: a field wider than any text, or as wide as an argument says


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which raises SecurityError where an operation could make more than MOST."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options, finalize=_written)
        self.filters = _Filters(self.filters)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            _check_format(left)
        elif operator == "**":
            _check(_size(left if not isinstance(left, int) else left.bit_length()) * _size(right))
        elif operator == "*" and isinstance(left, Sequence) | isinstance(right, Sequence):
            _check(_size(left) * _size(right))
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Any:
        if isinstance(text := getattr(value, "__self__", None), str):
            _check_format(text)
        return super().wrap_str_format(value)

    def call(self, context: Context, function: Any, /, *arguments: Any, **named: Any) -> Any:
        _check_call(getattr(function, "__self__", None), arguments, named)
        return super().call(context, function, *arguments, **named)


class _Filters(dict[str, Callable[..., Any]]):
    """Filters, each looking at what it is given first, whoever declares it and when."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__()
        for name, function in filters.items():
            self[name] = function

    def __setitem__(self, name: str, function: Callable[..., Any]) -> None:
        @wraps(function)  # keeps the marks by which Jinja knows what else a filter is passed
        def bounded(*arguments: Any, **named: Any) -> Any:
            given = arguments[1:] if hasattr(function, "jinja_pass_arg") else arguments
            _check_call(given[0] if given else None, given[1:], named)
            return function(*arguments, **named)

        super().__setitem__(name, bounded)


def _check_call(receiver: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
    """What comes of a call is at most as large as what it is called on times the largest argument."""
    if isinstance(receiver, str) and arguments:
        _check_format(receiver)
    _check(_size(receiver) * max(map(_size, [*arguments, *named.values()]), default=1))


def _check_format(text: str) -> None:
    if ("%" in text or "{" in text) and _WIDTH.search(text):
        raise SecurityError("a format in the chat template could fill the memory")


def _check(size: int) -> None:
    if size > MOST:
        raise SecurityError("an operation of the chat template could fill the memory")


def _written(value: Any) -> Any:
    """What an expression comes to, which is about to be written as text."""
    if not isinstance(value, str | int):
        _check(_size(value))
    return value


def _size(value: Any, known: dict[int, int] | None = None) -> int:
    """How large a value is where another one is multiplied by it, or where it is written; 1 at least.

    What a list holds several times counts each time, and is looked at once.
    """
    if isinstance(value, int):
        return max(1, abs(value))
    if isinstance(value, str):
        return max(1, len(value))
    if not isinstance(value, list | tuple | Mapping):
        return 1
    known = {} if known is None else known
    if id(value) not in known:
        known[id(value)] = 1  # for what holds itself
        items = [*value, *value.values()] if isinstance(value, Mapping) else value
        known[id(value)] = 1 + sum(_size(item, known) if not isinstance(item, int) else 1 for item in items)
    return known[id(value)]


def bound_templates() -> None:
    """Have Transformers, which makes the environment of chat templates itself and takes none, make this one."""
    chat_template_utils.ImmutableSandboxedEnvironment = BoundedEnvironment
