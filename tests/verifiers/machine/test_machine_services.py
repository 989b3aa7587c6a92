"""Services and power of the simulated machine."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import compare_effects


@pytest.mark.parametrize(
    "line",
    [
        "systemctl --root=/mnt enable sshd",
        "systemctl enable sshd.service --root /mnt",
        "arch-chroot /mnt systemctl enable --now sshd",
    ],
)
def test_every_way_to_enable_a_unit_of_the_target_is_the_same(line: str) -> None:
    assert compare_effects(installed(), line, "arch-chroot /mnt systemctl enable sshd") == "equal"


def test_enable_and_disable_change_the_units_of_a_system() -> None:
    machine = installed()
    run(
        machine, "arch-chroot /mnt systemctl enable sshd", "arch-chroot /mnt systemctl disable NetworkManager"
    )
    assert "sshd.service" in machine.facts()["target.services"]
    assert "NetworkManager.service" not in machine.facts()["target.services"]
    assert "sshd.service" not in machine.facts()["live.services"]


def test_a_unit_must_be_known_and_its_package_installed() -> None:
    fails(fresh(), "systemctl enable foo", "Unit foo.service does not exist")
    assert fails(fresh(), "systemctl start foo", "Unit foo.service not found").exit == 5
    fails(
        installed(installed="pacstrap"), "arch-chroot /mnt systemctl enable NetworkManager", "does not exist"
    )


def test_units_start_and_stop_on_the_live_system_only() -> None:
    machine = installed()
    run(machine, "systemctl start sshd")
    assert run(machine, "systemctl is-active sshd").stdout == "active\n"
    run(machine, "systemctl stop sshd")
    assert machine.run("systemctl is-active sshd").exit == 3
    assert "ignoring command 'start'" in run(machine, "arch-chroot /mnt systemctl start sshd").stderr
    assert machine.run("systemctl is-active sshd").exit == 3


def test_is_enabled_and_status_tell() -> None:
    assert run(fresh(), "systemctl is-enabled NetworkManager").stdout == "enabled\n"
    assert fails(fresh(), "systemctl is-enabled sshd").exit == 1
    assert fails(fresh(), "systemctl status foo", "could not be found").exit == 4


def test_the_default_target_is_a_link() -> None:
    machine = installed()
    run(machine, "arch-chroot /mnt systemctl set-default graphical")
    assert run(machine, "readlink /mnt/etc/systemd/system/default.target").stdout.endswith(
        "graphical.target\n"
    )
    fails(machine, "systemctl set-default nope", "does not exist")


def test_unknown_verbs_and_options_fail() -> None:
    fails(fresh(), "systemctl frobnicate x", "Unknown command verb")
    fails(fresh(), "systemctl --frobnicate", "unrecognized option")
    fails(fresh(), "systemctl enable", "Too few arguments")


@pytest.mark.parametrize("line", ["reboot", "systemctl reboot", "shutdown -r now", "reboot -f", "init 6"])
def test_every_way_to_restart_is_the_same(line: str) -> None:
    assert compare_effects(fresh(), line, "reboot") == "equal"


@pytest.mark.parametrize(
    "line", ["poweroff", "systemctl poweroff", "shutdown -h now", "shutdown now", "halt -p"]
)
def test_every_way_to_switch_off_is_the_same(line: str) -> None:
    assert compare_effects(fresh(), line, "poweroff") == "equal"


def test_going_down_with_the_target_mounted_is_dirty() -> None:
    machine = mounted()
    run(machine, "reboot")
    assert (machine.facts()["power"], machine.facts()["dirty"]) == ("rebooted", True)
    machine = mounted()
    run(machine, "umount -R /mnt", "poweroff")
    assert (machine.facts()["power"], machine.facts()["dirty"]) == ("off", False)


def test_from_a_chroot_nothing_goes_down() -> None:
    machine = installed()
    run(machine, "arch-chroot /mnt reboot", "arch-chroot /mnt", "poweroff", "exit")
    assert machine.facts()["power"] == "on"


def test_a_plan_can_be_cancelled_and_must_be_a_time() -> None:
    machine = fresh()
    run(machine, "shutdown -c")
    assert machine.facts()["power"] == "on"
    fails(machine, "shutdown soon", "Failed to parse time specification")
