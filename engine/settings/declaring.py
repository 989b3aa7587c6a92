"""Settings that are declared once: a dataclass field with its limits and its help gives the checks and the command
line.

What is checked: that a key exists (the nearest one is named where it does not), the type, and the declared limits.
How fields depend on each other is for the code that reads them.
"""

from __future__ import annotations

import dataclasses
import math
import os
import types
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Any

from trace_trainer.experts.language.catalogue import nearest

LARGEST_SEED = 2**32 - 1
"""What the libraries that draw at random take."""
MOST = 10_000_000
"""Of problems, and of whatever else is held in memory."""

Choices = Collection[str] | Callable[[], Collection[str]]

_LONGEST_SHOWN = 80  # characters of a value in a message

GROUPS = ("Model", "Hosted", "Data", "Method", "Optimiser", "Rollouts", "Evaluation", "Stress", "Run")
"""Under which `--help` lists the options of a command, in this order."""


def setting(
    default: Any,
    help: str,
    *,
    choices: Choices = (),
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    group: str = "Run",
    metavar: str | None = None,
    option: str | None = None,
    flag: str | None = None,
    formerly: str | None = None,
    commas: bool = True,
) -> Any:
    """A dataclass field with what the checks and the command line need.

    Args:
        default: the value where neither recipe nor command line gives one.
        help: one line for `--help`, which stands by itself.
        choices: the values allowed, for text or for each item of a list; a catalogue, or a function that lists them,
            is looked up when a value is checked.
        low, high: the least and the greatest value allowed.
        above: what the value must be greater than.
        group: one of GROUPS, under which `--help` lists it.
        metavar: what stands for the value in `--help`; None leaves that to the type.
        option: the name of the command-line option, where it is not the setting's.
        flag: another name of the option, short or not, that `--help` shows.
        formerly: the name that the setting had before. Stored settings and recipes that have it are still read, and
            the option that was called so is accepted.
        commas: whether a text given for a list is several items with commas between them; else it is one, a path.
    """
    limits = {"choices": choices, "low": low, "high": high, "above": above}
    shown = {"help": help, "group": group, "metavar": metavar, "option": option, "flag": flag}
    return dataclasses.field(
        default=default, metadata={**shown, "formerly": formerly, "commas": commas, **limits}
    )


def option_of(item: dataclasses.Field[Any]) -> str:
    """The command-line option of a setting."""
    return item.metadata["option"] or f"--{item.name.replace('_', '-')}"


def with_present_names(config: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with those that bear a former name under their present one."""
    former = {item.metadata["formerly"]: item.name for item in dataclasses.fields(config)}
    return {former.get(key, key) if former.get(key) not in given else key: given[key] for key in given}


def check(config: type, given: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[str]]:
    """The given values in their declared types, and what is wrong with the others."""
    hints = typing.get_type_hints(config)
    known = {item.name: item for item in dataclasses.fields(config)}
    values: dict[str, Any] = {}
    errors: list[str] = []
    for key, value in with_present_names(config, given).items():
        if key not in known:
            errors.append(f"unknown key {where}.{key}{nearest(str(key), known)}")
            continue
        try:
            if isinstance(value, str) and not known[key].metadata["commas"]:
                value = None if value.lower() in ("none", "null") else (value,)
            values[key] = _convert(value, hints[key])
            _check_limits(values[key], known[key].metadata)
        except ValueError as error:
            errors.append(f"{where}.{key} must be {error}, not {_short(value)}")
    return values, errors


def _is_text(value: str) -> bool:
    """Whether it may name a file: it holds no NUL and no half of a character."""
    try:
        return b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        return False


def _short(value: Any) -> str:
    """A value as it was written, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _convert(value: Any, hint: Any) -> Any:
    """The value in its declared type. Raises ValueError saying what it must be.

    Text is accepted for numbers, because YAML 1.1 reads 1e-4 as text and the command line gives nothing else.
    """
    if isinstance(hint, types.UnionType):
        if value is None or (isinstance(value, str) and value.lower() in ("none", "null")):
            return None
        return _convert(value, next(member for member in hint.__args__ if member is not type(None)))
    if typing.get_origin(hint) is tuple:
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(
            isinstance(item, str) and item.strip() for item in items
        ):
            raise ValueError("a list of names")
        return tuple(item.strip() for item in items)
    if hint is bool:
        if isinstance(value, bool):
            return value
        raise ValueError("true or false")
    if hint is str:
        if isinstance(value, str) and value and _is_text(value):
            return value
        raise ValueError("text")
    expected = "a number" if hint is float else "a whole number"
    if isinstance(value, bool) or (hint is int and isinstance(value, float)):
        raise ValueError(expected)
    try:
        number = hint(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(expected) from None
    if not math.isfinite(number):
        raise ValueError(expected)
    return number


def _check_limits(value: Any, limits: Mapping[str, Any]) -> None:
    if value is None:
        return
    choices = names_of(limits["choices"])
    if choices:
        unknown = [item for item in ([value] if isinstance(value, str) else value) if item not in choices]
        if unknown:
            raise ValueError(f"one of {', '.join(choices)}{nearest(unknown[0], choices)}")
    if limits["low"] is not None and value < limits["low"]:
        raise ValueError(f"at least {limits['low']}")
    if limits["above"] is not None and value <= limits["above"]:
        raise ValueError(f"above {limits['above']}")
    if limits["high"] is not None and value > limits["high"]:
        raise ValueError(f"at most {limits['high']}")


def names_of(choices: Choices) -> list[str]:
    """The values allowed as they are now."""
    return list(choices() if callable(choices) else choices)
