"""What the assistant may know of an installation: the machine's state, and the disk the user has agreed to erase.

Everything is read off the machine each time, nothing is remembered, so a view is right after any command, a model's
too. Partitioning makes a fixed layout: on UEFI an EFI system partition and root, on BIOS a BIOS boot partition
(for GRUB on a GPT) and root. Not covered: swap, separate home partitions, disks shared with another system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.config_files import setting
from trace_trainer.verifiers.machine.model.devices import partition_name
from trace_trainer.verifiers.machine.model.state import State, Tree

TARGET = "/mnt"
ESP_TARGETS = ("/mnt/boot/efi", "/mnt/boot", "/mnt/efi")
ZONE_FOLDER = "/usr/share/zoneinfo/"


@dataclass(frozen=True)
class View:
    """The installation as it stands. Valid until the next command: what was looked up once is kept.

    Attributes:
        state: the machine's state; read only.
        disk: the disk to install to, once the user has named or confirmed it.
    """

    state: State
    disk: str | None

    @classmethod
    def of(cls, machine: Machine, disk: str | None) -> View:
        """The view of a machine."""
        return cls(machine.state, disk)

    @property
    def is_uefi(self) -> bool:
        """Whether the machine was started in UEFI mode."""
        return self.state.boot_mode == "UEFI"

    @property
    def candidates(self) -> list[str]:
        """The disks that can be installed to, by name: all but the one the installer was started from."""
        return [name for name in sorted(self.state.disks) if not self.state.disks[name].is_medium]

    @property
    def layout(self) -> list[str]:
        """The partition types that the disk has to have, by number from 1."""
        return ["ef00", "8300"] if self.is_uefi else ["ef02", "8300"]

    @cached_property
    def boot_partition(self) -> str:
        """The device name of partition 1 of the chosen disk, "" where none is chosen."""
        return partition_name(self.disk, 1) if self.disk else ""

    @cached_property
    def root_partition(self) -> str:
        """The device name of partition 2 of the chosen disk, "" where none is chosen."""
        return partition_name(self.disk, 2) if self.disk else ""

    @cached_property
    def is_listed(self) -> bool:
        """Whether the disks have been shown."""
        return any("block_devices" in entry.info for entry in self.state.log)

    @cached_property
    def is_partitioned(self) -> bool:
        """Whether the chosen disk has the layout."""
        if self.disk is None:
            return False
        parts = self.state.disks[self.disk].parts
        return [parts[number].type for number in sorted(parts)] == self.layout

    def fs_type(self, device: str) -> str | None:
        """The type of the file system on a device."""
        filesystem = self.state.fs.get(device)
        return None if filesystem is None else filesystem.type

    @cached_property
    def is_boot_formatted(self) -> bool:
        """Whether the EFI system partition is FAT; true on BIOS, where there is nothing to format."""
        return not self.is_uefi or self.fs_type(self.boot_partition) == "vfat"

    @cached_property
    def is_root_formatted(self) -> bool:
        """Whether root has a file system."""
        return self.is_partitioned and self.fs_type(self.root_partition) in ("ext4", "btrfs", "xfs")

    @cached_property
    def is_root_mounted(self) -> bool:
        """Whether root is mounted at /mnt."""
        return any(
            mount.device == self.root_partition and mount.target == TARGET for mount in self.state.mounts
        )

    @cached_property
    def is_boot_mounted(self) -> bool:
        """Whether the EFI system partition is mounted where a boot loader looks for it; true on BIOS."""
        return not self.is_uefi or any(
            mount.device == self.boot_partition and mount.target in ESP_TARGETS for mount in self.state.mounts
        )

    @property
    def has_mounts(self) -> bool:
        """Whether anything is mounted at /mnt or below."""
        return any((mount.target + "/").startswith(TARGET + "/") for mount in self.state.mounts)

    @cached_property
    def tree(self) -> Tree | None:
        """The files of the installed system, mounted or not; None before copying."""
        filesystem = self.state.fs.get(self.root_partition) if self.is_root_formatted else None
        if filesystem is None or not filesystem.tree.is_system:
            return None
        return filesystem.tree

    def file(self, path: str) -> str:
        """The text of a file of the installed system, without spaces around; "" where there is none."""
        return "" if self.tree is None else self.tree.files.get(path, "").strip()

    @property
    def has_fstab(self) -> bool:
        """Whether the installed system's fstab says what to mount as its root."""
        lines = self.file("/etc/fstab").splitlines()
        return any(line.split()[1:2] == ["/"] for line in lines if not line.startswith("#"))

    @property
    def hostname(self) -> str:
        """The host name given to the installed system, "" while it still has the installer's."""
        name = self.file("/etc/hostname")
        return "" if name == self.state.live.files.get("/etc/hostname", "").strip() else name

    @property
    def timezone(self) -> str:
        """The time zone given to the installed system, "" while it still has the installer's."""
        link = "" if self.tree is None else self.tree.links.get("/etc/localtime", "")
        return (
            "" if link == self.state.live.links.get("/etc/localtime", "") else link.rpartition(ZONE_FOLDER)[2]
        )

    @property
    def locale(self) -> str:
        """The locale of the installed system, "" where none is set."""
        return setting(self.file("/etc/locale.conf"), "LANG") or ""

    @property
    def keymap(self) -> str:
        """The keyboard of the installed system's console, "" where none is set."""
        return setting(self.file("/etc/vconsole.conf"), "KEYMAP") or ""

    @property
    def users(self) -> list[str]:
        """The people with an account on the installed system: those with a home below /home."""
        if self.tree is None:
            return []
        return sorted(name for name, user in self.tree.users.items() if user.home.startswith("/home/"))

    @property
    def user(self) -> str:
        """The account to ask about: the first, "" where there is none."""
        return next(iter(self.users), "")

    @cached_property
    def has_password(self) -> bool:
        """Whether an account has a password."""
        return self.tree is not None and any(self.tree.users[name].password_set for name in self.users)

    @property
    def bootloader(self) -> str:
        """The complete boot loader of the installed system, "" where there is none."""
        loader = None if self.tree is None else self.tree.bootloader
        if loader is None or (loader.name == "grub" and not loader.configured):
            return ""
        return loader.name
