"""The system text of a turn: the machine as it stands, in as few tokens as can be."""

from __future__ import annotations

from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine.model.devices import partitions_of
from trace_trainer.verifiers.machine.model.sizes import human

ROLE = "You install LevitateOS."


def system_text(view: View) -> str:
    """Boot mode, network, every disk with its partitions, the chosen disk and what is set on the installed system.

    One line a disk, as in `sda 500G Samsung 870 EVO: sda1 vfat /mnt/boot/efi, sda2 ext4 /mnt`.
    """
    state = view.state
    lines = [f"{ROLE} Boot {state.boot_mode}, network {'up' if state.network else 'down'}."]
    mounted = {mount.device: mount.target for mount in state.mounts}
    for name in sorted(state.disks):
        disk = state.disks[name]
        parts = []
        for device in partitions_of(state, name):
            words = [device, view.fs_type(device) or "raw", mounted.get(device, "")]
            parts.append(" ".join(word for word in words if word))
        size = human(disk.size_bytes)
        content = "this medium" if disk.is_medium else ", ".join(parts) or "empty"
        lines.append(f"{name} {size} {disk.model}: {content}".replace(" :", ":"))
    done = [f"Disk {view.disk}." if view.disk else "No disk chosen."]
    if view.tree is not None:
        facts = {
            "fstab": view.has_fstab,
            f"hostname {view.hostname}": view.hostname,
            f"timezone {view.timezone}": view.timezone,
            f"locale {view.locale}": view.locale,
            f"user {view.user}": view.user,
            "password": view.has_password,
            view.bootloader: view.bootloader,
        }
        done.append("Copied" + "".join(f", {text}" for text, holds in facts.items() if holds) + ".")
    lines.append(" ".join(done))
    return "\n".join(lines)
