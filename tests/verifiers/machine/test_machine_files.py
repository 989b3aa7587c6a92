"""Folders, files and links on the simulated machine, through mounts."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import compare_effects


def test_mkdir_needs_the_parent_unless_p() -> None:
    machine = fresh()
    fails(
        machine,
        "mkdir /mnt/boot/efi",
        "mkdir: cannot create directory '/mnt/boot/efi': No such file or directory",
    )
    run(machine, "mkdir -p /mnt/boot/efi", "ls -d /mnt/boot/efi")


def test_mkdir_of_an_existing_folder_fails_unless_p() -> None:
    fails(fresh(), "mkdir /mnt", "File exists")
    run(fresh(), "mkdir -p /mnt")


def test_a_folder_made_on_a_mount_goes_with_it() -> None:
    machine = mounted()
    run(machine, "mkdir /mnt/here", "umount -R /mnt")
    fails(machine, "ls /mnt/here", "No such file or directory")
    run(machine, "mount /dev/sda2 /mnt", "ls /mnt/here")


def test_touch_creates_and_leaves_what_is_there() -> None:
    machine = fresh()
    run(machine, "touch /tmp/a", "echo x > /tmp/b", "touch /tmp/b")
    assert run(machine, "cat /tmp/a /tmp/b").stdout == "x\n"
    fails(machine, "touch /nope/x", "touch: cannot touch '/nope/x'")


def test_rm_takes_folders_only_with_r() -> None:
    machine = fresh()
    run(machine, "mkdir -p /tmp/a/b")
    fails(machine, "rm /tmp/a", "rm: cannot remove '/tmp/a': Is a directory")
    run(machine, "rm -r /tmp/a")
    fails(machine, "rm /tmp/a", "No such file or directory")
    run(machine, "rm -f /tmp/a")


def test_rmdir_takes_only_empty_folders() -> None:
    machine = fresh()
    run(machine, "mkdir -p /tmp/a/b")
    fails(machine, "rmdir /tmp/a", "Directory not empty")
    run(machine, "rmdir /tmp/a/b", "rmdir /tmp/a")


def test_what_can_be_done_is_done_where_one_operand_fails() -> None:
    machine = fresh()
    assert machine.run("mkdir /tmp/a /nope/b /tmp/c").exit == 1
    assert run(machine, "ls /tmp").stdout == "a\nc\n"


def test_cp_takes_folders_only_with_r() -> None:
    machine = installed()
    run(machine, "cp /etc/hosts /mnt/root/", "cat /mnt/root/hosts")
    fails(machine, "cp /etc/systemd /mnt/root", "-r not specified")
    run(machine, "cp -r /etc/systemd /mnt/root", "ls /mnt/root/systemd/system")
    fails(machine, "cp /etc/nope /mnt/root", "cannot stat '/etc/nope'")


def test_mv_renames() -> None:
    machine = fresh()
    run(machine, "echo x > /tmp/a", "mv /tmp/a /tmp/b")
    assert run(machine, "cat /tmp/b").stdout == "x\n"
    fails(machine, "cat /tmp/a")


def test_ln_needs_f_where_something_is() -> None:
    machine = installed(timezone="UTC")
    fails(machine, "ln -s /usr/share/zoneinfo/Europe/Rome /etc/localtime", "File exists")
    run(machine, "ln -sf /usr/share/zoneinfo/Europe/Rome /etc/localtime")
    assert machine.facts()["live.timezone"] == "Europe/Rome"


@pytest.mark.parametrize("target", ["Europe/Londn", "Europe", "", "nope/../../../x"])
def test_a_link_to_no_time_zone_fails(target: str) -> None:
    fails(
        installed(),
        f"ln -sf /usr/share/zoneinfo/{target} /mnt/etc/localtime",
        "failed to create symbolic link",
    )


def test_a_time_zone_link_must_hold_once_the_system_runs() -> None:
    fails(installed(), "ln -sf /mnt/usr/share/zoneinfo/UTC /mnt/etc/localtime", "no time zone file")


def test_a_relative_time_zone_link_is_the_same() -> None:
    absolute = "ln -sf /usr/share/zoneinfo/Asia/Tokyo /mnt/etc/localtime"
    relative = "ln -sf ../usr/share/zoneinfo/Asia/Tokyo /mnt/etc/localtime"
    inside = "arch-chroot /mnt ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime"
    assert compare_effects(installed(), absolute, relative) == "equal"
    assert compare_effects(installed(), absolute, inside) == "equal"


def test_a_link_into_a_system_that_is_not_there_fails() -> None:
    fails(mounted(), "ln -sf /usr/share/zoneinfo/UTC /mnt/etc/localtime", "No such file or directory")


def test_ls_shows_names_and_hides_dots() -> None:
    machine = fresh()
    run(machine, "touch /tmp/a /tmp/.b")
    assert run(machine, "ls /tmp").stdout == "a\n"
    assert run(machine, "ls -A /tmp").stdout == ".b\na\n"
    assert run(machine, "ls -a /tmp").stdout == ".\n..\n.b\na\n"
    assert "-rw-r--r--" in run(machine, "ls -l /tmp").stdout


def test_the_firmware_folder_tells_the_boot_mode() -> None:
    assert run(fresh(), "ls /sys/firmware/efi/efivars").info_class == "boot_mode"
    assert compare_effects(fresh(), "ls /sys/firmware/efi", "[ -d /sys/firmware/efi ]") == "equal"
    assert fails(fresh(boot="BIOS"), "ls /sys/firmware/efi", "cannot access").exit == 2


def test_chmod_and_chown_check_their_operands() -> None:
    machine = installed()
    run(machine, "chmod 440 /mnt/etc/sudoers", "chmod +x /etc/hosts", "chown root:wheel /etc/hosts")
    fails(machine, "chmod 999 /etc/hosts", "invalid mode")
    fails(machine, "chown nobodyatall /etc/hosts", "invalid user")
    fails(machine, "chmod 644 /nope", "No such file or directory")


def test_readlink_shows_where_a_link_leads() -> None:
    machine = fresh(timezone="Europe/Rome")
    assert run(machine, "readlink /etc/localtime").stdout == "/usr/share/zoneinfo/Europe/Rome\n"
    assert run(machine, "cd /tmp", "realpath ../etc/hosts").stdout == "/etc/hosts\n"
