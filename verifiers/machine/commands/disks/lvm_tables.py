"""pvs, vgs, lvs and the displays of them: what volume groups there are, what they take and what they hold."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.disks.lvm import MEMBER, free_bytes, group_bytes, group_of
from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import size_of
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import State
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LONG = [
    "all",
    "columns",
    "colon",
    "units=",
    "noheadings",
    "options=",
    "sort=",
    "verbose",
    "nosuffix",
    "segments",
    "maps",
]
_HEADERS = {
    "pv": ("PV", "VG", "PSize"),
    "vg": ("VG", "#PV", "#LV", "VSize", "VFree"),
    "lv": ("LV", "VG", "LSize"),
}


@command("pvs", "vgs", "lvs", "pvdisplay", "vgdisplay", "lvdisplay")
def tables(session: Session, arguments: Sequence[str]) -> Output:
    """All of them, or those named, as a table; the displays as lines of their own."""
    options = read_options(session, arguments, "aCcmO:o:Svy", _LONG)
    if options.has("-o", "--options", "-c", "--colon"):
        raise Unsupported(f"{session.name} with columns of one's own")
    kind = session.name[:2]
    rows = _ROWS[kind](session.state)
    names = [word.removeprefix("/dev/") for word in options.operands]
    for name in names:
        if not any(
            name in (row[0], row[0].removeprefix("/dev/"), f"{row[1]}/{row[0]}", row[1]) for row in rows
        ):
            raise CommandError(f'  Failed to find {_WORDS[kind]} "{name}".', exit=5)
    if names:
        rows = [
            row
            for row in rows
            if {row[0], row[0].removeprefix("/dev/"), f"{row[1]}/{row[0]}", row[1]} & set(names)
        ]
    header = _HEADERS[kind]
    if session.name.endswith("display"):
        blocks = [
            "".join(f"  {name:<12}{cell}\n" for name, cell in zip(header, row, strict=True)) for row in rows
        ]
        text = "\n".join(f"  --- {_WORDS[kind].capitalize()} ---\n{block}" for block in blocks)
    else:
        shows_header = bool(rows) and not options.has("--noheadings")
        text = layout(header, rows, right=header[-1:], show_header=shows_header) if rows else ""
    return Output(text, info=f"volumes_{kind}", operands=tuple(sorted(names)))


def _physical(state: State) -> list[tuple[str, ...]]:
    members = [name for name, item in state.fs.items() if item.type == MEMBER]
    return [
        (f"/dev/{name}", group_of(state, name) or "", human(size_of(state, name)).lower()) for name in members
    ]


def _groups(state: State) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, devices in state.groups.items():
        count = sum(volume.group == name for volume in state.volumes.values())
        sizes = (human(group_bytes(state, name)).lower(), human(free_bytes(state, name)).lower())
        rows.append((name, str(len(devices)), str(count), *sizes))
    return rows


def _logical(state: State) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for device, volume in state.volumes.items():
        if volume.kind == "lvm":
            prefix = f"mapper/{volume.group.replace('-', '--')}-"
            name = device.removeprefix(prefix).replace("--", "-")
            rows.append((name, volume.group, human(volume.size_bytes).lower()))
    return rows


_ROWS = {"pv": _physical, "vg": _groups, "lv": _logical}
_WORDS = {"pv": "physical volume", "vg": "volume group", "lv": "logical volume"}
