"""The formats of texts that a JSON schema may ask for: dates, addresses, names of hosts.

Checked the same whatever else is installed: what `jsonschema` knows of itself, and the rest here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)",
    re.ASCII,
)
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")


@lru_cache(maxsize=1)
def formats() -> Any:
    """The formats that are checked, the same whatever else is installed."""
    from jsonschema import FormatChecker

    known = FormatChecker.checkers
    checker = FormatChecker(formats=())
    checker.checkers = {name: known[name] for name in ("date", "email", "ipv4", "ipv6", "uuid")} | {
        "date-time": (_is_date_time, ValueError),
        "time": (_is_time, ValueError),
        "uri": (_is_uri, ValueError),
        "hostname": (_matching(_HOST_NAME), ()),
        "duration": (_matching(_DURATION), ()),
        "json-pointer": (_matching(_POINTER), ()),
        "regex": (_is_pattern, ValueError),
    }
    return checker


def _matching(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or pattern.fullmatch(value) is not None


def _is_pattern(value: object) -> bool:
    """Raises ValueError where a text is no pattern."""
    if isinstance(value, str):
        import regex

        try:
            regex.compile(value)
        except regex.error as error:
            raise ValueError(str(error)) from None
    return True


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value.upper() and datetime.fromisoformat(value) is not None)


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or (":" in value and time.fromisoformat(value) is not None)


def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or (bool(urlsplit(value).scheme) and " " not in value)
