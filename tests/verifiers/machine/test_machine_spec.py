"""Descriptions of the simulated machine: what they may say, and the one line that names what they may not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from trace_trainer.verifiers.machine import Machine, MachineSpecError
from trace_trainer.verifiers.machine.model.facts import unmet

MINIMAL: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "500G"}}
FORMATTED = MINIMAL | {
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4"},
}
MOUNTED = FORMATTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"}}


def test_every_field_of_a_description_is_taken() -> None:
    spec = MINIMAL | {
        "boot": "BIOS",
        "disks": {"sda": {"size": "1T", "model": "Disk", "rotational": True}, "vda": "20G", "sdb": "16G"},
        "models": {"vda": "VirtIO"},
        "labels": {"vda": "dos"},
        "parts": {
            "sda1": ["1M", "ef02"],
            "sda2": ["4G", "8200"],
            "sda3": ["rest", "8300"],
            "vda1": ["rest", "8300"],
        },
        "fs": {"sda2": "swap", "sda3": "xfs"},
        "mounts": {"sda3": "/mnt"},
        "swaps": ["sda2"],
        "installed": "pacstrap",
        "hostname": "levitateos",
        "timezone": "Europe/Berlin",
        "ram": "2G",
        "network": False,
        "medium": "sdb",
    }
    facts = Machine.from_spec(spec).facts()
    expected = {
        "boot_mode": "BIOS",
        "sda.label": "gpt",
        "vda.label": "dos",
        "sda3.mounted": "/mnt",
        "swaps": ["sda2"],
        "target.installed": "pacstrap",
        "live.hostname": "levitateos",
        "live.timezone": "Europe/Berlin",
        "network": False,
        "sdb1.mounted": "/run/archiso/bootmnt",
    }
    assert unmet(expected, facts) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"boot": "EFI"}, "boot"),
        ({"boot": None}, "boot"),
        ({"disks": {}}, "disks"),
        ({"disks": ["sda"]}, "disks"),
        ({"disks": {"sda": "500X"}}, "disks.sda"),
        ({"disks": {"sda": "1K"}}, "disks.sda"),
        ({"disks": {"sda": {"model": "x"}}}, "disks.sda"),
        ({"disks": {"sda": {"size": "1T", "colour": 1}}}, "disks.sda.colour"),
        ({"disks": {"disk0": "1T"}}, "disks.disk0"),
        ({"dsiks": {}}, "dsiks"),
        ({"models": {"sdb": "x"}}, "models.sdb"),
        ({"labels": {"sda": "bsd"}}, "labels.sda"),
        ({"parts": {"sdb1": ["1G", "8300"]}}, "parts.sdb1"),
        ({"parts": {"sda1": "1G"}}, "parts.sda1"),
        ({"parts": {"sda1": ["1G", "linux"]}}, "parts.sda1"),
        ({"parts": {"sda1": ["900G", "8300"]}}, "parts.sda1"),
        ({"parts": {"sda1": ["rest", "8300"], "sda2": ["1G", "8300"]}}, "parts.sda2"),
        ({"fs": {"sda1": "ext4"}}, "fs.sda1"),
        (FORMATTED | {"fs": {"sda1": "zfs"}}, "fs.sda1"),
        (MOUNTED | {"mounts": {"sda3": "/mnt"}}, "mounts.sda3"),
        (MOUNTED | {"mounts": {"sda2": "mnt"}}, "mounts.sda2"),
        (MOUNTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt"}}, "mounts.sda1"),
        (FORMATTED | {"swaps": ["sda2"]}, "swaps.sda2"),
        ({"installed": True}, "installed"),
        (FORMATTED | {"installed": "debootstrap"}, "installed"),
        ({"hostname": "my pc"}, "hostname"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"ram": "much"}, "ram"),
        ({"network": "yes"}, "network"),
        ({"medium": "sdz"}, "medium"),
    ],
)
def test_a_wrong_description_is_named_by_its_field_in_one_line(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MachineSpecError, match=re.escape(field)) as caught:
        Machine.from_spec(MINIMAL | change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spec", [None, [], "UEFI", {"boot": "UEFI"}, {"disks": {"sda": "1T"}}, {1: 2}])
def test_no_description_at_all_is_an_error_of_one_line(spec: Any) -> None:
    with pytest.raises(MachineSpecError):
        Machine.from_spec(spec)
