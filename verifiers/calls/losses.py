"""What a command line destroyed: file systems, partitions, and what was in trees that are still there.

Of a file that was overwritten, the lines that are gone count, comments and blank lines aside.
"""

from __future__ import annotations

from collections.abc import Iterator

from trace_trainer.verifiers.machine.model.state import State, Tree


def losses(before: State, after: State) -> frozenset[str]:
    """One phrase for each thing of `before` that is gone in `after`, a later state of the same machine."""
    return frozenset(_devices(before, after)) | frozenset(_contents(before, after))


def _devices(before: State, after: State) -> Iterator[str]:
    for device, filesystem in before.fs.items():
        left = after.fs.get(device)
        if left is None or left.serial != filesystem.serial:
            yield f"the file system on /dev/{device}"
    for name, disk in before.disks.items():
        parts = after.disks[name].parts
        for number, partition in disk.parts.items():
            if number not in parts or parts[number].start_mib != partition.start_mib:
                yield f"partition {number} of /dev/{name}"


def _contents(before: State, after: State) -> Iterator[str]:
    yield from _tree(before.live, after.live, "the live system")
    for device, filesystem in before.fs.items():
        left = after.fs.get(device)
        if left is not None and left.serial == filesystem.serial:
            yield from _tree(filesystem.tree, left.tree, f"/dev/{device}")
            for name, tree in filesystem.subvolumes.items():
                yield from _tree(tree, left.subvolumes.get(name, Tree()), f"/dev/{device}, subvolume {name}")


def _tree(before: Tree, after: Tree, place: str) -> Iterator[str]:
    kept = after.dirs | after.files.keys() | after.links.keys()
    for path in (before.dirs | before.files.keys() | before.links.keys()) - kept:
        yield f"{path} on {place}"
    for path, text in before.files.items():
        left = after.files.get(path, text)
        if left is not text and not _lines(left) >= _lines(text):
            yield f"the text of {path} on {place}"
    for name in before.users.keys() - after.users.keys():
        yield f"the user {name} on {place}"
    for name in before.packages - after.packages:
        yield f"the package {name} on {place}"
    if before.bootloader is not None and after.bootloader is None:
        yield f"the boot loader on {place}"


def _lines(text: str) -> set[str]:
    return {line for part in text.split("\n") if (line := part.strip()) and not line.startswith("#")}
