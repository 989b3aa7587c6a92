"""du and fstrim: how much folders hold, and what a file system gives back to its device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import LIVE
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_BLOCK = 4096
_LONG = (
    "all apparent-size bytes human-readable max-depth= summarize total one-file-system exclude= si".split()
)
MAX_FOLDERS = 2000


@command("du")
def du(session: Session, arguments: Sequence[str]) -> Output:
    """The room that stored files take, by folder; programs, whose content is not stored, count as one block each."""
    options = read_options(session, arguments, "abchd:kmsxlLS", _LONG)
    if options.has("-b", "-L", "-S", "--apparent-size", "--bytes", "--exclude", "--si"):
        raise Unsupported("du with that way of counting")
    depth = options.last("-d", "--max-depth")
    if depth is not None and not depth.isdigit():
        raise CommandError(f"du: invalid maximum depth '{depth}'")
    most = 0 if options.has("-s", "--summarize") else int(depth) if depth is not None else 99
    lines, total, about = [], 0, []
    for path in options.operands or (".",):
        if not session.exists(path) and not session.is_link(path):
            raise CommandError(f"du: cannot access '{path}': No such file or directory")
        about.append(session.live_path(path))
        found = list(_sizes(session, path, 0, options.has("-a", "--all"), [0]))
        lines += [(size, place) for size, place, level in found if level <= most]
        total += found[-1][0]
    if options.has("-c", "--total"):
        lines.append((total, "total"))
    unit = 1 << 20 if options.has("-m") else 1 << 10
    scale = options.has("-h", "--human-readable")
    text = "".join(f"{human(size) if scale else -(-size // unit)}\t{place}\n" for size, place in lines)
    return Output(text, info="folder_usage", operands=tuple(sorted(about)))


def _sizes(
    session: Session, path: str, level: int, shows_files: bool, count: list[int]
) -> Iterator[tuple[int, str, int]]:
    """(bytes, path, level) of everything below, what holds it last."""
    count[0] += 1
    if count[0] > MAX_FOLDERS:
        raise Unsupported("du of that many files")
    total = _BLOCK
    if session.is_dir(path) and not session.is_link(path):
        holder = path if path.endswith("/") else path + "/"
        for name in session.list_dir(path):
            for size, place, below in _sizes(session, holder + name, level + 1, shows_files, count):
                if below == level + 1:
                    total += size
                if shows_files or session.is_dir(place):
                    yield size, place, below
    elif not session.is_link(path):
        total = -(-session.size(path) // _BLOCK) * _BLOCK
    yield total, path, level


@command("fstrim")
def fstrim(session: Session, arguments: Sequence[str]) -> Output:
    """Tell a device which of its blocks are free; nothing that the state knows of changes."""
    options = read_options(
        session, arguments, "aAl:m:o:vn", ["all", "fstab", "verbose", "dry-run", "minimum="]
    )
    mounted = {item.target: item.device for item in session.state.mounts if item.device != LIVE}
    places = [session.live_path(path) for path in options.operands]
    if options.has("-a", "-A", "--all", "--fstab"):
        places = sorted(mounted)
    if not places:
        raise CommandError("fstrim: no mountpoint specified")
    for place in places:
        if place not in mounted:
            raise PathError(place, "not a mounted file system")
    text = "".join(f"{place}: 1 GiB (1073741824 bytes) trimmed\n" for place in places)
    return Output(text if options.has("-v", "--verbose") else "", info="trim", operands=tuple(places))
