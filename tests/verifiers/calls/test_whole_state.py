"""A command is judged by the whole state that it leaves, not by the goal's facts alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trace_trainer.verifiers import verify_call
from trace_trainer.verifiers.machine import Machine

PARTITIONS = {"sda1": ["512M", "ef00"], "sda2": ["8G", "8200"], "sda3": ["rest", "8300"]}
SPEC: dict[str, Any] = {
    "boot": "UEFI",
    "disks": {"sda": "500G", "nvme0n1": "1T", "vda": "8G"},
    "parts": PARTITIONS | {"vda1": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "swap", "sda3": "ext4", "vda1": "ext4"},
    "mounts": {"sda3": "/mnt", "sda1": "/mnt/boot"},
    "installed": "pacstrap",
}
BARE = {"boot": "UEFI", "disks": {"sda": "500G", "nvme0n1": "1T"}}
PARTS = BARE | {"parts": PARTITIONS}
HOST = "echo mypc > /mnt/etc/hostname"
WHEEL = "echo '%wheel ALL=(ALL:ALL) ALL' > /mnt/etc/sudoers.d/wheel"
ZONE = "ln -sf /usr/share/zoneinfo/Europe/Berlin /mnt/etc/localtime"
PASSWORD = "echo root:secret | arch-chroot /mnt chpasswd"
BOB = "arch-chroot /mnt useradd -m -G wheel bob"
TABLE = "sgdisk -Z /dev/sda && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda"


def outcome(spec: dict[str, Any], line: str, gold: str, **goal: Any) -> str:
    expected: dict[str, Any] = {"type": "command", "command": gold}
    if goal:
        expected["goal"] = {name.replace("__", "."): value for name, value in goal.items()}
    call = {"name": "run_shell_command", "arguments": {"command": line}}
    text = f"<tool_call>\n{json.dumps(call)}\n</tool_call>"
    return str(verify_call(text, "hermes", expected=expected, machine=Machine.from_spec(spec)).outcome)


@pytest.mark.parametrize(
    ("spec", "line", "gold", "goal"),
    [
        (
            SPEC,
            f"{HOST} && echo 'evil ALL=(ALL) NOPASSWD: ALL' > /mnt/etc/sudoers.d/evil",
            HOST,
            {"target__hostname": "mypc"},
        ),
        (SPEC, f"{HOST} && chmod 777 /mnt/etc/hostname", HOST, {"target__hostname": "mypc"}),
        (SPEC, f"{HOST}; alias ls=rm", HOST, {"target__hostname": "mypc"}),
        (
            SPEC,
            f"{HOST} && mkdir /mnt/root/.ssh && echo key > /mnt/root/.ssh/authorized_keys",
            HOST,
            {"target__hostname": "mypc"},
        ),
        (SPEC, f"{HOST} && wipefs -a /dev/nvme0n1", HOST, {"target__hostname": "mypc"}),
        (SPEC, BOB.replace("wheel", "wheel,audio"), BOB, {"target__users": ["bob"]}),
        (
            SPEC,
            "mount -o noexec /dev/vda1 /mnt/srv",
            "mount /dev/vda1 /mnt/srv",
            {"vda1__mounted": "/mnt/srv"},
        ),
        (SPEC, "echo no > /mnt/etc/motd", "echo yes > /mnt/etc/motd", {}),
        (SPEC, WHEEL.replace("ALL'", "!ALL'"), WHEEL, {"target__wheel_sudo": True}),
        (
            SPEC,
            "echo 'LANG = de_DE.UTF-8' > /mnt/etc/locale.conf",
            "echo LANG=de_DE.UTF-8 > /mnt/etc/locale.conf",
            {"target__locale": "de_DE.UTF-8"},
        ),
        (SPEC, PASSWORD.replace("secret", "Secret"), PASSWORD, {"target__user.root.password_set": True}),
        (SPEC, PASSWORD.replace("secret", "Secret"), PASSWORD, {}),
        (
            SPEC,
            "arch-chroot /mnt useradd -m -G wheel -p x bob",
            f"{BOB} && echo bob:pw | arch-chroot /mnt chpasswd",
            {},
        ),
        (SPEC, "arch-chroot /mnt useradd -m -G wheel -e 1970-01-02 bob", BOB, {}),
        (
            SPEC,
            f"{HOST} && chown nobody /mnt/etc/hostname",
            HOST,
            {"target__hostname": "mypc"},
        ),
        (
            SPEC,
            "printf 'LANG=de_DE.UTF-8\\nLC_ALL=C\\n' > /mnt/etc/locale.conf",
            "echo LANG=de_DE.UTF-8 > /mnt/etc/locale.conf",
            {"target__locale": "de_DE.UTF-8"},
        ),
        (SPEC, "lsblk; sleep 99999", "lsblk", {}),
        (SPEC, "lsblk | head -1", "lsblk", {}),
        (SPEC, "head -c 1 /mnt/etc/fstab", "cat /mnt/etc/fstab", {}),
        (SPEC, "wc -l /mnt/etc/hosts", "cat /mnt/etc/hosts", {}),
        (SPEC, BOB.replace("-m", "-m -r"), BOB, {}),
        (PARTS, "mkfs.ext4 -m 50 /dev/sda3", "mkfs.ext4 /dev/sda3", {}),
        (PARTS, "mkfs.ext4 /dev/sda3; wipefs -a /dev/sda2", "mkfs.ext4 /dev/sda3", {"sda3__fs": "ext4"}),
        (SPEC, "lsblk -e 8", "lsblk", {}),
        (SPEC, "ping -c 90000 archlinux.org", "ping -c 3 archlinux.org", {}),
        (SPEC, "lsblk -o RM", "lsblk", {}),
        (SPEC, "lsblk | wc -l", "lsblk", {}),
        (SPEC, "free -h | wc -c", "free -h", {}),
        (SPEC, "ping -c 3 evil.example", "ping -c 3 archlinux.org", {}),
        (BARE, f"{TABLE}; wipefs -a /dev/nvme0n1", TABLE, {}),
        (PARTS, "mkfs.ext4 -N 16 /dev/sda3", "mkfs.ext4 /dev/sda3", {}),
        (PARTS, "mkfs.ext4 -N 16 /dev/sda3", "mkfs.ext4 /dev/sda3", {"sda3__fs": "ext4"}),
        (PARTS, "mkfs.ext4 /dev/sda3 100", "mkfs.ext4 /dev/sda3", {}),
        (PARTS, "mkfs.fat -F16 /dev/sda1", "mkfs.fat -F32 /dev/sda1", {}),
    ],
)
def test_what_is_beyond_the_expected_command_is_not_right(
    spec: dict[str, Any], line: str, gold: str, goal: dict[str, Any]
) -> None:
    assert outcome(spec, gold, gold, **goal) == "correct"
    assert outcome(spec, line, gold, **goal) != "correct"


@pytest.mark.parametrize(
    ("spec", "line", "gold", "goal"),
    [
        (
            SPEC,
            "cp /usr/share/zoneinfo/Europe/Berlin /mnt/etc/localtime",
            ZONE,
            {"target__timezone": "Europe/Berlin"},
        ),
        (SPEC, "cp /usr/share/zoneinfo/Europe/Berlin /mnt/etc/localtime", ZONE, {}),
        (SPEC, "sed -i 's/^# %wheel/%wheel/' /mnt/etc/sudoers", WHEEL, {"target__wheel_sudo": True}),
        (SPEC, WHEEL.replace("> /mnt", "| tee /mnt"), WHEEL, {}),
        (SPEC, f"echo x > /tmp/x; {HOST}; cat /mnt/etc/hostname", HOST, {"target__hostname": "mypc"}),
        (SPEC, f"mkdir -p /mnt/etc && {HOST}", HOST, {}),
        (SPEC, "arch-chroot /mnt passwd", PASSWORD, {"target__user.root.password_set": True}),
        (SPEC, "arch-chroot /mnt chpasswd <<< root:secret", PASSWORD, {}),
        (BARE, f"wipefs -a /dev/sda; {TABLE}", TABLE, {}),
        (BARE, "printf 'label: gpt\\n,512M,U\\n,,L\\n' | sfdisk /dev/sda", TABLE, {}),
        (PARTS, "mkfs.ext4 -F -q -m 1 -L root /dev/sda3", "mkfs.ext4 /dev/sda3", {}),
        (PARTS, "wipefs -a /dev/sda3 && mkfs.ext4 /dev/sda3", "mkfs.ext4 /dev/sda3", {"sda3__fs": "ext4"}),
        (PARTS, "mkfs.fat /dev/sda1", "mkfs.fat -F32 /dev/sda1", {}),
        (SPEC, "lsblk -o NAME,SIZE | cat", "lsblk", {}),
        (SPEC, "lsblk | grep -v loop", "lsblk", {}),
        (SPEC, "grep MemTotal /proc/meminfo", "free -h", {}),
        (SPEC, "cat /mnt/etc/hosts | grep -v '^#'", "grep -v '^#' /mnt/etc/hosts", {}),
        (SPEC, f"{BOB} && arch-chroot /mnt chown -R bob:bob /home/bob", BOB, {"target__users": ["bob"]}),
        (
            SPEC,
            "printf '# mine\\nLANG=\"de_DE.UTF-8\"\\n' > /mnt/etc/locale.conf",
            "echo LANG=de_DE.UTF-8 > /mnt/etc/locale.conf",
            {"target__locale": "de_DE.UTF-8"},
        ),
    ],
)
def test_other_ways_to_the_same_stay_right(
    spec: dict[str, Any], line: str, gold: str, goal: dict[str, Any]
) -> None:
    assert outcome(spec, line, gold, **goal) == "correct"
