"""Putting a system on the simulated machine's disk: rsync, pacstrap, pacman, genfstab, chroot."""

from __future__ import annotations

import pytest
from helpers.machines import RSYNC, UEFI, fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import Machine, compare_effects


def test_rsync_copies_the_live_system() -> None:
    machine = mounted()
    run(machine, "useradd -m bob", RSYNC)
    facts = machine.facts()
    assert facts["target.installed"] == "rsync"
    assert facts["target.users"] == ["bob"]
    assert facts["target.hostname"] == "archiso"
    run(machine, "ls /mnt/usr /mnt/dev /mnt/proc /mnt/home/bob")


@pytest.mark.parametrize("folder", ["dev", "proc", "sys", "run", "mnt"])
def test_rsync_must_leave_out_what_the_kernel_makes_and_its_own_destination(folder: str) -> None:
    fails(mounted(), RSYNC.replace(f"--exclude='/{folder}/*' ", ""), "rsync")


@pytest.mark.parametrize(
    "excludes",
    [
        "--exclude={/dev/*,/proc/*,/sys/*,/run/*,/mnt/*}",
        "--exclude /dev --exclude /proc --exclude /sys --exclude /run --exclude /mnt",
        "--exclude=/dev/ --exclude=/proc/** --exclude=/sys/*** --exclude='/ru?/*' --exclude='/[m]nt/*'",
        "-x",
        "--one-file-system",
    ],
)
def test_excludes_may_be_written_in_every_way(excludes: str) -> None:
    assert (
        compare_effects(mounted(), f"rsync -aAXv {excludes} / /mnt/", f"rsync -a {excludes} / /mnt")
        == "equal"
    )
    assert compare_effects(mounted(), f"rsync -aAXv {excludes} --exclude='/tmp/*' / /mnt/", RSYNC) == "equal"


def test_rsync_needs_a_mount_at_the_destination() -> None:
    fails(fresh(), RSYNC, "No space left on device")


def test_rsync_onto_fat_fails() -> None:
    fails(fresh(mounts={"sda1": "/mnt"}), RSYNC, "Operation not permitted")


def test_rsync_without_archive_and_of_other_folders_is_unsupported() -> None:
    assert mounted().run(RSYNC.replace("-aAXv", "-r")).verdict == "unsupported"
    assert mounted().run("rsync -a /etc /mnt").verdict == "unsupported"


def test_rsync_knows_its_options() -> None:
    fails(mounted(), RSYNC.replace("-aAXv", "--frobnicate"), "--frobnicate: unknown option")


def test_a_dry_run_changes_nothing() -> None:
    machine = mounted()
    run(machine, RSYNC.replace("-aAXv", "-aAXvn"))
    assert machine.facts()["target.installed"] == "none"


def test_the_share_of_a_mounted_boot_partition_goes_there() -> None:
    machine = Machine.from_spec(UEFI | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot"}})
    run(machine, RSYNC, "umount /mnt/boot")
    assert run(machine, "ls /mnt/boot").stdout == ""
    run(machine, "mount /dev/sda1 /mnt/boot", "ls /mnt/boot/vmlinuz-linux")


def test_pacstrap_installs_packages() -> None:
    machine = mounted()
    run(machine, "pacstrap -K /mnt base linux linux-firmware base-devel networkmanager")
    facts = machine.facts()
    assert facts["target.installed"] == "pacstrap"
    assert {"base", "linux", "networkmanager", "gcc"} <= set(facts["target.packages"])


def test_pacstrap_needs_a_mount_the_network_and_packages_that_exist() -> None:
    fails(fresh(), "pacstrap /mnt base", "is not a mountpoint")
    fails(mounted(network=False), "pacstrap /mnt base", "Could not resolve host")
    fails(mounted(), "pacstrap /mnt base linuxx", "target not found: linuxx")
    fails(mounted(), "pacstrap /nope base", "is not a directory")
    fails(fresh(mounts={"sda1": "/mnt"}), "pacstrap /mnt base", "could not extract")


def test_recstrap_needs_no_network() -> None:
    machine = mounted(network=False)
    run(machine, "recstrap /mnt")
    assert machine.facts()["target.installed"] == "pacstrap"


def test_pacman_installs_and_removes_in_a_chroot() -> None:
    machine = mounted()
    run(machine, "pacstrap /mnt base linux", "arch-chroot /mnt pacman -S --noconfirm grub efibootmgr")
    assert {"grub", "efibootmgr"} <= set(machine.facts()["target.packages"])
    run(machine, "arch-chroot /mnt pacman -Q grub", "arch-chroot /mnt pacman -Rns grub")
    fails(machine, "arch-chroot /mnt pacman -Q grub", "was not found")
    fails(machine, "arch-chroot /mnt pacman -S nope", "target not found: nope")
    fails(machine, "pacman grub", "no operation specified")


def test_genfstab_lists_the_mounts_below_a_folder() -> None:
    machine = installed()
    run(machine, "genfstab -U /mnt >> /mnt/etc/fstab")
    assert machine.facts()["target.fstab"] == ["/ sda2 ext4", "/boot/efi sda1 vfat"]
    assert "UUID=" in run(machine, "cat /mnt/etc/fstab").stdout


def test_genfstab_names_devices_without_u() -> None:
    assert "/dev/sda2\t/\text4" in run(installed(), "genfstab /mnt").stdout
    assert (
        compare_effects(installed(), "genfstab -U /mnt > /mnt/etc/fstab", "genfstab /mnt > /mnt/etc/fstab")
        == "equal"
    )


def test_genfstab_twice_repeats_the_lines() -> None:
    machine = installed()
    run(machine, "genfstab -U /mnt >> /mnt/etc/fstab", "genfstab -U /mnt >> /mnt/etc/fstab")
    assert len(machine.facts()["target.fstab"]) == 4


def test_genfstab_needs_a_mount() -> None:
    fails(fresh(), "genfstab -U /mnt", "is not a mountpoint")


def test_genfstab_includes_swap_in_use() -> None:
    parts = {"sda1": ["4G", "8200"], "sda2": ["rest", "8300"]}
    machine = Machine.from_spec(
        UEFI
        | {
            "parts": parts,
            "fs": {"sda1": "swap", "sda2": "ext4"},
            "mounts": {"sda2": "/mnt"},
            "swaps": ["sda1"],
        }
    )
    assert "none\tswap\tdefaults" in run(machine, "genfstab -U /mnt").stdout


def test_a_chroot_needs_a_system() -> None:
    assert fails(mounted(), "arch-chroot /mnt ls", "failed to run command 'ls'").exit == 127
    fails(mounted(), "arch-chroot /nope ls", "non-directory")


def test_a_command_in_a_chroot_sees_the_target_as_its_root() -> None:
    machine = installed()
    run(machine, "arch-chroot /mnt sh -c 'echo mypc > /etc/hostname'")
    assert machine.facts()["target.hostname"] == "mypc"
    assert machine.facts()["live.hostname"] == "archiso"


def test_a_chroot_without_a_command_stays_until_exit() -> None:
    machine = installed()
    run(machine, "arch-chroot /mnt", "echo mypc > /etc/hostname", "useradd bob")
    assert machine.facts()["chroot"] == "/mnt"
    run(machine, "exit", "useradd eve")
    facts = machine.facts()
    assert (facts["chroot"], facts["target.users"], facts["live.users"]) == ("/", ["bob"], ["eve"])


def test_text_piped_into_a_chroot_shell_is_not_run() -> None:
    machine = installed()
    assert machine.run("echo 'useradd bob' | arch-chroot /mnt").verdict in ("refused", "unsupported")
    assert machine.facts()["target.users"] == []


def test_a_chroot_runs_as_root_only() -> None:
    fails(installed(), "arch-chroot -u bob /mnt ls", "invalid user")


def test_the_whole_installation_reaches_its_goal() -> None:
    machine = Machine.from_spec({"boot": "UEFI", "disks": {"nvme0n1": "512G"}})
    run(
        machine,
        "sgdisk -Z /dev/nvme0n1 && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/nvme0n1",
        "mkfs.fat -F32 /dev/nvme0n1p1 && mkfs.ext4 /dev/nvme0n1p2",
        "mount /dev/nvme0n1p2 /mnt && mkdir -p /mnt/boot/efi && mount /dev/nvme0n1p1 /mnt/boot/efi",
        RSYNC,
        "genfstab -U /mnt >> /mnt/etc/fstab",
        "echo mypc > /mnt/etc/hostname",
        "ln -sf /usr/share/zoneinfo/Europe/Paris /mnt/etc/localtime && arch-chroot /mnt hwclock --systohc",
        "arch-chroot /mnt useradd -m -G wheel -s /bin/bash sarah && echo sarah:pw | arch-chroot /mnt chpasswd",
        "arch-chroot /mnt bootctl install",
        "umount -R /mnt",
        "reboot",
    )
    assert machine.phase == "rebooted"
    facts = machine.facts()
    assert facts["target.hostname"] == "mypc"
    assert facts["target.bootloader"] == "systemd-boot"
    assert facts["target.user.sarah.password_set"] is True
    assert facts["dirty"] is False


@pytest.mark.parametrize("folder", ["usr", "etc", "var"])
def test_a_system_is_not_copied_without_what_it_needs(folder: str) -> None:
    machine = mounted()
    assert (
        machine.run(RSYNC.replace(" / /mnt/", f" --exclude='/{folder}/*' / /mnt/")).verdict == "unsupported"
    )
    assert machine.run(RSYNC).verdict == "ok"
