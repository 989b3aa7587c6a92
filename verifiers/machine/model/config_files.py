"""Configuration files whose content the machine understands: what a host name may be, what a locale file says."""

from __future__ import annotations

import re

_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def is_host_name(name: str) -> bool:
    """Whether a name is one label of RFC 1123: up to 63 letters, digits and hyphens, no hyphen at either end."""
    return _HOST_LABEL.fullmatch(name) is not None


def config_problem(path: str, text: str) -> str | None:
    """Why a system could not use this text as its file `path`; None where it can, or the file is free text."""
    if path == "/etc/hostname":
        lines = [line for line in text.split("\n") if line and not line.startswith("#")]
        if len(lines) > 1 or (lines and not is_host_name(lines[0].strip())):
            return "Invalid host name"
    return None


def setting(text: str, key: str) -> str | None:
    """The value of `KEY=value` in a shell-like file (locale.conf, vconsole.conf), quotes removed; None where unset."""
    value = None
    for line in text.split("\n"):
        name, found, rest = line.partition("=")
        if found and name == key and rest[:1] not in (" ", "\t"):  # as the shells that read it demand
            value = rest.strip().strip("\"'")
    return value
