"""fallocate, truncate, dd: files of a size whose content is not stored, such as swap files.

dd reads /dev/zero, /dev/urandom or a file, and writes to a file; that it writes to no device was checked before
(danger/).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.devices import size_of
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.model.state import LIVE
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_SIZE = re.compile(r"(\d{1,15})\s*([KMGTP]?)(i?B)?", re.IGNORECASE | re.ASCII)
_POWERS = " KMGTP"
_DD_SIZE = re.compile(r"(\d{1,12})(c|w|b|[kKMGTP](?:i?B)?)?", re.ASCII)
_SOURCES = ("/dev/zero", "/dev/urandom", "/dev/random")
_DD_WORDS = frozenset("if of bs ibs obs cbs count skip seek iseek oseek conv iflag oflag status".split())
MAX_STORED = 4096  # bytes that dd copies from a file


def bytes_of(session: Session, text: str) -> int:
    """Bytes of a size such as 4G, 4GiB (both binary) or 4GB (decimal). Raises CommandError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise CommandError(f"{session.name}: invalid number: '{text}'")
    base = 1000 if (match[3] or "").upper() == "B" and match[2] else 1024
    return int(match[1]) * base ** _POWERS.index(match[2].upper() or " ")


def make_file(session: Session, path: str, size: int) -> None:
    """Create a file of zeros, or make one that is there so long. Raises PathError, also where there is no room."""
    session.check_writable(path)
    found = session.resolve(path)
    room = session.state.ram_bytes // 2 if found.device == LIVE else size_of(session.state, found.device)
    if size > room:
        raise PathError(path, "No space left on device")
    tree = found.tree
    if tree.sizes.get(found.path) != size or tree.files.get(found.path):
        tree.files[found.path] = ""
        tree.sizes[found.path] = size
        session.effect(f"{found.live_path}: {size} bytes")


@command("fallocate")
def fallocate(session: Session, arguments: Sequence[str]) -> Output:
    """Create a file of a size."""
    long = ["length=", "offset=", "keep-size", "verbose", "posix", "punch-hole", "dig-holes", "zero-range"]
    options = read_options(session, arguments, "cdl:no:pvxzi", long)
    if options.has(
        "-c", "-d", "-p", "-z", "-i", "-n", "-o", "--offset", "--punch-hole", "--dig-holes", "--keep-size"
    ):
        raise Unsupported("fallocate that makes holes")
    length = options.last("-l", "--length")
    if length is None or len(options.operands) != 1:
        raise CommandError(
            "fallocate: no length argument specified"
            if length is None
            else "fallocate: no filename specified"
        )
    make_file(session, options.operands[0], bytes_of(session, length))
    return Output()


@command("truncate")
def truncate(session: Session, arguments: Sequence[str]) -> Output:
    """Make files so long; what is not stored can't be cut."""
    options = read_options(session, arguments, "cor:s:", ["size=", "reference=", "no-create", "io-blocks"])
    size = options.last("-s", "--size")
    if size is None or not size[:1].isdigit() or not options.operands:
        raise Unsupported("truncate by a difference or a reference")
    for path in options.operands:
        length = bytes_of(session, size)
        if length == 0:
            session.write(path, "")
        elif session.is_file(path) and session.content(path):
            raise Unsupported("truncate of a file with content")
        elif not (options.has("-c", "--no-create") and not session.exists(path)):
            make_file(session, path, length)
    return Output()


@command("dd")
def dd(session: Session, arguments: Sequence[str]) -> Output:
    """Write zeros or random bytes to a file: if=, of=, bs=, count=. Without a count it would not end."""
    given = {}
    for word in arguments:
        name, found, value = word.partition("=")
        if not found or name not in _DD_WORDS:
            raise CommandError(f"dd: unrecognized operand '{word}'\nTry 'dd --help' for more information.")
        given[name] = value
    source, target = given.get("if"), given.get("of")
    if target is None or source is None or {"skip", "seek", "iseek", "oseek", "cbs"} & given.keys():
        raise Unsupported("dd between streams, or of a part")
    block = _dd_bytes(given.get("bs") or given.get("ibs") or "512")
    count = _dd_bytes(given["count"]) if "count" in given else None
    if source in _SOURCES:
        if count is None:
            raise Unsupported("interactive: dd that ends when the disk is full")
        size = count if "count_bytes" in given.get("iflag", "") else block * count
        if session.live_path(target) != "/dev/null":
            make_file(session, target, size)
    else:
        text = session.read(source)
        if count is not None or len(text) > MAX_STORED or session.resolve(source).tree.sizes.get(source):
            raise Unsupported("dd of a device or of a part")
        session.write(target, text)
        size = len(text)
    blocks = -(-size // block)
    summary = f"{blocks}+0 records in\n{blocks}+0 records out\n{size} bytes copied, 1.0 s, 1.0 GB/s\n"
    return Output("", "" if given.get("status") == "none" else summary)


def _dd_bytes(text: str) -> int:
    match = _DD_SIZE.fullmatch(text)
    if match is None:
        raise CommandError(f"dd: invalid number: '{text}'")
    unit = match[2] or ""
    if unit in ("", "c"):
        return int(match[1])
    if unit in ("w", "b"):
        return int(match[1]) * (2 if unit == "w" else 512)
    base = 1000 if unit.endswith("B") and "i" not in unit else 1024
    return int(match[1]) * base ** _POWERS.index(unit[0].upper())
