"""The steps of an installation in their order: what each needs first, when it is done, and the command that does it.

A command is computed from the machine's state, so a half-done step (root mounted, the EFI partition not) gives what is
left of it. What a user chooses (a name, a zone) comes in as text; steps without a choice ignore it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trace_trainer.engine.problems.installer.view import ESP_TARGETS, TARGET, ZONE_FOLDER, View

BOOT_SIZE = "512M"
FILESYSTEM = "ext4"
COPY = f"rsync -aAXHx / {TARGET}/"  # -x stays on the live file system: no /mnt, /dev, /proc, /sys, /run
MAKE_TYPES = {"ext4": "mkfs.ext4", "btrfs": "mkfs.btrfs", "xfs": "mkfs.xfs"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: as the phrasing files call it.
        needs: the steps whose results have to be there, in order.
        command: the command line that does it on this machine with this choice.
        is_done: whether nothing is left to do for the wanted value; "" where any will do.
        asks: whether the user has to choose a value before the step can be done.
        is_optional: whether an installation without it is complete.
    """

    name: str
    needs: tuple[str, ...]
    command: Callable[[View, str], str]
    is_done: Callable[[View, str], bool]
    asks: bool = False
    is_optional: bool = False


def partition_command(view: View, size: str) -> str:
    """Erase the chosen disk and give it the layout; `size` is the EFI partition's."""
    device = f"/dev/{view.disk}"
    boot = f"-n 1:0:+{size or BOOT_SIZE} -t 1:ef00" if view.is_uefi else "-n 1:0:+1M -t 1:ef02"
    return f"sgdisk -Z {device} && sgdisk {boot} -n 2:0:0 {device}"


def format_command(view: View, filesystem: str) -> str:
    """Make the file systems that are missing."""
    commands = []
    if not view.is_boot_formatted:
        commands.append(f"mkfs.fat -F32 /dev/{view.boot_partition}")
    if not view.is_root_formatted or filesystem:
        commands.append(f"{MAKE_TYPES[filesystem or FILESYSTEM]} /dev/{view.root_partition}")
    return " && ".join(commands)


def mount_command(view: View, _: str) -> str:
    """Mount what is not mounted yet."""
    commands = []
    if not view.is_root_mounted:
        commands.append(f"mount /dev/{view.root_partition} {TARGET}")
    if not view.is_boot_mounted:
        commands.append(f"mount --mkdir /dev/{view.boot_partition} {ESP_TARGETS[0]}")
    return " && ".join(commands)


def bootloader_command(view: View, name: str) -> str:
    """Install a boot loader: systemd-boot on UEFI and GRUB on BIOS unless one is named."""
    if (name or default_bootloader(view)) == "systemd-boot":
        return f"arch-chroot {TARGET} bootctl install"
    where = f"--target=i386-pc /dev/{view.disk}"
    if view.is_uefi:
        esp = next(m.target for m in view.state.mounts if m.device == view.boot_partition)
        where = f"--target=x86_64-efi --efi-directory={esp.removeprefix(TARGET)}"
    return f"arch-chroot {TARGET} grub-install {where} && arch-chroot {TARGET} grub-mkconfig -o /boot/grub/grub.cfg"


def default_bootloader(view: View) -> str:
    """The boot loader for a machine where the user named none."""
    return "systemd-boot" if view.is_uefi else "grub"


def _write(text: str, path: str) -> str:
    return f"echo {text} > {TARGET}{path}"


def _in_chroot(command: str) -> str:
    return f"arch-chroot {TARGET} {command}"


def _is(found: str, wanted: str) -> bool:
    return found == wanted if wanted else found != ""


def _format_is_done(view: View, wanted: str) -> bool:
    is_formatted = view.is_boot_formatted and view.is_root_formatted
    return is_formatted and wanted in ("", view.fs_type(view.root_partition))


def unit_name(service: str) -> str:
    """The unit of a service as systemd stores it: sshd is sshd.service."""
    return service if "." in service else f"{service}.service"


_PREPARED = ("partition", "format", "mount")
_SYSTEM = (*_PREPARED, "copy")
_CONFIGURED = ("copy", "fstab", "hostname", "timezone", "user", "password", "bootloader")
_WHEEL = "/etc/sudoers.d/wheel"

_ALL = (
    Step("list", (), lambda view, _: "lsblk", lambda view, _: view.is_listed or view.disk is not None),
    Step("partition", (), partition_command, lambda view, _: view.is_partitioned),
    Step("format", _PREPARED[:1], format_command, _format_is_done),
    Step(
        "mount", _PREPARED[:2], mount_command, lambda view, _: view.is_root_mounted and view.is_boot_mounted
    ),
    Step("copy", _PREPARED, lambda view, _: COPY, lambda view, _: view.tree is not None),
    Step(
        "fstab",
        _SYSTEM,
        lambda view, _: f"genfstab -U {TARGET} > {TARGET}/etc/fstab",
        lambda view, _: view.has_fstab,
    ),
    Step(
        "hostname",
        _SYSTEM,
        lambda view, name: _write(name, "/etc/hostname"),
        lambda view, name: _is(view.hostname, name),
        asks=True,
    ),
    Step(
        "timezone",
        _SYSTEM,
        lambda view, zone: f"ln -sf {ZONE_FOLDER}{zone} {TARGET}/etc/localtime",
        lambda view, zone: _is(view.timezone, zone),
        asks=True,
    ),
    Step(
        "locale",
        _SYSTEM,
        lambda view, locale: _write(f"LANG={locale}", "/etc/locale.conf"),
        lambda view, locale: _is(view.locale, locale),
        asks=True,
        is_optional=True,
    ),
    Step(
        "keymap",
        _SYSTEM,
        lambda view, keymap: _write(f"KEYMAP={keymap}", "/etc/vconsole.conf"),
        lambda view, keymap: _is(view.keymap, keymap),
        asks=True,
        is_optional=True,
    ),
    Step(
        "user",
        _SYSTEM,
        lambda view, user: _in_chroot(f"useradd -m -G wheel -s /bin/bash {user}"),
        lambda view, user: user in view.users if user else view.user != "",
        asks=True,
    ),
    Step(
        "password",
        (*_SYSTEM, "user"),
        lambda view, password: f"echo {view.user}:{password} | {_in_chroot('chpasswd')}",
        lambda view, _: view.has_password,
        asks=True,
    ),
    Step(
        "sudo",
        _SYSTEM,
        lambda view, _: _write("'%wheel ALL=(ALL:ALL) ALL'", _WHEEL),
        lambda view, _: view.file(_WHEEL) != "",
        is_optional=True,
    ),
    Step(
        "service",
        _SYSTEM,
        lambda view, service: _in_chroot(f"systemctl enable {service}"),
        lambda view, service: view.tree is not None and unit_name(service) in view.tree.services,
        asks=True,
        is_optional=True,
    ),
    Step("bootloader", _SYSTEM, bootloader_command, lambda view, name: _is(view.bootloader, name)),
    Step("unmount", _CONFIGURED, lambda view, _: f"umount -R {TARGET}", lambda view, _: not view.has_mounts),
    Step(
        "reboot",
        (*_CONFIGURED, "unmount"),
        lambda view, _: "reboot",
        lambda view, _: view.state.power == "rebooted",
    ),
)
STEPS: Mapping[str, Step] = {step.name: step for step in _ALL}
"""Every step by its name, in the order a careful installer takes them."""


def missing_step(view: View, name: str) -> str | None:
    """The first step that has to be done before this one can be."""
    return next((need for need in STEPS[name].needs if not STEPS[need].is_done(view, "")), None)


def next_step(view: View) -> str:
    """The step a careful installer takes now: the first one of those required that is not done."""
    if all(STEPS[name].is_done(view, "") for name in _CONFIGURED):
        return "unmount" if view.has_mounts else "reboot"
    # Once everything is configured, nothing has to be mounted any more; until then it does.
    return next(step.name for step in _ALL if not step.is_optional and not step.is_done(view, ""))
