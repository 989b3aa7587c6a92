"""Editing partition tables: which room is free, and writing a table that drops the file systems it removes."""

from __future__ import annotations

from collections.abc import Collection

from trace_trainer.verifiers.machine.model.devices import drop_filesystem, partition_name
from trace_trainer.verifiers.machine.model.state import FIRST_MIB, Disk
from trace_trainer.verifiers.machine.session.session import Session


def free_blocks(disk: Disk) -> list[tuple[int, int]]:
    """The free room of a disk, as (first MiB, first MiB behind) in order."""
    blocks, at = [], FIRST_MIB
    for partition in sorted(disk.parts.values(), key=lambda item: item.start_mib):
        if partition.start_mib > at:
            blocks.append((at, partition.start_mib))
        at = max(at, partition.end_mib)
    if disk.last_mib > at:
        blocks.append((at, disk.last_mib))
    return blocks


def write_table(session: Session, name: str, disk: Disk, removed: Collection[int] = ()) -> None:
    """Make an edited copy the table of a disk.

    What was on partitions that are gone is destroyed, also where `removed` says one was made anew in its place.
    """
    old = session.state.disks[name]
    for number in old.parts:
        if number in removed or number not in disk.parts:
            drop_filesystem(session.state, partition_name(name, number))
    session.state.touched.add(name)
    session.state.disks[name] = disk
    if (old.label, old.parts) != (disk.label, disk.parts):
        parts = ", ".join(
            f"{number} {partition.size_mib} MiB {partition.type}"
            for number, partition in sorted(disk.parts.items())
        )
        session.effect(f"{name}: {disk.label}{': ' + parts if parts else ''}")
