"""sudoers by their grammar: who may do everything, and what makes sudo refuse to work."""

from __future__ import annotations

import pytest
from helpers.machines import installed, run

from trace_trainer.verifiers.machine.model.sudoers import read_sudoers


@pytest.mark.parametrize(
    "text",
    [
        "%wheel ALL=(ALL:ALL) ALL",
        "%wheel ALL=(ALL) NOPASSWD: ALL",
        "%wheel\tALL = (ALL) ALL  # all",
        "%wheel ALL=ALL",
        "%wheel, bob ALL=(ALL:ALL) SETENV: NOPASSWD: ALL",
        "Defaults env_reset\n%wheel ALL=(ALL:ALL) ALL\n",
        "%wheel ALL=(ALL) !ALL\n%wheel ALL=(ALL) ALL",
        "%wheel ALL=(ALL) /usr/bin/ls, ALL",
    ],
)
def test_lines_that_let_wheel_do_everything(text: str) -> None:
    machine = installed()
    machine.state.fs["sda2"].tree.files["/etc/sudoers.d/wheel"] = text
    assert machine.facts()["target.wheel_sudo"] is True


@pytest.mark.parametrize(
    "text",
    [
        "%wheel foo bar ALL",
        "%wheel ALL=(ALL) ALL\n%wheel ALL=(ALL) !ALL",
        "%wheel ALL=(ALL) ALL\ngarbage line",
        "%wheel ALL=(ALL) /usr/bin/ls",
        "%wheel ALL=(nobody) ALL",
        "%wheel ALL (ALL) ALL",
        "%wheel ALL=(ALL ALL",
        "%sudo ALL=(ALL) ALL",
        "# %wheel ALL=(ALL) ALL",
        "%wheel host1=(ALL) ALL",
    ],
)
def test_lines_that_do_not(text: str) -> None:
    machine = installed()
    machine.state.fs["sda2"].tree.files["/etc/sudoers.d/wheel"] = text
    assert machine.facts()["target.wheel_sudo"] is False


def test_visudo_finds_what_breaks_sudo() -> None:
    machine = installed()
    assert "parsed OK" in run(machine, "arch-chroot /mnt visudo -c").stdout
    run(machine, "echo garbage > /mnt/etc/sudoers.d/x")
    assert machine.run("arch-chroot /mnt visudo -c").exit == 1
    assert machine.run("visudo").verdict == "unsupported"


def test_a_line_is_read_in_its_parts() -> None:
    rights = read_sudoers("%wheel ALL = (ALL : ALL) NOPASSWD : ALL\n")
    assert rights.grants == (("%wheel", "ALL", "(ALL:ALL)", "NOPASSWD:", "ALL"),)
