"""hdparm, smartctl and nvme, as far as they tell about a disk. What they would change is refused or unsupported."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.devices import disk_names, size_of
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_READS = {
    "hdparm": ("-I", "-i", "-t", "-T", "-g", "-C"),
    "smartctl": (
        "-a",
        "-x",
        "-i",
        "-H",
        "-A",
        "-c",
        "--all",
        "--info",
        "--health",
        "--attributes",
        "--capabilities",
        "--scan",
    ),
}


@command("hdparm", "smartctl")
def tell(session: Session, arguments: Sequence[str]) -> Output:
    """What a disk is, and how it is doing."""
    long = ["all", "info", "health", "attributes", "capabilities", "scan", "xall"]
    options = read_options(
        session, arguments, "aAcgHiIxtTCS:B:W:d:", long if session.name == "smartctl" else []
    )
    if not options.pairs or any(name not in _READS[session.name] for name, _ in options.pairs):
        raise Unsupported(f"{session.name} with that option")
    if options.has("--scan"):
        text = "".join(
            f"/dev/{name} -d scsi # /dev/{name}, SCSI device\n" for name in disk_names(session.state)
        )
        return Output(text, info="block_devices", operands=("scan",))
    if not options.operands:
        raise CommandError(f"{session.name}: a device is missing")
    devices = [block_device(session, path, "{path}: No such file or directory") for path in options.operands]
    text = ""
    for device in devices:
        disk = session.state.disks.get(device)
        model = disk.model if disk is not None and disk.model else "Unknown"
        text += f"\n/dev/{device}:\n\tModel: {model}\n\tSize: {human(size_of(session.state, device))}\n"
    about = (*sorted(name for name, _ in options.pairs), *sorted(devices))
    return Output(text, info="disk_health", operands=about)


@command("nvme")
def nvme(session: Session, arguments: Sequence[str]) -> Output:
    """list, smart-log, id-ctrl, id-ns."""
    words = [word for word in arguments if not word.startswith("-")]
    if words[:1] == ["list"]:
        names = [name for name in disk_names(session.state) if name.startswith("nvme")]
        text = "".join(f"/dev/{name} {session.state.disks[name].model}\n" for name in names)
        return Output("Node Model\n" + text, info="block_devices", operands=("nvme",))
    if words[:1] in (["smart-log"], ["id-ctrl"], ["id-ns"]) and len(words) == 2:
        device = block_device(session, words[1], "{path}: No such file or directory")
        return Output(f"NVMe status of {device}\n", info="disk_health", operands=(words[0], device))
    raise Unsupported(f"nvme {' '.join(words[:1])}".rstrip())
