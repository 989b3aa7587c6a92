"""A machine, tools and ways to say things, for the tests of verify_call."""

from __future__ import annotations

import json
from typing import Any

from trace_trainer.verifiers import Call, CallVerdict, Machine, Reply, verify_call
from trace_trainer.verifiers.calls import FORMATS, INSTALLER_TOOLS

EMPTY: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "500G", "sdb": "1T"}}
FORMATTED: dict[str, Any] = {
    "boot": "UEFI",
    "disks": {"sda": "500G", "sdb": "1T"},
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"], "sdb1": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4", "sdb1": "ext4"},
}
INSTALLED = FORMATTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"}, "installed": True}

PARTITION = "sgdisk -Z /dev/sda && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 -t 2:8300 /dev/sda"
HOSTNAME = "echo mypc > /mnt/etc/hostname"


def machine(spec: dict[str, Any] = EMPTY) -> Machine:
    return Machine.from_spec(spec)


def says(*commands: str, text: str = "") -> str:
    """A reply that runs these commands."""
    calls = tuple(Call("run_shell_command", {"command": command}) for command in commands)
    return FORMATS["hermes"].render(Reply(calls, text))


def calls(*calls: Call) -> str:
    """A reply that makes these calls."""
    return FORMATS["hermes"].render(Reply(calls))


def raw(value: object) -> str:
    return f"<tool_call>\n{json.dumps(value)}\n</tool_call>"


def command(line: str, **goal: Any) -> dict[str, Any]:
    """What is expected: this command, or the facts of the goal, with `__` in the place of a dot."""
    facts = {name.replace("__", "."): value for name, value in goal.items()}
    return {"type": "command", "command": line} | ({"goal": facts} if facts else {})


TEXT = {"type": "text", "response": "Which disk?"}


def judge(text: str, expected: Any, spec: dict[str, Any] | None = EMPTY) -> CallVerdict:
    """The verdict on a turn of the installer."""
    return verify_call(text, "hermes", expected, INSTALLER_TOOLS, None if spec is None else machine(spec))


def codes(verdict: CallVerdict) -> list[str]:
    return [violation.code for violation in verdict.violations]
