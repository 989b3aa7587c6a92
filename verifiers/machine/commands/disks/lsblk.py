"""lsblk: disks and partitions as a tree, a list or JSON, in the default columns, those of -f, or chosen with -o."""

from __future__ import annotations

import json
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import (
    block_devices,
    disk_names,
    disk_of,
    filesystem_uuid,
    find_device,
    find_partition,
    partition_uuid,
    partitions_of,
    size_of,
    volumes_on,
)
from trace_trainer.verifiers.machine.model.partition_types import TYPES
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import State
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LONG = """all ascii bytes discard exclude= fs include= inverse json list merge dedup= nodeps noheadings output=
    output-all pairs paths perms raw scsi sort= topology tree width= zoned shell""".split()
_OTHER_COLUMNS = "-D --discard -m --perms -O --output-all -t --topology -z --zoned -s --inverse".split()
_DEFAULT = ("NAME", "SIZE", "TYPE", "MOUNTPOINTS")
_SCSI = ("NAME", "TYPE", "MODEL", "SERIAL", "TRAN")
_FS = ("NAME", "FSTYPE", "FSVER", "LABEL", "UUID", "FSAVAIL", "FSUSE%", "MOUNTPOINTS")
_RIGHT = ("SIZE", "ROTA", "RM", "RO", "FSAVAIL", "FSUSE%", "FSSIZE", "PARTN")
_FILESYSTEM_COLUMNS = frozenset("FSTYPE FSVER LABEL UUID".split())
_ALWAYS = ("7", "1", "1,7", "7,11", "11")  # major numbers of what this machine does not have: loops, discs
_VERSIONS = {"ext4": "1.0", "vfat": "FAT32", "swap": "1", "iso9660": "Joliet Extension"}


@command("lsblk")
def lsblk(session: Session, arguments: Sequence[str]) -> Output:
    """List block devices."""
    options = read_options(session, arguments, "aAbdDe:fI:iJlMmnNo:OpPrsStT:vVw:x:yzE:", _LONG)
    if options.has(*_OTHER_COLUMNS):
        raise Unsupported("these columns of lsblk are not simulated; -o names others")
    state = session.state
    devices = []
    for operand in options.operands:
        found = device_at(session, operand) or find_device(state, f"/dev/{operand}")
        if found is None:
            raise CommandError(f"lsblk: {operand}: not a block device", exit=32)
        devices.append(found)
    columns = _columns(options)
    shows_filesystems = bool(_FILESYSTEM_COLUMNS & set(columns))
    shown = devices or disk_names(state)
    if options.has("-S", "--scsi"):
        shown = [name for name in shown if name.startswith("sd")]
    info = "filesystems" if shows_filesystems else "block_devices"
    about = tuple(sorted(shown))
    if not {"NAME", "KNAME", "PATH"} & set(columns):
        about += (",".join(columns),)  # a table that names no device tells something else
    about += tuple(
        value for value in options.values("-e", "-I", "--exclude", "--include") if value not in _ALWAYS
    )
    return Output(_render(state, shown, columns, options), info=info, operands=about)


def _columns(options: Options) -> tuple[str, ...]:
    chosen = options.last("-o", "--output")
    if chosen is None:
        if options.has("-S", "--scsi"):
            return _SCSI
        return _FS if options.has("-f", "--fs") else _DEFAULT
    base = _DEFAULT if chosen.startswith("+") else ()
    names = [name.strip().upper() for name in chosen.lstrip("+").split(",")]
    for name in names:
        if name not in _COLUMNS:
            raise CommandError(f"lsblk: unknown column: {name}")
    return (*base, *names)


def _render(state: State, devices: Sequence[str], columns: Sequence[str], options: Options) -> str:
    in_bytes, paths = options.has("-b", "--bytes"), options.has("-p", "--paths")
    flat = options.has("-l", "--list", "-d", "--nodeps", "-r", "--raw", "-P", "--pairs")
    order = _order(state, devices, nodeps=options.has("-d", "--nodeps"))
    key = options.last("-x", "--sort")
    if key is not None:
        name = key.upper()
        if name not in _COLUMNS:
            raise CommandError(f"lsblk: unknown column: {key}")
        order.sort(
            key=lambda item: (
                (size_of(state, item[0]), "") if name == "SIZE" else (0, cell(state, item[0], name))
            )
        )
        flat = True
    if options.has("-J", "--json"):
        return _json(state, order, columns, in_bytes, paths)
    rows = []
    for device, branch in order:
        row = [cell(state, device, name, in_bytes, paths) for name in columns]
        if columns and columns[0] == "NAME" and not flat:
            row[0] = branch + row[0]
        rows.append(row)
    if options.has("-P", "--pairs"):
        pairs = [
            " ".join(f'{name}="{value}"' for name, value in zip(columns, row, strict=True)) for row in rows
        ]
        return "".join(line + "\n" for line in pairs)
    return layout(columns, rows, _RIGHT, show_header=not options.has("-n", "--noheadings"))


def _order(state: State, devices: Sequence[str], nodeps: bool) -> list[tuple[str, str]]:
    """Devices in the order shown, each with the branch drawn before its name."""
    order = []
    for device in devices:
        order.append((device, ""))
        if nodeps:
            continue
        if device not in state.disks:
            order += _branches(state, device, "")
            continue
        parts = partitions_of(state, device)
        for name in parts:
            order.append((name, "└─" if name == parts[-1] else "├─"))
            order += _branches(state, name, "  " if name == parts[-1] else "│ ")
    return order


def _branches(state: State, device: str, indent: str) -> list[tuple[str, str]]:
    """The volumes on a device, each followed by those on it."""
    order = []
    volumes = volumes_on(state, device)
    for name in volumes:
        order.append((name, indent + ("└─" if name == volumes[-1] else "├─")))
        order += _branches(state, name, indent + ("  " if name == volumes[-1] else "│ "))
    return order


def _json(
    state: State, order: Sequence[tuple[str, str]], columns: Sequence[str], in_bytes: bool, paths: bool
) -> str:
    top: list[dict[str, object]] = []
    for device, branch in order:
        row: dict[str, object] = {
            name.lower(): cell(state, device, name, in_bytes, paths) or None for name in columns
        }
        if "mountpoints" in row:
            row["mountpoints"] = [row["mountpoints"]]
        if branch and top:
            children = top[-1].setdefault("children", [])
            assert isinstance(children, list)
            children.append(row)
        else:
            top.append(row)
    return json.dumps({"blockdevices": top}, indent=3) + "\n"


_COLUMNS = frozenset(
    """NAME KNAME PATH PKNAME MAJ:MIN FSTYPE FSVER LABEL UUID FSAVAIL FSUSE% FSSIZE MOUNTPOINT MOUNTPOINTS SIZE TYPE
    MODEL SERIAL VENDOR TRAN ROTA RM RO PTTYPE PARTTYPE PARTTYPENAME PARTLABEL PARTUUID PARTN PARTFLAGS STATE HOTPLUG
    LOG-SEC PHY-SEC""".split()
)


def cell(state: State, device: str, column: str, in_bytes: bool = False, paths: bool = False) -> str:
    """What lsblk shows of a device in a column; "" where there is nothing to show."""
    found = find_partition(state, device)
    disk_name = disk_of(state, device)
    assert disk_name is not None, device
    disk, whole = state.disks[disk_name], device in state.disks
    if column in ("NAME", "KNAME"):
        return f"/dev/{device}" if paths else device.removeprefix("mapper/")
    if column == "SIZE":
        return str(size_of(state, device)) if in_bytes else human(size_of(state, device))
    if column == "TYPE":
        return state.volumes[device].kind if device in state.volumes else "part" if found else "disk"
    if column in ("MOUNTPOINT", "MOUNTPOINTS"):
        targets = [mount.target for mount in state.mounts if mount.device == device]
        return " ".join(targets) or ("[SWAP]" if device in state.swaps else "")
    filesystem = state.fs.get(device)
    if filesystem is not None and column in ("FSTYPE", "FSVER", "LABEL", "UUID", "FSSIZE"):
        if column == "UUID":
            return filesystem_uuid(device, filesystem)
        values = {
            "FSTYPE": filesystem.type,
            "FSVER": _VERSIONS.get(filesystem.type, ""),
            "LABEL": filesystem.label,
            "FSSIZE": human(size_of(state, device)),
        }
        return values[column]
    if found is not None and column.startswith("PART"):
        partition = found[2]
        by_column = {
            "PARTTYPENAME": TYPES[partition.type].fdisk if partition.type in TYPES else "unknown",
            "PARTUUID": partition_uuid(device, partition),
            "PARTN": str(found[1]),
        }
        return by_column.get(column, "")
    values = {
        "PATH": f"/dev/{device}",
        "PKNAME": state.volumes[device].on[0] if device in state.volumes else "" if whole else disk_name,
        "MODEL": disk.model if whole else "",
        "ROTA": "1" if disk.rotational else "0",
        "RM": "1" if disk.is_medium else "0",
        "RO": "0",
        "PTTYPE": disk.label if disk.label != "none" else "",
        "TRAN": _transport(disk_name, disk.is_medium) if whole else "",
        "HOTPLUG": "1" if disk.is_medium else "0",
        "STATE": "running" if whole else "",
        "MAJ:MIN": f"8:{block_devices(state).index(device)}" if device.startswith("sd") else "259:0",
        "LOG-SEC": "512",
        "PHY-SEC": "512",
    }
    return values.get(column, "")


def _transport(disk: str, is_medium: bool) -> str:
    if is_medium:
        return "usb"
    return {"s": "sata", "n": "nvme", "v": "virtio", "m": "mmc"}[disk[0]]
