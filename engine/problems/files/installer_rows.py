"""The machine of an installer's row, read from its system text, so that commands are judged by what they do.

The text lists disks, partitions and mounts; what else stands on them it leaves out: that an EFI partition was formatted
with the others, that the system was copied. Of the machines that a text allows, the one with the least on it is taken
on which the row's own command runs. Where there is none, the row is judged by its text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from trace_trainer.verifiers.machine import Machine, MachineSpecError

_LINE = re.compile(r"\s*-\s*([^:\n]+):\s*(.+)")
_DISK = re.compile(r"- /dev/(\w+): (\d+(?:\.\d+)?[KMGTP])i?B?(?: \((.*)\))?\s*")
_PARTITION = re.compile(
    r"\s+- /dev/(\w+): (remaining|\d+(?:\.\d+)?[KMGTP])i?B?(?: \[(\w+)\])?(?: mounted at (/\S*))?\s*"
)
_USERS = re.compile(r"#+ Existing Users: (.+)")
_LIVE_HOST = "archiso"
_TARGET = "/mnt"


class Started(NamedTuple):
    """A machine as a call problem has it: its description, and the command lines that ran on it since."""

    start: dict[str, Any]
    ran: list[str]


def machine_of(text: str, command: str | None) -> Started | None:
    """The machine that a system text describes; None where it holds none on which the command runs.

    Args:
        command: the gold command; None where the row wants words, and the machine with the least on it is taken.
    """
    for started in _allowed(text):
        try:
            machine = Machine.from_spec(started.start)
        except MachineSpecError:
            return None
        if any(machine.run(line).verdict != "ok" for line in started.ran):
            continue
        if command is None or machine.run(command).verdict == "ok":
            return started
    return None


def _allowed(text: str) -> Iterator[Started]:
    """The machines that a text allows, the one with the least on it first."""
    facts: dict[str, str] = dict(_matches(_LINE, text))
    boot = {"uefi": "UEFI", "legacy bios": "BIOS", "bios": "BIOS"}.get(facts.get("Boot mode", "").lower())
    disks = {name: (size, model or "") for name, size, model in _matches(_DISK, text)}
    if boot is None or not disks:
        return
    parts = {name: (size, fs, target) for name, size, fs, target in _matches(_PARTITION, text)}
    plain: dict[str, Any] = {
        "boot": boot,
        "network": facts.get("Network", "Connected") == "Connected",
        "disks": {name: size for name, (size, _) in disks.items()},
        "models": {name: model for name, (_, model) in disks.items()},
        "parts": {
            name: ["rest" if size == "remaining" else size, _code(boot, number)]
            for number, (name, (size, _, _)) in enumerate(parts.items())
        },
        "fs": {name: fs for name, (_, fs, _) in parts.items() if fs},
        "mounts": {name: target for name, (_, _, target) in _outermost_first(parts) if target},
    }
    formatted = {
        **plain,
        "fs": {name: fs or ("vfat" if boot == "UEFI" else "ext4") for name, (_, fs, _) in parts.items()},
    }
    if not plain["mounts"].keys() - plain["fs"].keys():
        yield Started(plain, [])
    if plain["fs"] or plain["mounts"]:
        yield Started(formatted, [])
    if _TARGET in plain["mounts"].values():
        yield Started({**formatted, "installed": True}, list(_settings(facts, text)))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Any]:
    return (match.groups() for line in text.splitlines() if (match := pattern.fullmatch(line)))


def _outermost_first(parts: Mapping[str, tuple[Any, Any, Any]]) -> list[tuple[str, tuple[Any, Any, Any]]]:
    return sorted(parts.items(), key=lambda item: item[1][2] or "")


def _code(boot: str, number: int) -> str:
    return "ef00" if boot == "UEFI" and number == 0 else "8300"


def _settings(facts: Mapping[str, str], text: str) -> Iterator[str]:
    """What was set on the installed system, as the lines that set it."""
    host, zone = facts.get("Hostname", _LIVE_HOST), facts.get("Timezone", "not set")
    if host != _LIVE_HOST:
        yield f"echo {shlex.quote(host)} > {_TARGET}/etc/hostname"
    if zone != "not set":
        yield f"ln -sf /usr/share/zoneinfo/{shlex.quote(zone)} {_TARGET}/etc/localtime"
    for (users,) in _matches(_USERS, text):
        yield from (f"arch-chroot {_TARGET} useradd -m {shlex.quote(user)}" for user in users.split(", "))
