"""Boot loaders on the simulated machine: systemd-boot and GRUB, on UEFI and BIOS."""

from __future__ import annotations

import pytest
from helpers.machines import BIOS, UEFI, fails, fresh, installed, installed_bios, mounted, run

from trace_trainer.verifiers.machine import Machine, compare_effects

IN = "arch-chroot /mnt "


def loader(machine: Machine) -> tuple[object, ...]:
    """What the facts say about the target's boot loader."""
    facts = machine.facts()
    return tuple(
        facts[f"target.{name}"] for name in ("bootloader", "esp", "bootloader_target", "bootloader_cfg")
    )


def test_bootctl_installs_systemd_boot_on_the_esp() -> None:
    machine = installed()
    run(machine, IN + "bootctl install")
    assert loader(machine) == ("systemd-boot", "sda1", "x86_64-efi", True)
    run(machine, "ls /mnt/boot/efi/EFI/systemd/systemd-bootx64.efi", IN + "bootctl is-installed")


@pytest.mark.parametrize(
    "line",
    [
        "bootctl --esp-path=/mnt/boot/efi install",
        "bootctl install --path=/mnt/boot/efi",
        "bootctl --root=/mnt install",
        "arch-chroot /mnt bootctl --no-variables --esp-path=/boot/efi install",
    ],
)
def test_every_way_to_name_the_esp_is_the_same(line: str) -> None:
    assert compare_effects(installed(), line, IN + "bootctl install") == "equal"


@pytest.mark.parametrize("folder", ["/mnt/efi", "/mnt/boot", "/mnt/boot/efi"])
def test_bootctl_finds_the_esp_where_it_may_be(folder: str) -> None:
    machine = Machine.from_spec(UEFI | {"mounts": {"sda2": "/mnt", "sda1": folder}, "installed": True})
    run(machine, IN + "bootctl install")


def test_bootctl_needs_an_esp() -> None:
    machine = Machine.from_spec(UEFI | {"mounts": {"sda2": "/mnt"}, "installed": True})
    fails(machine, IN + "bootctl install", "Couldn't find EFI system partition")
    fails(installed(), "bootctl install", "Couldn't find EFI system partition")


def test_an_esp_has_the_right_type_and_file_system() -> None:
    wrong_type = {"parts": {"sda1": ["512M", "8300"], "sda2": ["rest", "8300"]}}
    fails(installed(**wrong_type), "bootctl --esp-path=/mnt/boot/efi install", "has wrong type")
    wrong_fs = {"fs": {"sda1": "ext4", "sda2": "ext4"}}
    fails(installed(**wrong_fs), "bootctl --esp-path=/mnt/boot/efi install", "is not a FAT")


def test_bootctl_needs_uefi() -> None:
    fails(installed_bios(), IN + "bootctl install", "Not booted with EFI")


def test_bootctl_needs_sys_in_a_plain_chroot() -> None:
    machine = installed()
    fails(machine, "chroot /mnt bootctl install")
    run(
        machine,
        *(f"mount --bind /{folder} /mnt/{folder}" for folder in ("dev", "proc", "sys")),
        "chroot /mnt bootctl install",
    )


def test_bootctl_tells_whether_it_is_installed() -> None:
    machine = installed()
    fails(machine, IN + "bootctl is-installed")
    assert run(machine, "bootctl status").info_class == "bootloader"
    run(machine, IN + "bootctl install", IN + "bootctl remove")
    assert loader(machine)[0] is None
    fails(machine, IN + "bootctl update", "not installed")


def test_bootctl_knows_its_options_and_verbs() -> None:
    fails(installed(), "bootctl --frobnicate install", "unrecognized option")
    fails(installed(), "bootctl frobnicate", "Unknown command verb")


def test_grub_on_uefi() -> None:
    machine = installed()
    run(machine, IN + "grub-install --target=x86_64-efi --efi-directory=/boot/efi --bootloader-id=GRUB")
    assert loader(machine) == ("grub", "sda1", "x86_64-efi", False)
    run(machine, IN + "grub-mkconfig -o /boot/grub/grub.cfg")
    assert loader(machine) == ("grub", "sda1", "x86_64-efi", True)


def test_grub_picks_the_platform_the_machine_started_in() -> None:
    assert (
        compare_effects(installed(), IN + "grub-install", IN + "grub-install --target=x86_64-efi") == "equal"
    )
    machine = installed_bios()
    run(machine, IN + "grub-install /dev/vda")
    assert loader(machine) == ("grub", "vda", "i386-pc", False)


def test_grub_from_the_live_system_needs_to_know_the_folder() -> None:
    machine = installed()
    fails(
        machine,
        "grub-install --target=x86_64-efi --efi-directory=/mnt/boot/efi",
        "canonical path of `airootfs'",
    )
    run(machine, "grub-install --target=x86_64-efi --efi-directory=/mnt/boot/efi --boot-directory=/mnt/boot")
    assert loader(machine)[0] == "grub"
    fails(machine, "grub-mkconfig -o /mnt/boot/grub/grub.cfg", "canonical path of `airootfs'")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("grub-install --target=i386-pc", "install device isn't specified"),
        ("grub-install --target=i386-pc /dev/vdb", "cannot find a GRUB drive"),
        ("grub-install --target=i386-pc /dev/vda1", "will not proceed with blocklists"),
        ("grub-install --target=x86_64-efi --efi-directory=/boot", "EFI variables are not supported"),
        ("grub-install --frobnicate /dev/vda", "unrecognized option"),
        ("grub-mkconfig -o /boot/grub/grub.cfg", "No such file or directory"),
    ],
)
def test_preconditions_of_grub_on_bios(line: str, message: str) -> None:
    fails(installed_bios(), IN + line, message)


def test_grub_on_uefi_needs_an_esp() -> None:
    fails(installed(), IN + "grub-install --efi-directory=/home", "doesn't look like an EFI partition")
    machine = Machine.from_spec(UEFI | {"mounts": {"sda2": "/mnt"}, "installed": True})
    fails(machine, IN + "grub-install", "cannot find EFI directory")


def test_grub_on_a_gpt_with_bios_needs_a_bios_boot_partition() -> None:
    start = BIOS | {"labels": {"vda": "gpt"}, "mounts": {"vda1": "/mnt"}, "installed": True}
    fails(Machine.from_spec(start), IN + "grub-install /dev/vda", "BIOS Boot Partition")
    parts = {"vda1": ["1M", "ef02"], "vda2": ["rest", "8300"]}
    start |= {"parts": parts, "fs": {"vda2": "ext4"}, "mounts": {"vda2": "/mnt"}}
    machine = Machine.from_spec(start)
    run(machine, IN + "grub-install --target=i386-pc /dev/vda")
    assert loader(machine)[0] == "grub"


def test_grub_needs_its_package() -> None:
    fails(installed(installed="pacstrap"), IN + "grub-install", "grub-install: command not found")


def test_the_last_boot_loader_counts() -> None:
    machine = installed()
    run(machine, IN + "grub-install", IN + "bootctl install")
    assert loader(machine)[0] == "systemd-boot"


def test_the_firmware_lists_what_is_installed() -> None:
    machine = installed()
    assert "Linux Boot Manager" not in run(machine, "efibootmgr").stdout
    run(machine, IN + "bootctl install")
    assert "Linux Boot Manager" in run(machine, "efibootmgr -v").stdout
    fails(fresh(boot="BIOS"), "efibootmgr", "EFI variables are not supported")


def test_a_boot_entry_is_added_and_taken_away() -> None:
    machine = mounted()
    run(
        machine,
        "efibootmgr --create --disk /dev/sda --part 1 --label Arch --loader /vmlinuz-linux --unicode 'root=/dev/sda2'",
    )
    assert "Boot0000* Arch\n" in run(machine, "efibootmgr").stdout
    run(machine, "efibootmgr -b 0000 -B")
    assert "Arch" not in run(machine, "efibootmgr").stdout
    fails(machine, "efibootmgr -c -d /dev/sda -p 7 -L Arch", "Could not prepare Boot variable")
