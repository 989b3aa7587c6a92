"""Mounts and swap of the simulated machine: where file systems appear, and what fails in the tools' words."""

from __future__ import annotations

import pytest
from helpers.machines import FORMATTED, MOUNTED, PARTS, after, failure_of


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("mount /dev/sdz1 /mnt", "special device /dev/sdz1 does not exist"),
        ("mount /dev/sda2 /mnt/x", "mount point does not exist"),
        ("mount /dev/nvme0n1 /mnt", "wrong fs type"),
        ("mount -t xfs /dev/sda2 /mnt", "wrong fs type"),
        ("mount /dev/sda3 /mnt", "unknown filesystem type 'swap'"),
        ("mount -o subvol=@ /dev/sda2 /mnt", "No such file or directory"),
        ("mount UUID=1-2 /mnt", "can't find UUID=1-2"),
        ("mount /mnt", "can't find in /etc/fstab"),
        ("mount /dev/sda2 /", "already mounted"),
        ("umount /mnt", "not mounted"),
        ("umount /dev/sda2", "not mounted"),
        ("umount /nowhere", "no mount point specified"),
        ("umount /", "target is busy"),
        ("swapon /dev/sda2", "read swap header failed"),
        ("swapoff /dev/sda3", "Invalid argument"),
    ],
)
def test_mounting_fails_as_the_tools_do(line: str, message: str) -> None:
    assert message in failure_of(FORMATTED, line)


def test_mounting_twice_at_one_place_fails() -> None:
    assert "already mounted" in failure_of(MOUNTED, "mount /dev/sda2 /mnt")


def test_devices_are_found_by_uuid_and_label() -> None:
    machine = after(PARTS, "mkfs.ext4 -L root /dev/sda2")
    uuid = machine.run("blkid -s UUID -o value /dev/sda2").stdout.strip()
    for source in ("LABEL=root", f"UUID={uuid}", f"/dev/disk/by-uuid/{uuid}", "-L root", f"-U {uuid}"):
        copy = machine.copy()
        assert copy.run(f"mount {source} /mnt").verdict == "ok"
        assert copy.facts()["mounts"] == ["/mnt sda2"]


def test_files_live_on_the_device_and_survive_a_remount() -> None:
    machine = after(FORMATTED, "mount /dev/sda2 /mnt", "echo hi > /mnt/f", "umount /mnt")
    assert machine.run("cat /mnt/f").verdict == "fails"
    assert machine.run("mount /dev/sda2 /mnt && cat /mnt/f").stdout == "hi\n"


def test_a_mount_hides_what_was_below_it() -> None:
    machine = after(FORMATTED, "mkdir /mnt/x", "echo live > /mnt/f", "mount /dev/sda2 /mnt")
    assert machine.run("ls /mnt").stdout == "lost+found\n"
    assert machine.run("umount /mnt && cat /mnt/f").stdout == "live\n"


def test_umount_is_busy_below_a_mount_and_under_a_working_directory() -> None:
    assert "target is busy" in failure_of(MOUNTED, "umount /mnt")
    machine = after(MOUNTED, "cd /mnt/boot")
    assert machine.run("umount -R /mnt").verdict == "fails"
    assert machine.run("cd / && umount -R /mnt").verdict == "ok"


def test_subvolumes_are_trees_of_their_own() -> None:
    machine = after(
        PARTS,
        "mkfs.btrfs -f /dev/sda2 && mount /dev/sda2 /mnt",
        "btrfs subvolume create /mnt/@ && btrfs subvolume create /mnt/@home",
        "echo top > /mnt/@/f && umount /mnt",
        "mount -o subvol=@,compress=zstd /dev/sda2 /mnt && mount --mkdir -o subvol=@home /dev/sda2 /mnt/home",
    )
    assert machine.run("cat /mnt/f").stdout == "top\n"
    assert machine.run("btrfs subvolume list /mnt").stdout.count("path @") == 2
    assert machine.run("mkdir /tmp/b && mount --bind /mnt /tmp/b && cat /tmp/b/f").stdout == "top\n"


def test_binds_show_the_same_files() -> None:
    machine = after(MOUNTED, "mkdir /mnt/dev && mount --bind /dev /mnt/dev", "echo x > /mnt/boot/f")
    assert machine.run("ls /mnt/dev/sda2").verdict == "ok"
    after(MOUNTED, "mkdir -p /mnt/proc", "mount -t proc proc /mnt/proc", "cat /mnt/proc/mounts")


def test_a_mount_that_can_not_be_written_to_is_another_one() -> None:
    assert after(FORMATTED, "mount /dev/sda2 /mnt").facts()["sda2.mounted"] == "/mnt"
    assert after(FORMATTED, "mount -o ro /dev/sda2 /mnt").facts()["sda2.mounted"] == "/mnt read-only"
    assert after(FORMATTED, "true").run("mount -f /dev/sda2 /mnt").verdict == "unsupported"
