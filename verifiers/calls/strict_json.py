"""JSON as a tool call may hold it: Python's decoder, made strict, with errors that tell a writer what to change.

Refused, where Python's own decoder is silent: a key that stands twice in one object, NaN and Infinity, numbers too
large for a float, and nesting without end. What models write in place of JSON (Python dicts in single quotes, True for
true) is named. Not covered: comments and trailing commas, which are plain syntax errors.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 32
"""Objects and lists within each other; deeper values are refused, so that no reader of them runs out of stack."""

_LITERALS = ("true", "false", "null")
_PYTHON_WORDS = ("True", "False", "None")


class CallSyntaxError(ValueError):
    """A text is no call. `code` is one of the parse stage; the message says what stands there and what would work."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def decode_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that starts at an index of a text, and the index behind it.

    Raises CallSyntaxError: json_syntax, single_quotes, duplicate_key, bad_number, too_deep or, where the text ends
    within the value, unclosed_call.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _explain(text, start, error) from None
    except RecursionError:
        raise _too_deep() from None
    except CallSyntaxError:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise CallSyntaxError("bad_number", "an integer of thousands of digits") from None
    if text.count("{", start, end) + text.count("[", start, end) > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise _too_deep()
    return value, end


def decode(text: str) -> Any:
    """The JSON value that a text is, white space around it aside.

    Raises as `decode_at`, and json_syntax for more text behind it.
    """
    start = skip_space(text, 0)
    value, end = decode_at(text, start)
    if skip_space(text, end) != len(text):
        raise CallSyntaxError("json_syntax", f"text stands behind the JSON value, at character {end + 1}")
    return value


def skip_space(text: str, start: int) -> int:
    """The index of the first character from `start` on that is no JSON white space."""
    end = len(text)
    while start < end and text[start] in " \n\t\r":
        start += 1
    return start


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise CallSyntaxError("duplicate_key", f"the key {twice[:40]!r} stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise CallSyntaxError("bad_number", f"{text[:40]} is too large for a number")
    return number


def _refuse_constant(text: str) -> float:
    raise CallSyntaxError("bad_number", f"{text} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_finite, parse_constant=_refuse_constant)


def _depth(value: Any) -> int:
    """How many objects and lists stand within each other. Level by level, so that no depth is too much."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def _too_deep() -> CallSyntaxError:
    return CallSyntaxError("too_deep", f"nested more than {MAX_DEPTH} levels deep")


def _explain(text: str, start: int, error: json.JSONDecodeError) -> CallSyntaxError:
    place = skip_space(text, error.pos)
    rest = text[place:].rstrip()
    if error.msg.startswith("Unterminated string") or any(word.startswith(rest) for word in _LITERALS):
        return CallSyntaxError(
            "unclosed_call", "the text ends within a JSON value; it was cut, perhaps by a limit"
        )
    if text[place] == "'" or text.startswith(("{'", "['"), start):
        return CallSyntaxError("single_quotes", "a Python dict in single quotes; JSON wants double quotes")
    word = next((word for word in _PYTHON_WORDS if text.startswith(word, place)), None)
    if word is not None:
        return CallSyntaxError("json_syntax", f"{word} is Python; JSON writes true, false and null")
    return CallSyntaxError(
        "json_syntax", f"no JSON: {error.msg} at character {error.pos - start + 1} of the object"
    )
