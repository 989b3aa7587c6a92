"""The simulated machine: paths, the shell around commands, chroot sessions, facts and phases."""

from __future__ import annotations

from typing import Any

import pytest

from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.verifiers.machine import PHASES, Machine
from trace_trainer.verifiers.machine.model.facts import unmet
from trace_trainer.verifiers.machine.model.paths import absolute
from trace_trainer.verifiers.machine.session.declaring import COMMANDS, command

MINIMAL: dict[str, Any] = {"boot": "UEFI", "disks": {"sda": "500G"}}
FORMATTED = MINIMAL | {
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4"},
}
MOUNTED = FORMATTED | {"mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"}}
INSTALLED = MOUNTED | {"installed": True}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", "/w/a"),
        ("/a//b/", "/a/b"),
        ("../x", "/x"),
        ("/../..", "/"),
        (".", "/w"),
        ("/a/./b/../c", "/a/c"),
    ],
)
def test_paths_are_made_absolute(path: str, expected: str) -> None:
    assert absolute(path, "/w") == expected


@pytest.mark.parametrize(
    ("line", "exit", "stdout"),
    [
        ("", 0, ""),
        ("true", 0, ""),
        ("false", 1, ""),
        ("echo a && echo b", 0, "a\nb\n"),
        ("false && echo b", 1, ""),
        ("false || echo b", 0, "b\n"),
        ("true || echo a && echo b", 0, "b\n"),
        ("false && echo a || echo b", 0, "b\n"),
        ("false; echo b", 0, "b\n"),
        ("echo a; false", 1, "a\n"),
        ("false | true", 0, ""),
        ("true | false", 1, ""),
        ("echo a | cat | cat", 0, "a\n"),
        ("echo a > f; cat f", 0, "a\n"),
        ("echo a > f; echo b >> f; cat < f", 0, "a\nb\n"),
        ("echo a > f > g; cat f g", 0, "a\n"),
        ("cat nowhere 2>/dev/null", 1, ""),
        ("cat nowhere 2>&1", 1, "cat: nowhere: No such file or directory\n"),
        ("cat nowhere > f 2>&1; cat f", 0, "cat: nowhere: No such file or directory\n"),
        ("cat nowhere 2> f; cat f", 0, "cat: nowhere: No such file or directory\n"),
        ("cat nowhere 2>&1 > f", 1, "cat: nowhere: No such file or directory\n"),
        ("sh -c 'echo a && false'; echo b", 0, "a\nb\n"),
        ("bash -c 'cd /etc'; pwd", 0, "/root\n"),
        ("cd /etc && pwd; cd .. ; pwd", 0, "/etc\n/\n"),
        ("cd /etc | true; pwd", 0, "/root\n"),
        ("sudo echo a", 0, "a\n"),
        ("LANG=C echo a", 0, "a\n"),
        ("/usr/bin/echo a", 0, "a\n"),
        ("echo '*'", 0, "*\n"),
        ("frobnicate", 127, ""),
    ],
)
def test_lists_pipes_and_redirections_work_as_in_a_shell(line: str, exit: int, stdout: str) -> None:
    result = Machine.from_spec(MINIMAL).run(line)
    assert (result.exit, result.stdout) == (exit, stdout)
    assert result.verdict == ("ok" if exit == 0 else "fails")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("ls /etc/*", "unsupported"),
        ("echo a; ls /dev/sd?", "unsupported"),
        ("rsync -a / /tmp/*", "unsupported"),
        ("rm -rf /*", "refused"),
        ("cd / && rm -rf *", "refused"),
        ("ls '/etc/*'", "fails"),
    ],
)
def test_globs_are_outside_the_subset(line: str, verdict: str) -> None:
    assert Machine.from_spec(MINIMAL).run(line).verdict == verdict


def test_a_failing_part_leaves_what_was_done_before() -> None:
    machine = Machine.from_spec(FORMATTED)
    result = machine.run("mount /dev/sda2 /mnt && mount /dev/sda1 /mnt/boot/efi && mkdir /mnt/x")
    assert (result.verdict, result.exit) == ("fails", 32)
    assert machine.facts()["mounts"] == ["/mnt sda2"]


def test_an_unsupported_part_undoes_the_line() -> None:
    machine = Machine.from_spec(FORMATTED)
    assert machine.run("mount /dev/sda2 /mnt && fdisk /dev/sda").verdict == "unsupported"
    assert machine.facts()["mounts"] == []


def test_a_redirection_to_nowhere_keeps_the_command_from_running() -> None:
    machine = Machine.from_spec(FORMATTED)
    assert machine.run("mount /dev/sda2 /mnt > /nowhere/f").verdict == "fails"
    assert machine.facts()["mounts"] == []


def test_the_working_directory_lasts_from_line_to_line() -> None:
    machine = Machine.from_spec(MINIMAL)
    machine.run("cd /etc")
    assert machine.run("cat hostname").stdout == "archiso\n"


def test_a_chroot_session_lasts_until_exit() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run("arch-chroot /mnt")
    assert machine.facts()["chroot"] == "/mnt"
    machine.run("echo mypc > /etc/hostname")
    assert machine.run("exit").verdict == "ok"
    assert (machine.facts()["target.hostname"], machine.facts()["live.hostname"]) == ("mypc", "archiso")


def test_nothing_of_a_line_runs_behind_exit() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run("arch-chroot /mnt")
    assert machine.run("exit; echo on").stdout.count("on") == 0


def test_a_file_is_the_same_from_inside_and_outside_a_chroot() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run("echo x > /mnt/boot/efi/f")
    assert machine.run("arch-chroot /mnt cat /boot/efi/f").stdout == "x\n"
    assert machine.run("cat /mnt/boot/../boot/efi/f").stdout == "x\n"


def test_links_are_followed_from_the_root_of_the_shell() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run(
        "echo live > /etc/motd; echo target > /mnt/etc/motd; ln -s /etc/motd /mnt/etc/l; ln -s loop /loop"
    )
    assert machine.run("cat /mnt/etc/l").stdout == "live\n"
    assert machine.run("arch-chroot /mnt cat /etc/l").stdout == "target\n"
    assert "Too many levels" in machine.run("cat /loop").stderr


def test_nothing_runs_after_the_machine_went_down() -> None:
    machine = Machine.from_spec(MINIMAL)
    assert machine.run("reboot; echo on").stdout == ""
    assert machine.run("lsblk").verdict == "fails"


def test_the_log_says_what_ran() -> None:
    machine = Machine.from_spec(MINIMAL)
    machine.run("lsblk")
    machine.run("false")
    assert [tuple(entry) for entry in machine.state.log] == [
        ("lsblk", 0, ("block_devices",)),
        ("false", 1, ()),
    ]


EXCLUDES = " ".join(f"--exclude={folder}/*" for folder in ("/dev", "/proc", "/sys", "/tmp", "/run", "/mnt"))
STEPS = {
    "listed": "lsblk",
    "partitioned": "sgdisk -Z /dev/sda && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda",
    "formatted": "mkfs.fat -F32 /dev/sda1 && mkfs.ext4 /dev/sda2",
    "mounted": "mount /dev/sda2 /mnt && mount --mkdir /dev/sda1 /mnt/boot/efi",
    "copied": f"rsync -aAXv {EXCLUDES} / /mnt/ && genfstab -U /mnt >> /mnt/etc/fstab",
    "hostname": "echo mypc > /mnt/etc/hostname",
    "timezone": "ln -sf /usr/share/zoneinfo/Europe/Berlin /mnt/etc/localtime",
    "user": "arch-chroot /mnt useradd -m -G wheel -s /bin/bash sarah",
    "bootloader": "arch-chroot /mnt bootctl install",
    "unmounted": "umount -R /mnt",
    "rebooted": "reboot",
}


def test_an_installation_passes_through_all_phases() -> None:
    machine = Machine.from_spec(MINIMAL)
    phases = [machine.phase]
    for line in STEPS.values():
        assert machine.run(line).verdict == "ok", line
        phases.append(machine.phase)
    assert tuple(phases) == PHASES == ("greet", *STEPS)
    goal = {
        "power": "rebooted",
        "dirty": False,
        "sda1.size_mib": 513,  # within the tolerance
        "target.device": "sda2",
        "target.installed": "rsync",
        "target.hostname": "mypc",
        "target.timezone": "Europe/Berlin",
        "target.users": ["sarah"],
        "target.user.sarah.groups": ["wheel"],
        "target.bootloader": "systemd-boot",
        "target.esp": "sda1",
        "target.fstab": ["/ sda2 ext4", "/boot/efi sda1 vfat"],
    }
    assert unmet(goal, machine.facts()) == []


def test_goals_name_the_facts_that_do_not_hold() -> None:
    facts = Machine.from_spec(INSTALLED).facts()
    assert unmet(
        {"sda1.size_mib": 600, "target.hostname": "x", "boot_mode": "UEFI", "nothing": 1}, facts
    ) == [
        "sda1.size_mib",
        "target.hostname",
        "nothing",
    ]


def test_going_down_with_a_target_mounted_is_dirty() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run("reboot")
    assert machine.facts()["dirty"] is True


def test_two_commands_of_one_name_are_an_error() -> None:
    with pytest.raises(DeclarationError, match="machine command lsblk is declared twice"):
        command("lsblk")(COMMANDS["lsblk"])


def test_every_command_says_what_it_does() -> None:
    assert [name for name, function in COMMANDS.items() if not function.__doc__] == []
