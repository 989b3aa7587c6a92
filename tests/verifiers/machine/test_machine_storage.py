"""Disks of the simulated machine: partition tables and file systems, and what the tools print."""

from __future__ import annotations

import json

import pytest
from helpers.machines import DISKS, FORMATTED, MOUNTED, PARTS, after, failure_of
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.devices import find_partition, split_partition
from trace_trainer.verifiers.machine.model.sizes import human, parse_size


def parts(machine: Machine, disk: str = "sda") -> dict[int, tuple[int, int, str]]:
    return {
        n: (part.start_mib, part.size_mib, part.type) for n, part in machine.state.disks[disk].parts.items()
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda", {1: (1, 512, "ef00"), 2: (513, 101886, "8300")}),
        ("sgdisk -n1:0:+512M -t1:EF00 /dev/sda", {1: (1, 512, "ef00")}),
        ("sgdisk -n 0:0:+1G -n 0:0:+2G -t 0:8200 /dev/sda", {1: (1, 1024, "8300"), 2: (1025, 2048, "8200")}),
        ("sgdisk -n 1:2048:1050623 /dev/sda", {1: (1, 512, "8300")}),
        ("sgdisk -n 3:1G:2G /dev/sda", {3: (1024, 1024, "8300")}),
        ("sgdisk -n 1:0:-1G /dev/sda", {1: (1, 101374, "8300")}),
        ("sgdisk --largest-new=4 /dev/sda", {4: (1, 102398, "8300")}),
        (
            "sgdisk -n 1:0:+1G -n 2:0:+1G -d 1 -n 5:0:+8M /dev/sda",
            {2: (1025, 1024, "8300"), 5: (2049, 8, "8300")},
        ),
        ("sgdisk -n 1:0:+1M -t 1:21686148-6449-6E6F-744E-656564454649 /dev/sda", {1: (1, 1, "ef02")}),
    ],
)
def test_sgdisk_places_partitions(line: str, expected: dict[int, tuple[int, int, str]]) -> None:
    assert parts(after(DISKS, line)) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        "-n 1:0:+200G",
        "-n 1:0:+1G -n 1:0:+1G",
        "-t 7:ef00",
        "-n 1:0:+1G -t 1:zzzz",
        "-d 3",
        "-n x",
        "-n 1:0:soon",
        "-Q",
    ],
)
def test_sgdisk_writes_nothing_when_one_option_fails(arguments: str) -> None:
    failure_of(DISKS, f"sgdisk {arguments} /dev/sda")


def test_sgdisk_needs_an_existing_whole_disk() -> None:
    assert "does not exist" in failure_of(DISKS, "sgdisk -Z /dev/sdb")
    failure_of(PARTS, "sgdisk -Z /dev/sda1")
    failure_of(PARTS, "sgdisk -Z")


def test_sgdisk_does_not_convert_a_dos_label_unasked() -> None:
    dos = DISKS | {"labels": {"sda": "dos"}}
    assert "Non-GPT" in failure_of(dos, "sgdisk -n 1:0:0 /dev/sda")
    assert after(dos, "sgdisk -g -n 1:0:0 /dev/sda").facts()["sda.label"] == "gpt"


def test_a_removed_partition_takes_its_file_system_along() -> None:
    machine = after(FORMATTED, "sgdisk -d 2 -n 2:0:+50G /dev/sda")
    assert machine.facts()["sda2.fs"] is None
    assert machine.facts()["destroyed"] == ["sda2"]
    assert machine.facts()["sda1.fs"] == "vfat"


def test_changing_a_type_keeps_the_file_system() -> None:
    assert after(FORMATTED, "sgdisk -t 2:8304 /dev/sda").facts()["sda2.fs"] == "ext4"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mklabel gpt mkpart ESP fat32 1MiB 513MiB set 1 esp on", {1: (1, 512, "ef00")}),
        ("mklabel gpt mkpart root 513MiB 100%", {1: (513, 101886, "8300")}),
        ("mklabel gpt mkpart a 0% 50% mkpart b 50% 100%", {1: (1, 51199, "8300"), 2: (51200, 51199, "8300")}),
        ("mklabel gpt mkpart a linux-swap 1MiB 4GiB", {1: (1, 4095, "8200")}),
        ("mklabel gpt mkpart a 1MB 1GB", {1: (1, 953, "8300")}),
        ("mklabel gpt mkpart a 2048s 1050623s", {1: (1, 512, "8300")}),
        ("-- mklabel gpt mkpart a 1MiB -1GiB", {1: (1, 101375, "8300")}),
        ("mklabel msdos mkpart primary ext4 1MiB 100%", {1: (1, 102399, "8300")}),
        ("mklabel gpt mkpart a 1MiB 2MiB set 1 bios_grub on", {1: (1, 1, "ef02")}),
        ("mklabel gpt mkpart a 1MiB 2MiB mkpart b 2MiB 9MiB rm 1", {2: (2, 7, "8300")}),
    ],
)
def test_parted_places_partitions(line: str, expected: dict[int, tuple[int, int, str]]) -> None:
    assert parts(after(DISKS, f"parted -s /dev/sda {line}")) == expected


@pytest.mark.parametrize(
    "line",
    [
        "mkpart a 1MiB 2MiB",
        "mklabel bsd",
        "mklabel gpt2 mkpart",
        "frobnicate",
        "set 1 esp on",
        "rm 1",
        "mklabel",
    ],
)
def test_parted_fails_on_what_it_does_not_know(line: str) -> None:
    failure_of(DISKS, f"parted -s /dev/sda {line}")


def test_parted_fails_on_overlaps_and_places_outside() -> None:
    assert "overlapping" in failure_of(PARTS, "parted -s /dev/sda mkpart a 1MiB 5GiB")
    assert "outside of the device" in failure_of(PARTS, "parted -s /dev/sda mkpart a 1MiB 5TiB")


def test_mkpart_makes_no_file_system() -> None:
    machine = after(DISKS, "parted -s /dev/sda mklabel gpt mkpart root ext4 1MiB 100%")
    assert machine.facts()["sda1.fs"] is None


@pytest.mark.parametrize("line", ["parted /dev/sda", "fdisk /dev/sda", "gdisk /dev/sda", "cfdisk", "parted"])
def test_dialogues_are_not_simulated(line: str) -> None:
    assert Machine.from_spec(DISKS).run(line).verdict == "unsupported"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("mkfs.ext4 -L root -m 1 /dev/sda2", "ext4"),
        ("mkfs -t btrfs -f /dev/sda2", "btrfs"),
        ("mkfs.xfs -f /dev/sda2", "xfs"),
        ("mkfs.vfat -F32 /dev/sda2", "vfat"),
        ("mkfs.fat -F 32 -n EFI /dev/sda2", "vfat"),
        ("mke2fs -t ext4 /dev/sda2", "ext4"),
        ("mkfs /dev/sda2", "ext2"),
        ("mkswap -L swap /dev/sda2", "swap"),
        ("/usr/sbin/mkfs.ext4 /dev/sda2", "ext4"),
    ],
)
def test_file_systems_are_made(line: str, kind: str) -> None:
    assert after(PARTS, line).facts()["sda2.fs"] == kind


@pytest.mark.parametrize(
    "line",
    [
        "mkfs.ext4 /dev/sda9",
        "mkfs.ext4",
        "mkfs.ext4 sda2",
        "mkfs -t zfs /dev/sda2",
        "mkfs.fat -F31 /dev/sda1",
        "mkswap /x",
    ],
)
def test_file_systems_are_not_made_on_nothing(line: str) -> None:
    failure_of(PARTS, line)


def test_a_32_bit_fat_needs_33_mib() -> None:
    small = DISKS | {"parts": {"sda1": ["32M", "ef00"], "sda2": ["33M", "ef00"]}}
    assert "Not enough clusters" in failure_of(small, "mkfs.fat -F32 /dev/sda1")
    after(small, "mkfs.fat -F32 /dev/sda2")


def test_formatting_notes_what_was_destroyed() -> None:
    assert after(FORMATTED, "mkfs.ext4 /dev/sda2").facts()["destroyed"] == ["sda2"]
    assert after(PARTS, "mkfs.ext4 /dev/sda2").facts()["destroyed"] == []


def test_wipefs_removes_a_table_with_all_its_partitions() -> None:
    facts = after(FORMATTED, "wipefs -a /dev/sda").facts()
    assert (facts["sda.label"], facts["sda.parts"], facts["destroyed"]) == (
        "none",
        [],
        ["sda1", "sda2", "sda3"],
    )


def test_lsblk_prints_the_tree() -> None:
    machine = after(MOUNTED | {"models": {"sda": "Samsung 860"}}, "swapon /dev/sda3")
    assert machine.run("lsblk /dev/sda").stdout == (
        "NAME    SIZE TYPE MOUNTPOINTS\n"
        "sda     100G disk\n"
        "├─sda1  512M part /mnt/boot\n"
        "├─sda2   50G part /mnt\n"
        "└─sda3 49.5G part [SWAP]\n"
    )
    assert machine.run("lsblk -dno NAME,MODEL /dev/sda").stdout == "sda Samsung 860\n"
    assert machine.run("lsblk -ln -o NAME /dev/sda").stdout.split() == ["sda", "sda1", "sda2", "sda3"]
    devices = json.loads(machine.run("lsblk -J").stdout)["blockdevices"]
    assert [device["name"] for device in devices] == ["sda", "nvme0n1"]
    assert len(devices[0]["children"]) == 3
    assert "ext4" in machine.run("lsblk -f").stdout


@pytest.mark.parametrize(
    ("line", "info"),
    [
        ("lsblk", "block_devices"),
        ("lsblk -f", "filesystems"),
        ("blkid", "filesystems"),
        ("fdisk -l", "partition_table"),
        ("sgdisk -p /dev/sda", "partition_table"),
        ("parted -l", "partition_table"),
        ("parted /dev/sda unit MiB print", "partition_table"),
        ("findmnt", "mounts"),
        ("mount", "mounts"),
        ("df -h", "fs_usage"),
        ("swapon --show", "swaps"),
    ],
)
def test_information_is_classed_and_changes_nothing(line: str, info: str) -> None:
    machine = Machine.from_spec(MOUNTED)
    result = machine.run(line)
    assert (result.verdict, result.info_class, result.effects) == ("ok", info, ())
    assert result.stdout or line == "swapon --show"
    assert machine.facts() == Machine.from_spec(MOUNTED).facts()


@pytest.mark.parametrize(
    "line", ["lsblk /dev/sdz", "lsblk -o NOPE", "fdisk -l /dev/sdz", "df /nowhere", "blkid /dev/sdz"]
)
def test_information_about_nothing_fails(line: str) -> None:
    assert failure_of(MOUNTED, line)


SIZES = st.sampled_from(["+1M", "+100M", "+3G", "0", "-1G", "+60G"])
EDITS = st.one_of(
    st.tuples(st.integers(0, 5), SIZES).map(lambda edit: f"sgdisk -n {edit[0]}:0:{edit[1]} /dev/sda"),
    st.integers(1, 5).map(lambda number: f"sgdisk -d {number} /dev/sda"),
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
        lambda edit: f"parted -s /dev/sda mkpart x {edit[0]}% {edit[1]}%"
    ),
    st.sampled_from(["sgdisk -Z /dev/sda", "mkfs.ext4 /dev/sda1", "mkswap /dev/sda2", "wipefs -a /dev/sda1"]),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(EDITS, max_size=12))
def test_partitions_never_overlap_nor_leave_the_disk(lines: list[str]) -> None:
    machine = Machine.from_spec(DISKS)
    for line in lines:
        machine.run(line)
    disk = machine.state.disks["sda"]
    at = 1
    for partition in sorted(disk.parts.values(), key=lambda item: item.start_mib):
        assert partition.start_mib >= at
        assert partition.size_mib >= 1
        at = partition.end_mib
    assert at <= disk.last_mib
    assert all(find_partition(machine.state, device) is not None for device in machine.state.fs)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sda1", ("sda", 1)),
        ("nvme0n1p12", ("nvme0n1", 12)),
        ("mmcblk0p2", ("mmcblk0", 2)),
        ("sda", None),
        ("sda0", None),
    ],
)
def test_partition_names_split(name: str, expected: tuple[str, int] | None) -> None:
    assert split_partition(name) == expected


@pytest.mark.parametrize("text", ["512M", "500G", "1.5T", "465.8G", "1K", "20G"])
def test_sizes_are_written_as_they_are_read(text: str) -> None:
    size = parse_size(text)
    assert size is not None
    assert human(size) == text
