"""mkswap, swapon, swapoff: swap partitions. Swap files are not simulated."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import drop_filesystem, filesystem_uuid, size_of
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import Filesystem, Tree
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("mkswap")
def mkswap(session: Session, arguments: Sequence[str]) -> Output:
    """Make a swap area on a partition that is not in use (danger/rules.py)."""
    options = read_options(
        session, arguments, "cfp:L:v:U:qhV", ["check", "force", "label=", "uuid=", "quiet", "pagesize="]
    )
    if len(options.operands) != 1:
        raise CommandError("mkswap: error: Nowhere to set up swap on?")
    device = block_device(session, options.operands[0])
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


@command("swapon")
def swapon(session: Session, arguments: Sequence[str]) -> Output:
    """Use swap areas; without operands, or with --show or -s, list those in use."""
    options = read_options(
        session,
        arguments,
        "aep:sL:U:v",
        ["all", "show", "summary", "priority=", "verbose", "noheadings", "bytes"],
    )
    state = session.state
    if options.has("-a", "--all"):
        raise Unsupported("swapon --all reads /etc/fstab, which is not simulated")
    if not options.operands:
        header = ("NAME", "TYPE", "SIZE", "USED", "PRIO")
        rows = [
            (f"/dev/{name}", "partition", human(size_of(state, name)), "0B", str(-2 - number))
            for number, name in enumerate(state.swaps)
        ]
        show_header = bool(rows) and not options.has("--noheadings")
        return Output(layout(header, rows, ("SIZE", "USED", "PRIO"), show_header), info="swaps")
    for operand in options.operands:
        device = block_device(session, operand)
        filesystem = state.fs.get(device)
        if filesystem is None or filesystem.type != "swap":
            raise CommandError(f"swapon: /dev/{device}: read swap header failed", exit=255)
        if device in state.swaps:
            raise CommandError(f"swapon: /dev/{device}: swapon failed: Device or resource busy", exit=255)
        state.swaps.append(device)
        session.effect(f"swap on {device}")
    return Output()


@command("swapoff")
def swapoff(session: Session, arguments: Sequence[str]) -> Output:
    """Stop using swap areas: those named, or all with -a."""
    options = read_options(session, arguments, "av", ["all", "verbose"])
    state = session.state
    devices = list(state.swaps) if options.has("-a", "--all") else []
    devices += [block_device(session, operand) for operand in options.operands]
    if not devices and not options.has("-a", "--all"):
        raise CommandError("swapoff: bad usage\nTry 'swapoff --help' for more information.")
    for device in devices:
        if device not in state.swaps:
            raise CommandError(f"swapoff: /dev/{device}: swapoff failed: Invalid argument", exit=255)
        state.swaps.remove(device)
        session.effect(f"swap off {device}")
    return Output()
