"""What the simulated machine tells about itself, the shell's own commands, and what it does not simulate."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import compare_effects
from trace_trainer.verifiers.machine.session.declaring import COMMANDS


@pytest.mark.parametrize(
    ("line", "info"),
    [
        ("free -h", "memory"),
        ("uname -a", "kernel"),
        ("nproc", "cpu"),
        ("lscpu", "cpu"),
        ("lspci", "devices"),
        ("ip a", "network"),
        ("ip -br link", "network"),
        ("nmcli device status", "network"),
        ("ping -c 3 archlinux.org", "connectivity"),
        ("date", "time"),
        ("timedatectl", "time"),
        ("id", "account"),
        ("whoami", "whoami"),
        ("pwd", "working_directory"),
        ("which lsblk", "programs"),
        ("locale", "locale"),
        ("localectl", "locale"),
        ("systemctl list-units", "services"),
        ("pacman -Q", "packages"),
        ("mountpoint /", "mounts"),
        ("cat /etc/os-release", "file"),
        ("ls /", "listing"),
    ],
)
def test_each_command_shows_its_class_of_information_and_changes_nothing(line: str, info: str) -> None:
    machine = fresh()
    before = machine.facts()
    result = run(machine, line)
    assert result.info_class == info
    assert result.stdout
    assert machine.facts() == before


def test_memory_is_that_of_the_machine() -> None:
    assert "16Gi" in run(fresh(ram="16G"), "free -h").stdout
    assert " 16384 " in run(fresh(ram="16G"), "free -m").stdout


def test_ping_needs_the_network_and_an_end() -> None:
    fails(fresh(network=False), "ping -c 1 archlinux.org", "Temporary failure in name resolution")
    fails(fresh(network=False), "ping -c 1 1.1.1.1", "Network is unreachable")
    run(fresh(network=False), "ping -c 1 localhost")
    fails(fresh(), "ping -c 1 nosuchhost", "Name or service not known")
    assert fresh().run("ping archlinux.org").verdict == "unsupported"


def test_two_questions_about_different_things_differ() -> None:
    assert compare_effects(fresh(), "free -h", "uname -a") == "different"
    assert compare_effects(fresh(), "free -h", "free -m") == "equal"


def test_cd_lasts_and_pwd_shows_it() -> None:
    machine = mounted()
    run(machine, "cd /mnt/boot", "mkdir x", "cd x")
    assert run(machine, "pwd").stdout == "/mnt/boot/x\n"
    run(machine, "ls /mnt/boot/x", "cd")
    assert run(machine, "pwd").stdout == "/root\n"
    fails(machine, "cd /nope", "bash: cd: /nope: No such file or directory")


@pytest.mark.parametrize(
    "line",
    [
        "true",
        "test -d /mnt",
        "[ -f /etc/hosts ]",
        "[ -b /dev/sda1 ]",
        "[ ! -e /nope ]",
        "[ -z '' ]",
        "[ a = a ]",
        "[ 2 -gt 1 ]",
        "[ -d /sys/firmware/efi ] && echo UEFI",
        "env LANG=C timeout 5 nice -n 10 ls /",
        "command ls /",
        "which lsblk",
        "mountpoint -q /mnt",
        "sleep 2",
        "yes | head -1",
    ],
)
def test_what_holds_exits_with_0(line: str) -> None:
    run(mounted(), line)


@pytest.mark.parametrize(
    "line",
    [
        "false",
        "test -d /nope",
        "[ -f /mnt ]",
        "[ -e /mnt",
        "[ a = b ]",
        "[ 1 -gt x ]",
        "mountpoint /etc",
        "which nosuchprogram",
        "nosuchprogram",
        "timeout soon ls",
        "sleep soon",
    ],
)
def test_what_does_not_hold_exits_otherwise(line: str) -> None:
    fails(mounted(), line)


@pytest.mark.parametrize(
    "line", ["nano /etc/fstab", "vim x", "nmtui", "less /etc/hosts", "top", "tzselect", "visudo"]
)
def test_programs_that_need_somebody_in_front_of_them_are_unsupported(line: str) -> None:
    result = fresh().run(line)
    assert result.verdict == "unsupported"
    assert "interactive" in result.stderr


def test_an_unsupported_part_undoes_the_whole_line() -> None:
    machine = installed()
    before = machine.facts()
    assert machine.run("echo mypc > /mnt/etc/hostname && nano /mnt/etc/fstab").verdict == "unsupported"
    assert machine.facts() == before


def test_programs_of_many_uses_are_unsupported_and_not_unknown() -> None:
    assert fresh().run("perl -ne print /etc/hosts").verdict == "unsupported"


@pytest.mark.parametrize(
    "line", ["apt install grub", "dnf install vim", "adduser bob", "update-grub", "frobnicate"]
)
def test_programs_of_other_systems_are_not_found(line: str) -> None:
    assert fails(fresh(), line, "command not found").exit == 127


def test_every_command_of_the_specification_is_there() -> None:
    names = """arch-chroot blkid bootctl cat cfdisk chpasswd chroot df dd echo exit fdisk findmnt free gdisk genfstab
        gpasswd grep groupadd grub-install grub-mkconfig head hostname hostnamectl hwclock ip ln locale-gen localectl ls
        lsblk mke2fs mkdir mkfs mkfs.btrfs mkfs.ext4 mkfs.fat mkfs.vfat mkfs.xfs mkswap mount nano nmtui pacstrap
        parted passwd ping poweroff printf reboot recchroot recfstab recstrap rsync sgdisk shutdown swapoff swapon
        systemctl systemd-firstboot tail tee timedatectl umount uname useradd userdel usermod wc wipefs""".split()
    assert [name for name in names if name not in COMMANDS] == []
