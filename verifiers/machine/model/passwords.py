"""Identities of passwords: two accounts have the same one when the same was set, and no password can be read off
them."""

from __future__ import annotations

import hashlib
import re
from typing import Final

ASKED: Final = "asked"  # somebody was asked and typed one: which is not known
_HASH = re.compile(
    r"\$(?:1|2[abxy]|5|6|7|y|gy|sha1|argon2id?)\$\S{8,}|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}", re.ASCII
)


def identity(password: str) -> str:
    """The identity of a password in plain text."""
    return "plain:" + _digest(password)


def hash_identity(text: str) -> str:
    """The identity of what stands in /etc/shadow: "" for text that is no hash, with which nobody can log in."""
    return "hash:" + _digest(text) if _HASH.fullmatch(text) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
