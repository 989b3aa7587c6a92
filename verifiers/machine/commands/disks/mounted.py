"""findmnt, df and blkid: what is mounted, how full it is, and which file systems there are."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import (
    block_devices,
    filesystem_uuid,
    find_device,
    find_partition,
    partition_uuid,
    size_of,
)
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import LIVE, Mount, State
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device, device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session

_FINDMNT_LONG = """all bytes canonicalize evaluate fstab first-only invert json kernel list mountpoint= mtab noheadings
    nofsroot notruncate nocanonicalize options= output= output-all pairs poll raw real submounts source= target=
    types= uniq tree verify verbose df""".split()
_DF_LONG = "all human-readable si local no-sync portability print-type sync total".split()
_MINIMUM = 20 << 20  # bytes a fresh file system takes
_SYSTEM = 2 << 30  # and an installed system


@command("findmnt")
def findmnt(session: Session, arguments: Sequence[str]) -> Output:
    """Show the mount table, or the mounts of one folder or device; exit 1 where there are none."""
    options = read_options(session, arguments, "aAbcCd:DeF:fikJlmM:nN:o:O:pPrRsS:T:t:uvw:xy", _FINDMNT_LONG)
    state = session.state
    root = Mount(LIVE, "/", "overlay", source="airootfs")
    rows = [root, *state.mounts]
    wanted = [*options.operands, *options.values("-S", "--source", "-M", "--mountpoint")]
    for operand in wanted:
        device = device_at(session, operand)
        target = session.live_path(operand)
        below = options.has("-R", "--submounts")
        rows = [
            item
            for item in rows
            if item.device == device
            or item.target == target
            or (below and item.target.startswith(target + "/"))
        ]
    inside = options.last("-T", "--target")
    if inside is not None:
        device = session.resolve(inside).device
        rows = [item for item in rows if item.device == device][-1:]
    kinds = options.last("-t", "--types")
    if kinds is not None:
        rows = [item for item in rows if item.type in kinds.split(",")]
    columns = [
        name.strip().upper()
        for name in (options.last("-o", "--output") or "TARGET,SOURCE,FSTYPE,OPTIONS").split(",")
    ]
    text = _findmnt_text(state, rows, columns, heading=not options.has("-n", "--noheadings"))
    if not rows:
        raise CommandError("", exit=1)
    return Output(text, info="mounts", operands=tuple(sorted(wanted)))


def _findmnt_text(state: State, rows: Sequence[Mount], columns: Sequence[str], heading: bool) -> str:
    cells = []
    for item in rows:
        filesystem = state.fs.get(item.device)
        values = {
            "TARGET": item.target,
            "SOURCE": item.source + (f"[/{item.subvolume}]" if item.subvolume else ""),
            "FSTYPE": item.type,
            "OPTIONS": ",".join(item.options),
            "UUID": filesystem_uuid(item.device, filesystem) if filesystem is not None else "",
            "LABEL": filesystem.label if filesystem is not None else "",
            "SIZE": human(size_of(state, item.device))
            if item.device != LIVE
            else human(state.ram_bytes // 2),
        }
        unknown = next((name for name in columns if name not in values), None)
        if unknown is not None:
            raise CommandError(f"findmnt: unknown column: {unknown}")
        cells.append([values[name] for name in columns])
    return layout(columns, cells, show_header=heading)


@command("df")
def df(session: Session, arguments: Sequence[str]) -> Output:
    """How full the mounted file systems are: all, or those that hold the paths given."""
    options = read_options(session, arguments, "ahHklPTv", _DF_LONG)
    state = session.state
    scale = options.has("-h", "-H", "--human-readable", "--si")
    mounts = [
        Mount(LIVE, "/", "overlay", source="airootfs"),
        *(item for item in state.mounts if item.device != LIVE),
    ]
    devices = []
    for path in options.operands:
        device = device_at(session, path)
        if device is None and not session.exists(path):
            raise CommandError(f"df: {path}: No such file or directory")
        devices.append(device if device is not None else session.resolve(path).device)
    if options.operands:
        mounts = [item for item in mounts if item.device in devices]
    with_type = options.has("-T", "--print-type")
    header = [
        "Filesystem",
        "Type",
        "Size" if scale else "1K-blocks",
        "Used",
        "Avail" if scale else "Available",
        "Use%",
    ]
    rows = []
    for item in mounts:
        size, used = _usage(state, item)
        numbers = [size, used, size - used]
        shown = [human(number) if scale else str(number // 1024) for number in numbers]
        rows.append([item.source, item.type, *shown, f"{-(-used * 100 // size)}%", item.target])
    header.append("Mounted on")
    if not with_type:
        header, rows = header[:1] + header[2:], [row[:1] + row[2:] for row in rows]
    text = layout(header, rows, right=("Size", "1K-blocks", "Used", "Avail", "Available", "Use%"))
    return Output(text, info="fs_usage", operands=tuple(sorted(options.operands)))


def _usage(state: State, item: Mount) -> tuple[int, int]:
    """Size and used bytes of a mounted file system."""
    if item.device == LIVE:
        return state.ram_bytes // 2, state.ram_bytes // 32
    size = max(size_of(state, item.device), 1)
    used = _SYSTEM if state.tree_of(item).is_system else _MINIMUM
    return size, min(used, size)


@command("blkid")
def blkid(session: Session, arguments: Sequence[str]) -> Output:
    """Show the file systems and their UUIDs, of all devices or of those named; exit 2 where there is nothing."""
    options = read_options(
        session,
        arguments,
        "c:dghikl:L:n:o:O:ps:S:t:u:U:w:V",
        ["label=", "uuid=", "output=", "match-tag=", "probe"],
    )
    state = session.state
    for tag in ("label", "uuid"):
        value = options.last(f"-{tag[0].upper()}", f"--{tag}")
        if value is not None:
            found = find_device(state, f"{tag.upper()}={value}")
            if found is None:
                raise CommandError("", exit=2)
            return Output(f"/dev/{found}\n", info="filesystems", operands=(found,))
    missing = "{name}: error: {path}: No such file or directory"
    devices = [block_device(session, path, missing) for path in options.operands] or block_devices(state)
    tags = options.values("-s", "--match-tag")
    style = options.last("-o", "--output") or "full"
    text = "".join(_blkid_line(state, device, tags, style) for device in devices)
    if not text:
        raise CommandError("", exit=2)
    return Output(text, info="filesystems", operands=tuple(sorted(devices)))


def _blkid_line(state: State, device: str, tags: Sequence[str], style: str) -> str:
    filesystem, found = state.fs.get(device), find_partition(state, device)
    values = {}
    if filesystem is not None:
        if filesystem.label:
            values["LABEL"] = filesystem.label
        values["UUID"] = filesystem_uuid(device, filesystem)
        values["TYPE"] = filesystem.type
    if found is not None:
        values["PARTUUID"] = partition_uuid(device, found[2])
    elif device in state.disks and state.disks[device].label != "none":
        values["PTTYPE"] = state.disks[device].label
    if tags:
        values = {name: value for name, value in values.items() if name in tags}
    if not values:
        return ""
    if style == "value":
        return "".join(value + "\n" for value in values.values())
    if style == "device":
        return f"/dev/{device}\n"
    if style == "export":
        return f"DEVNAME=/dev/{device}\n" + "".join(f"{name}={value}\n" for name, value in values.items())
    return f"/dev/{device}: " + " ".join(f'{name}="{value}"' for name, value in values.items()) + "\n"
