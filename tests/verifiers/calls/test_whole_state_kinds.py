"""Effects beside the expected one that are easily overlooked, and other ways to the same effect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trace_trainer.verifiers import verify_call
from trace_trainer.verifiers.machine import Machine

PARTITIONS = {"sda1": ["512M", "ef00"], "sda2": ["8G", "8200"], "sda3": ["rest", "8300"]}
BARE: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "500G", "nvme0n1": "1T"}}
PARTS = BARE | {"parts": PARTITIONS}
MADE = PARTS | {"fs": {"sda1": "vfat", "sda2": "swap", "sda3": "ext4"}}
READY = MADE | {"mounts": {"sda3": "/mnt", "sda1": "/mnt/boot"}, "installed": "pacstrap"}
HOST = "echo box > /mnt/etc/hostname"
WHEEL = "echo '%wheel ALL=(ALL:ALL) ALL' > /mnt/etc/sudoers.d/wheel"
LOCALE = "echo LANG=de_DE.UTF-8 > /mnt/etc/locale.conf"
BOB = "arch-chroot /mnt useradd -m -G wheel bob"
TABLE = "sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda"
FSTAB = "genfstab -U /mnt >> /mnt/etc/fstab"


def outcome(spec: dict[str, Any], line: str, gold: str) -> str:
    call = {"name": "run_shell_command", "arguments": {"command": line}}
    text = f"<tool_call>\n{json.dumps(call)}\n</tool_call>"
    expected = {"type": "command", "command": gold}
    return str(verify_call(text, "hermes", expected=expected, machine=Machine.from_spec(spec)).outcome)


@pytest.mark.parametrize(
    ("spec", "line", "gold"),
    [
        (READY, f"{HOST}; export PATH=/tmp", HOST),
        (READY, f"{WHEEL}; echo 'Defaults targetpw' >> /mnt/etc/sudoers.d/wheel", WHEEL),
        (READY, f"{BOB}; chown root /mnt/home/bob", BOB),
        (READY, "genfstab -U /mnt | sed 's/rw/ro/' >> /mnt/etc/fstab", FSTAB),
        (READY, f"{FSTAB}; echo garbage >> /mnt/etc/fstab", FSTAB),
        (READY, "genfstab -f /mnt/boot -U /mnt >> /mnt/etc/fstab", FSTAB),
        (PARTS, "mkfs.ext4 -S /dev/sda3", "mkfs.ext4 /dev/sda3"),
        (PARTS, "mkswap -p 65536 /dev/sda2", "mkswap /dev/sda2"),
        (PARTS, "mkswap -v0 /dev/sda2", "mkswap /dev/sda2"),
        (BARE, TABLE.replace("-n 2", "-A 1:set:60 -n 2"), TABLE),
        (BARE, "lsblk | head -1", "lsblk"),
        (BARE, "free | head -n 1", "free -h"),
        (BARE, "lsblk; yes", "lsblk"),
    ],
)
def test_what_is_beyond_the_expected_effect_is_not_right(spec: dict[str, Any], line: str, gold: str) -> None:
    assert outcome(spec, gold, gold) == "correct"
    assert outcome(spec, line, gold) in ("wrong_call", "invalid_call")


@pytest.mark.parametrize(
    ("spec", "line", "gold"),
    [
        (READY, "echo 'LANG=\"de_DE.UTF-8\"' > /mnt/etc/locale.conf", LOCALE),
        (READY, "echo \"LANG='de_DE.UTF-8'\" > /mnt/etc/locale.conf", LOCALE),
        (READY, f"{BOB}; arch-chroot /mnt chown bob:bob /home/bob", BOB),
        (READY, f"export LANG=C; {HOST}", HOST),
        (PARTS, "mkfs.ext4 -E lazy_itable_init=0,nodiscard /dev/sda3", "mkfs.ext4 /dev/sda3"),
        (MADE, "mount -o noauto,nofail /dev/sda3 /mnt", "mount /dev/sda3 /mnt"),
        (BARE, TABLE.replace("-n 2", "-A 1:set:2 -n 2"), TABLE),
        (BARE, "yes | lsblk", "lsblk"),
    ],
)
def test_another_way_to_the_same_effect_is_right(spec: dict[str, Any], line: str, gold: str) -> None:
    assert outcome(spec, line, gold) == "correct"
