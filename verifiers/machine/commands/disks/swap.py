"""mkswap, swapon, swapoff: swap partitions and swap files.

Swap in use is known by its device's name, a file by its path on the live system: sda3, /mnt/swapfile.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.space import bytes_of, make_file
from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import drop_filesystem, filesystem_uuid, size_of
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import Filesystem, Tree
from trace_trainer.verifiers.machine.model.virtual import swap_path, swap_size
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device, device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_HEADER = "SWAPSPACE2\n"  # the text of a swap file
_MINIMUM = 40 << 10  # bytes


@command("mkswap")
def mkswap(session: Session, arguments: Sequence[str]) -> Output:
    """Make a swap area on a device that is not in use (danger/device_rules.py), or in a file."""
    options = read_options(
        session,
        arguments,
        "cfFp:L:v:U:qhVs:",
        ["check", "force", "file", "label=", "uuid=", "quiet", "pagesize=", "size=", "lock="],
    )
    if len(options.operands) != 1:
        raise CommandError("mkswap: error: Nowhere to set up swap on?")
    if options.last("-v") not in (None, "1"):
        raise CommandError(f"mkswap: swapspace version {options.last('-v')} is not supported")
    if options.last("-p", "--pagesize") not in (None, "4096"):
        raise Unsupported("mkswap for pages of another size")
    path = options.operands[0]
    if device_at(session, path) is None and (session.is_file(path) or options.has("-F", "--file")):
        return _make_in_file(session, options, path)
    device = block_device(session, path)
    state = session.state
    drop_filesystem(state, device)
    state.formatted += 1
    label = options.last("-L", "--label") or ""
    made = Filesystem("swap", Tree(), label, state.formatted)
    state.fs[device] = made
    session.effect(f"{device}: swap")
    size = size_of(state, device) - 4096
    named = f"LABEL={label}" if label else "no label"
    return Output(
        f"Setting up swapspace version 1, size = {human(size, 'KMGT', ' ')}iB ({size} bytes)\n"
        f"{named}, UUID={filesystem_uuid(device, made)}\n"
    )


def _make_in_file(session: Session, options: Options, path: str) -> Output:
    """A swap area in a file; with --file and --size the file is made, too."""
    wanted = options.last("-s", "--size")
    if options.has("-F", "--file") and wanted is not None:
        make_file(session, path, bytes_of(session, wanted))
    return make_swap_in_file(session, path)


def make_swap_in_file(session: Session, path: str) -> Output:
    """Make a file that is there a swap area. Raises CommandError."""
    found = session.resolve(path)
    tree, length = found.tree, session.size(path)
    if length < _MINIMUM:
        raise CommandError("mkswap: error: swap area needs to be at least 40 KiB")
    if found.live_path in session.state.swaps:
        raise CommandError(f"mkswap: error: {path} is mounted; will not make swapspace")
    tree.files[found.path], tree.sizes[found.path] = _HEADER, length
    session.effect(f"{found.live_path}: swap")
    size = length - 4096
    return Output(
        f"Setting up swapspace version 1, size = {human(size, 'KMGT', ' ')}iB ({size} bytes)\nno label\n"
    )


@command("swapon")
def swapon(session: Session, arguments: Sequence[str]) -> Output:
    """Use swap areas; without operands, or with --show or -s, list those in use."""
    options = read_options(
        session,
        arguments,
        "aep:sL:U:v",
        [
            "all",
            "show",
            "summary",
            "priority=",
            "verbose",
            "noheadings",
            "bytes",
            "ifexists",
            "discard",
            "fixpgsz",
        ],
    )
    state = session.state
    places = [*options.operands, *(f"LABEL={value}" for value in options.values("-L"))]
    places += [f"UUID={value}" for value in options.values("-U")]
    if options.has("-a", "--all"):
        return _use_all(session)
    if not places:
        header = ("NAME", "TYPE", "SIZE", "USED", "PRIO")
        rows = [
            (
                swap_path(name),
                "file" if name.startswith("/") else "partition",
                human(swap_size(state, name)),
                "0B",
                str(-2 - number),
            )
            for number, name in enumerate(state.swaps)
        ]
        show_header = bool(rows) and not options.has("--noheadings")
        return Output(layout(header, rows, ("SIZE", "USED", "PRIO"), show_header), info="swaps")
    for operand in places:
        _use(session, operand)
    return Output()


def _use(session: Session, operand: str) -> None:
    """Use one swap area. Raises CommandError."""
    state, name = session.state, _swap_name(session, operand)
    filesystem = state.fs.get(name)
    if name.startswith("/"):
        found = session.resolve(operand)
        is_swap = found.tree.files.get(found.path) == _HEADER
    else:
        is_swap = filesystem is not None and filesystem.type == "swap"
    if not is_swap:
        raise CommandError(f"swapon: {swap_path(name)}: read swap header failed", exit=255)
    if name in state.swaps:
        raise CommandError(f"swapon: {swap_path(name)}: swapon failed: Device or resource busy", exit=255)
    state.swaps.append(name)
    session.effect(f"swap on {name}")


def _swap_name(session: Session, operand: str) -> str:
    """A device's name, or the path of a file on the live system."""
    if device_at(session, operand) is None and "=" not in operand and session.is_file(operand):
        return session.live_path(operand)
    return block_device(session, operand)


def _use_all(session: Session) -> Output:
    """Use what /etc/fstab lists and is not in use."""
    text = session.read("/etc/fstab") if session.is_file("/etc/fstab") else ""
    for line in text.split("\n"):
        words = line.split()
        listed = len(words) >= 3 and words[0][0] != "#" and words[2] == "swap" and "noauto" not in words[3:4]
        if listed and _swap_name(session, words[0]) not in session.state.swaps:
            _use(session, words[0])
    return Output(info="swaps", operands=("all",))


@command("swapoff")
def swapoff(session: Session, arguments: Sequence[str]) -> Output:
    """Stop using swap areas: those named, or all with -a."""
    options = read_options(session, arguments, "av", ["all", "verbose"])
    state = session.state
    devices = list(state.swaps) if options.has("-a", "--all") else []
    devices += [_swap_name(session, operand) for operand in options.operands]
    if not devices and not options.has("-a", "--all"):
        raise CommandError("swapoff: bad usage\nTry 'swapoff --help' for more information.")
    for device in devices:
        if device not in state.swaps:
            raise CommandError(f"swapoff: {swap_path(device)}: swapoff failed: Invalid argument", exit=255)
        state.swaps.remove(device)
        session.effect(f"swap off {device}")
    return Output()
