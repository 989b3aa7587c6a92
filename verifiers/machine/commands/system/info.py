"""free, uname, nproc, lscpu, lspci, lsusb, lsmod, dmesg, journalctl, ps, uptime: what the machine is made of."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.devices import size_of
from trace_trainer.verifiers.machine.model.facts import hostname_of
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

KERNEL = "6.12.1-arch1-1"
_UNITS = {
    "-b": 1,
    "--bytes": 1,
    "-k": 1 << 10,
    "--kibi": 1 << 10,
    "-m": 1 << 20,
    "--mebi": 1 << 20,
    "-g": 1 << 30,
    "--gibi": 1 << 30,
    "--kilo": 10**3,
    "--mega": 10**6,
    "--giga": 10**9,
}

# What the other commands print, by class of information. There is one machine, so there is one text.
_TEXTS = {
    "lscpu": (
        "cpu",
        "Architecture:        x86_64\nCPU(s):              4\nModel name:          Virtual CPU\n",
    ),
    "lspci": (
        "devices",
        "00:00.0 Host bridge\n00:02.0 VGA compatible controller\n00:03.0 Ethernet controller\n",
    ),
    "lsusb": ("devices", "Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub\n"),
    "lsmod": ("modules", "Module                  Size  Used by\next4                 1138688  0\n"),
    "dmesg": ("kernel_log", f"[    0.000000] Linux version {KERNEL}\n"),
    "journalctl": ("kernel_log", f"Jan 01 12:00:00 kernel: Linux version {KERNEL}\n"),
    "ps": (
        "processes",
        "    PID TTY          TIME CMD\n      1 ?        00:00:01 systemd\n    512 tty1     00:00:00 bash\n",
    ),
    "uptime": ("uptime", " 12:00:00 up 10 min,  1 user,  load average: 0.00, 0.00, 0.00\n"),
    "w": ("sessions", "USER     TTY        LOGIN@   IDLE WHAT\nroot     tty1      11:50    0.00s -bash\n"),
    "who": ("sessions", "root     tty1         2026-01-01 11:50\n"),
    "users": ("sessions", "root\n"),
    "tty": ("terminal", "/dev/tty1\n"),
    "arch": ("kernel", "x86_64\n"),
    "cal": ("time", "    January 2026\nSu Mo Tu We Th Fr Sa\n             1  2  3\n"),
    "dmidecode": ("devices", "# dmidecode 3.6\nSystem Information\n\tManufacturer: QEMU\n"),
    "hwinfo": ("devices", "cpu:\n  Virtual CPU\n"),
    "lshw": ("devices", "archiso\n    description: Computer\n  *-core\n"),
    "resolvectl": ("network", "Global\n  resolv.conf mode: foreign\nCurrent DNS Server: 10.0.2.3\n"),
    "systemd-analyze": ("uptime", "Startup finished in 2.1s (kernel) + 7.4s (userspace) = 9.5s\n"),
    "printenv": ("environment", "HOME=/root\nPATH=/usr/local/sbin:/usr/local/bin:/usr/bin\nUSER=root\n"),
}


@command("free")
def free(session: Session, arguments: Sequence[str]) -> Output:
    """Memory, in KiB or the unit asked for; -h picks one."""
    long = "bytes kibi mebi gibi kilo mega giga human si wide total seconds= count=".split()
    options = read_options(session, arguments, "bkmghwtlvs:c:", long)
    if options.has("-s", "--seconds", "-c", "--count"):
        raise Unsupported("interactive: free that repeats")
    unit = next((_UNITS[name] for name, _ in reversed(options.pairs) if name in _UNITS), 1 << 10)

    def shown(size: int) -> str:
        if options.has("-h", "--human"):
            return human(size) + ("i" if size >= 1 << 10 else "")
        return str(size // unit)

    total = session.state.ram_bytes
    cells = [total, total // 8, total * 3 // 4, 0, total // 8, total * 7 // 8]
    row = "".join(f"{shown(size):>12}" for size in cells)
    heading = "".join(
        f"{name:>12}" for name in ("total", "used", "free", "shared", "buff/cache", "available")
    )
    swap = sum(size_of(session.state, device) for device in session.state.swaps)
    swap_row = "".join(f"{shown(size):>12}" for size in (swap, 0, swap))
    return Output(f"     {heading}\nMem: {row}\nSwap:{swap_row}\n", info="memory")


@command("uname")
def uname(session: Session, arguments: Sequence[str]) -> Output:
    """The kernel."""
    long = [
        "all",
        "kernel-name",
        "nodename",
        "kernel-release",
        "kernel-version",
        "machine",
        "operating-system",
    ]
    options = read_options(session, arguments, "asnrvmpio", long)
    if options.operands:
        raise CommandError(
            f"uname: extra operand '{options.operands[0]}'\nTry 'uname --help' for more information."
        )
    everything = options.has("-a", "--all")
    fields = (
        ("-s", "--kernel-name", "Linux"),
        ("-n", "--nodename", hostname_of(session.state.live) or "localhost"),
        ("-r", "--kernel-release", KERNEL),
        ("-v", "--kernel-version", "#1 SMP PREEMPT_DYNAMIC"),
        ("-m", "--machine", "x86_64"),
        ("-o", "--operating-system", "GNU/Linux"),
    )
    shown = [text for short, name, text in fields if everything or options.has(short, name)]
    return Output(" ".join(shown or ["Linux"]) + "\n", info="kernel")


@command("nproc")
def nproc(session: Session, arguments: Sequence[str]) -> Output:
    """The number of processors."""
    read_options(session, arguments, "", ["all", "ignore="])
    return Output("4\n", info="cpu")


@command(*_TEXTS)
def fixed(session: Session, arguments: Sequence[str]) -> Output:
    """Programs whose answer does not depend on what was done to the machine; their options are not looked at."""
    never_ends = any(word in ("-f", "--follow", "-w", "--follow-new") for word in arguments)
    if never_ends and session.name in ("dmesg", "journalctl"):
        raise Unsupported(f"interactive: {session.name} that goes on for ever")
    info, text = _TEXTS[session.name]
    return Output(text, info=info)
