"""Equality of effect: which differences between two command lines count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.verifiers.machine import Machine, canonical, compare_effects
from trace_trainer.verifiers.machine.effects import same_state

DISK: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "500G"}}
PARTS = DISK | {"parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]}}
FORMATTED = PARTS | {"fs": {"sda1": "vfat", "sda2": "btrfs"}}
INSTALLED = FORMATTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"}, "installed": True}


def test_the_acceptance_pairs_agree(shared_data: Path) -> None:
    lines = (shared_data / "installer" / "equivalence_pairs.jsonl").read_text().splitlines()
    wrong = []
    for row in map(json.loads, lines):
        verdict = compare_effects(Machine.from_spec(row["start"]), row["a"], row["b"])
        if verdict != row["verdict"]:
            wrong.append((row["a"], row["b"], row["verdict"], verdict))
    assert len(lines) == 41
    assert wrong == []


@pytest.mark.parametrize(
    ("spec", "a", "b"),
    [
        (PARTS, "mkfs.ext4 -L root /dev/sda2", "mkfs.ext4 -F -q /dev/sda2"),
        (PARTS, "mkfs.fat -F32 -n ESP /dev/sda1", "mkfs.vfat -F 32 /dev/sda1"),
        (
            PARTS,
            "mkfs.fat -F32 /dev/sda1; mkfs.ext4 /dev/sda2",
            "mkfs.ext4 /dev/sda2; mkfs.fat -F32 /dev/sda1",
        ),
        (DISK, "sgdisk -o -n 1:0:+1G -c 1:boot /dev/sda", "sgdisk -n 1:2048:+1024M /dev/sda"),
        (DISK, "sgdisk -n 0:0:+1G -t 0:ef00 /dev/sda", "sgdisk --new=1:1M:1025M --typecode=1:EF00 /dev/sda"),
        (
            DISK,
            "parted -s /dev/sda mklabel gpt mkpart a 0% 512MiB",
            "parted -s /dev/sda mklabel gpt mkpart b 1MiB 537MB",
        ),
        (FORMATTED, "mount -o noatime /dev/sda2 /mnt", "mount -t btrfs /dev/sda2 /mnt"),
        (INSTALLED, "umount /mnt/boot/efi && umount /mnt", "umount -R /mnt"),
        (INSTALLED, "umount /mnt/boot/efi", "umount /dev/sda1"),
        (INSTALLED, "genfstab -U /mnt > /mnt/etc/fstab", "genfstab -p -U /mnt > /mnt/etc/fstab"),
        (INSTALLED, "genfstab -U /mnt > /mnt/etc/fstab", "genfstab /mnt | tee /mnt/etc/fstab"),
        (INSTALLED, "printf mypc > /mnt/etc/hostname", "arch-chroot /mnt sh -c 'echo mypc > /etc/hostname'"),
        (DISK, "lsblk", "lsblk /dev/sda"),
        (DISK, "lsblk; free -h", "free -h && lsblk"),
        (DISK, "fdisk -l", "parted -l"),
    ],
)
def test_these_are_equal(spec: dict[str, Any], a: str, b: str) -> None:
    assert compare_effects(Machine.from_spec(spec), a, b) == "equal"


@pytest.mark.parametrize(
    ("spec", "a", "b"),
    [
        (PARTS, "mkfs.ext4 /dev/sda2", "mkfs.xfs /dev/sda2"),
        (DISK, "sgdisk -n 1:0:+512M /dev/sda", "sgdisk -n 1:0:+515M /dev/sda"),
        (DISK, "sgdisk -n 1:0:+1G /dev/sda", "parted -s /dev/sda mklabel msdos mkpart primary 1MiB 1025MiB"),
        (DISK, "sgdisk -n 1:0:+1G /dev/sda", "sgdisk -n 2:0:+1G /dev/sda"),
        (FORMATTED, "mount -o compress=zstd /dev/sda2 /mnt", "mount /dev/sda2 /mnt"),
        (FORMATTED, "mount /dev/sda2 /mnt", "mount --mkdir /dev/sda2 /mnt/x"),
        (
            INSTALLED,
            "genfstab -U /mnt > /mnt/etc/fstab",
            "genfstab -U /mnt > /mnt/etc/fstab; genfstab /mnt >> /mnt/etc/fstab",
        ),
        (INSTALLED, "umount -R /mnt", "umount -R /mnt && reboot"),
        (INSTALLED, "arch-chroot /mnt", "lsblk"),
        (DISK, "lsblk", "lsblk -f"),
        (DISK, "lsblk", "true"),
        (DISK | {"disks": {"sda": "1T", "sdb": "1T"}}, "lsblk", "lsblk /dev/sda"),
    ],
)
def test_these_are_different(spec: dict[str, Any], a: str, b: str) -> None:
    assert compare_effects(Machine.from_spec(spec), a, b) == "different"


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("lsblk", None, "ok"),
        ("lsblk /dev/sdz", "lsblk", "fails"),
        ("lsblk", "lsblk /dev/sdz", "fails"),
        ("rm -rf /", "lsblk", "refused"),
        ("lsblk", "rm -rf /", "refused"),
        ("cfdisk", None, "unsupported"),
        ("lsblk", "for i in 1; do ls; done", "unsupported"),
    ],
)
def test_what_does_not_run_decides(a: str, b: str | None, verdict: str) -> None:
    assert compare_effects(Machine.from_spec(DISK), a, b) == verdict


def test_comparing_leaves_the_machine_as_it_was() -> None:
    machine = Machine.from_spec(PARTS)
    compare_effects(machine, "mkfs.ext4 /dev/sda2", "sgdisk -Z /dev/sda")
    assert same_state(machine.state, Machine.from_spec(PARTS).state)
    assert machine.state.log == []


def test_canonical_forms_are_json_and_equal_for_equal_states() -> None:
    forms = []
    for line in (
        "mkfs.ext4 /dev/sda2; mkfs.fat /dev/sda1",
        "mkfs.fat -n ESP /dev/sda1; mkfs -t ext4 -L x /dev/sda2",
    ):
        machine = Machine.from_spec(PARTS)
        machine.run(line)
        forms.append(json.dumps(canonical(machine.state), sort_keys=True))
    assert forms[0] == forms[1]
