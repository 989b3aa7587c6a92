"""Host name, time, locale and keyboard of the simulated machine."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, installed, run

from trace_trainer.verifiers.machine import compare_effects


@pytest.mark.parametrize(
    "line",
    [
        "hostnamectl set-hostname mypc",
        "hostnamectl hostname mypc",
        "hostname mypc",
        "hostnamectl set-hostname --static mypc",
        "echo mypc > /etc/hostname",
    ],
)
def test_every_way_to_name_the_live_system_is_the_same(line: str) -> None:
    assert compare_effects(fresh(), line, "hostnamectl set-hostname mypc") == "equal"


@pytest.mark.parametrize("name", ["my_pc", "-- -pc", "pc-", "'my pc'", "a" * 64, "pc!"])
def test_a_host_name_must_fit_rfc_1123(name: str) -> None:
    fails(fresh(), f"hostnamectl set-hostname {name}", "Could not set static hostname")


def test_hostnamectl_shows_the_name() -> None:
    assert "Static hostname: archiso" in run(fresh(), "hostnamectl").stdout
    assert compare_effects(fresh(), "hostnamectl status", "hostname") == "equal"


def test_tools_of_the_running_system_fail_in_a_chroot() -> None:
    for line in ("hostnamectl set-hostname x", "timedatectl set-timezone UTC", "localectl set-keymap us"):
        fails(installed(), f"arch-chroot /mnt {line}", "System has not been booted with systemd")


def test_unknown_subcommands_fail_as_systemd_says() -> None:
    fails(fresh(), "hostnamectl rename x", "Unknown command verb 'rename'")
    fails(fresh(), "timedatectl set-zone UTC", "Unknown command verb 'set-zone'")


def test_timedatectl_sets_a_known_zone() -> None:
    machine = fresh()
    run(machine, "timedatectl set-timezone America/Sao_Paulo")
    assert machine.facts()["live.timezone"] == "America/Sao_Paulo"
    fails(machine, "timedatectl set-timezone Brasilia", "Invalid or not installed time zone 'Brasilia'")


def test_timedatectl_switches_ntp() -> None:
    machine = fresh()
    run(machine, "timedatectl set-ntp false")
    assert machine.facts()["ntp"] is False
    run(machine, "timedatectl set-ntp 1")
    assert machine.facts()["ntp"] is True
    fails(machine, "timedatectl set-ntp perhaps", "Failed to parse NTP setting")


def test_time_zones_are_listed() -> None:
    assert "Europe/Berlin\n" in run(fresh(), "timedatectl list-timezones").stdout
    assert run(fresh(), "timedatectl list-timezones | grep -i lisbon").stdout == "Europe/Lisbon\n"


@pytest.mark.parametrize(
    "line", ["hwclock -w", "hwclock --systohc --utc", "arch-chroot /mnt hwclock --systohc"]
)
def test_every_way_to_set_the_hardware_clock_is_the_same(line: str) -> None:
    assert compare_effects(installed(), line, "hwclock --systohc") == "equal"


def test_the_hardware_clock_needs_dev_in_a_plain_chroot() -> None:
    fails(installed(), "chroot /mnt hwclock -w", "Cannot access the Hardware Clock")


def test_locale_gen_makes_what_is_not_commented_out() -> None:
    machine = installed()
    run(machine, "echo 'pt_BR.UTF-8 UTF-8' >> /mnt/etc/locale.gen", "arch-chroot /mnt locale-gen")
    assert machine.facts()["target.locales"] == ["pt_BR.UTF-8"]
    assert machine.facts()["live.locales"] == []


def test_locale_gen_knows_which_locales_exist() -> None:
    machine = fresh()
    run(machine, "echo 'xx_YY.UTF-8 UTF-8' >> /etc/locale.gen")
    fails(machine, "locale-gen", "cannot open locale definition file `xx_YY'")


def test_localectl_writes_locale_and_keymap_of_the_live_system() -> None:
    machine = fresh()
    run(machine, "localectl set-locale LANG=de_DE.UTF-8", "localectl set-keymap de-latin1")
    assert (machine.facts()["live.locale"], machine.facts()["live.keymap"]) == ("de_DE.UTF-8", "de-latin1")
    fails(machine, "localectl set-locale LANG=klingon", "refusing")
    fails(machine, "localectl set-keymap nope", "not installed")


def test_loadkeys_checks_the_keymap() -> None:
    run(fresh(), "loadkeys br-abnt2")
    fails(fresh(), "loadkeys nope", "cannot open file nope")
    assert compare_effects(fresh(), "loadkeys us", "loadkeys de") == "different"


def test_firstboot_writes_the_settings_of_an_installed_system() -> None:
    machine = installed()
    run(
        machine,
        "systemd-firstboot --root=/mnt --hostname=mypc --timezone=Europe/Madrid --locale=es_ES.UTF-8 --keymap=es "
        "--root-password=x",
    )
    facts = machine.facts()
    assert facts["target.hostname"] == "mypc"
    assert facts["target.timezone"] == "Europe/Madrid"
    assert facts["target.locale"] == "es_ES.UTF-8"
    assert facts["target.keymap"] == "es"
    assert facts["target.user.root.password_set"] is True


@pytest.mark.parametrize("option", ["--hostname=my_pc", "--timezone=Nowhere", "--locale=xx", "--keymap=nope"])
def test_firstboot_checks_every_value_before_it_writes_one(option: str) -> None:
    fails(installed(), f"systemd-firstboot --root=/mnt --hostname=good {option}", "is not valid")


def test_firstboot_that_asks_is_unsupported() -> None:
    assert installed().run("systemd-firstboot --root=/mnt --prompt").verdict == "unsupported"


def test_firstboot_needs_a_system() -> None:
    fails(fresh(), "systemd-firstboot --root=/mnt --hostname=x")
