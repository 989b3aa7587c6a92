"""Machines that tests of commands start from, at every stage of an installation."""

from __future__ import annotations

from typing import Any

from trace_trainer.verifiers.machine import Machine, Result

UEFI: dict[str, Any] = {
    "boot": "UEFI",
    "disks": {"sda": "500G"},
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4"},
}
BIOS: dict[str, Any] = {
    "boot": "BIOS",
    "disks": {"vda": "20G"},
    "labels": {"vda": "dos"},
    "parts": {"vda1": ["rest", "8300"]},
    "fs": {"vda1": "ext4"},
}
DISKS: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "100G", "nvme0n1": "1T"}}
PARTS = DISKS | {"parts": {"sda1": ["512M", "ef00"], "sda2": ["50G", "8300"], "sda3": ["rest", "8200"]}}
FORMATTED = PARTS | {"fs": {"sda1": "vfat", "sda2": "ext4", "sda3": "swap"}}
MOUNTED = FORMATTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot"}}
RSYNC = (
    "rsync -aAXv --exclude='/dev/*' --exclude='/proc/*' --exclude='/sys/*' --exclude='/tmp/*' --exclude='/run/*' "
    "--exclude='/mnt/*' / /mnt/"
)


def fresh(**more: Any) -> Machine:
    """Formatted, nothing mounted."""
    return Machine.from_spec(UEFI | more)


def mounted(**more: Any) -> Machine:
    """The root file system at /mnt, the EFI system partition at /mnt/boot/efi."""
    return fresh(mounts={"sda2": "/mnt", "sda1": "/mnt/boot/efi"}, **more)


def installed(**more: Any) -> Machine:
    """Mounted, with a copy of the live system."""
    return mounted(**{"installed": True, **more})


def installed_bios() -> Machine:
    """A BIOS machine with a dos label, its one partition mounted and installed."""
    return Machine.from_spec(BIOS | {"mounts": {"vda1": "/mnt"}, "installed": True})


def run(machine: Machine, *lines: str) -> Result:
    """Run lines that all must succeed; the result of the last."""
    for line in lines:
        result = machine.run(line)
        assert result.verdict == "ok", (line, result.stderr)
    return result


def fails(machine: Machine, line: str, message: str = "") -> Result:
    """Run a line that must fail and change nothing, saying `message`."""
    before = machine.facts()
    result = machine.run(line)
    assert result.verdict == "fails", (line, result)
    assert message in result.stderr
    assert machine.facts() == before
    return result


def after(spec: dict[str, Any], *lines: str) -> Machine:
    """The machine of a description after lines that all must succeed."""
    machine = Machine.from_spec(spec)
    run(machine, *lines)
    return machine


def failure_of(spec: dict[str, Any], line: str) -> str:
    """What a line prints that must fail on the machine of a description and change nothing."""
    return fails(Machine.from_spec(spec), line).stderr
