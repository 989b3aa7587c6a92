"""genfstab (recfstab): the mounts below a folder, as lines of a file system table for the system there."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.devices import filesystem_uuid, find_partition, partition_uuid
from trace_trainer.verifiers.machine.model.paths import is_under
from trace_trainer.verifiers.machine.model.state import State
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session

_TAGS = ("UUID", "LABEL", "PARTUUID", "PARTLABEL")


@command("genfstab", "recfstab")
def genfstab(session: Session, arguments: Sequence[str]) -> Output:
    """Print the table: devices by UUID with -U, by label with -L, by name without either."""
    options = read_options(session, arguments, "f:LpPt:Uh", ["help"])
    if options.has("-h", "--help"):
        return Output("usage: genfstab [options] root\n", info="help")
    tag = (options.last("-t") or "").upper()
    if options.has("-t") and tag not in _TAGS:
        raise CommandError(f"==> ERROR: Unknown tag: {tag}")
    tag = "UUID" if options.has("-U") else "LABEL" if options.has("-L") else tag
    if len(options.operands) != 1:
        raise CommandError(
            "==> ERROR: No root directory specified" if not options.operands else "==> ERROR: Too many"
        )
    root = session.live_path(options.operands[0])
    state = session.state
    if root != "/" and all(mount.target != root for mount in state.mounts):
        raise CommandError(f"==> ERROR: {options.operands[0]} is not a mountpoint")
    lines = []
    for mount in state.mounts:
        if mount.device not in state.fs or not is_under(mount.target, root):
            continue
        if not mount.target.startswith(options.last("-f") or ""):
            continue
        target = mount.target[len(root.rstrip("/")) :] or "/"
        check = 1 if target == "/" else 2
        settings = ",".join(mount.options)
        if mount.subvolume and "subvol=" not in settings:
            settings += f",subvol=/{mount.subvolume}"
        lines += [
            f"# /dev/{mount.device}\n",
            f"{_source(state, mount.device, tag)}\t{target}\t{mount.type}\t{settings}\t0 {check}\n\n",
        ]
    for device in state.swaps:
        if device.startswith("/"):
            if is_under(device, root):
                lines.append(f"{device[len(root.rstrip('/')) :]}\tnone\tswap\tdefaults\t0 0\n\n")
            continue
        lines += [f"# /dev/{device}\n", f"{_source(state, device, tag)}\tnone\tswap\tdefaults\t0 0\n\n"]
    return Output("".join(lines), info="fstab", operands=(root, tag))


def _source(state: State, device: str, tag: str) -> str:
    """How a table names a device; its name where it has no such tag."""
    filesystem = state.fs[device]
    if tag == "UUID":
        return f"UUID={filesystem_uuid(device, filesystem)}"
    if tag == "LABEL" and filesystem.label:
        return f"LABEL={filesystem.label}"
    partition = find_partition(state, device)
    if tag == "PARTUUID" and partition is not None:
        return f"PARTUUID={partition_uuid(device, partition[2])}"
    return f"/dev/{device}"
