"""Gold answers in the forms of data sets: the number that a worked solution ends with."""

from __future__ import annotations

import re

GSM8K_MARK = "####"
_BOXED = re.compile(r"\\boxed\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_TRACE = re.compile(r"\s*(?:```(?:ya?ml)?\s*)?(?:- )?expert[ \t]*:", re.IGNORECASE)


def final_answer(text: str) -> str:
    """What stands behind the last `####`, as in GSM8K, or in the last `\\boxed{}`, as in MATH; else the text itself.

    A solution that ends with its mark stays what it is: it has no answer.
    """
    if GSM8K_MARK in text:
        return text.rpartition(GSM8K_MARK)[2].strip() or text
    boxed = _BOXED.findall(text) if "\\boxed" in text else None
    return boxed[-1].strip() if boxed else text


def only_answer(value: object) -> object:
    """The answer in a list of one, as data sets have it that allow for several; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def is_trace(value: object) -> bool:
    """Whether this begins as a trace does, not as an answer or as words."""
    return isinstance(value, str) and _TRACE.match(value) is not None
