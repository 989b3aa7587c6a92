"""md5sum, sha256sum and their like, cmp and diff: what is in files, compared or boiled down to a number."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.text import Texts
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_ALGORITHMS = {
    "md5sum": "md5",
    "sha1sum": "sha1",
    "sha224sum": "sha224",
    "sha256sum": "sha256",
    "sha384sum": "sha384",
    "sha512sum": "sha512",
    "b2sum": "blake2b",
}


@command(*_ALGORITHMS)
def digest(session: Session, arguments: Sequence[str]) -> Output:
    """The digest of each file's text; -c checks a list of them."""
    long = ["check", "binary", "text", "tag", "quiet", "status", "strict", "warn", "ignore-missing", "zero"]
    options = read_options(session, arguments, "cbtwz", long)
    if options.has("--tag", "-z", "--zero"):
        raise Unsupported(f"{session.name} with that layout")
    algorithm = _ALGORITHMS[session.name]
    texts = Texts(session, options.operands)
    if options.has("-c", "--check"):
        return _check(session, texts, algorithm)
    lines = [
        f"{_digest(algorithm, text)}  {'-' if name == 'standard input' else name}\n"
        for name, text in texts.found
    ]
    return Output("".join(lines), texts.errors, int(bool(texts.errors)), "digest", texts.operands)


def _digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _check(session: Session, texts: Texts, algorithm: str) -> Output:
    lines, wrong = [], 0
    for line in (line for _, text in texts.found for line in text.splitlines()):
        wanted, _, name = line.partition("  ")
        if not name:
            raise CommandError(f"{session.name}: no properly formatted checksum lines found")
        is_right = session.is_file(name) and _digest(algorithm, session.read(name)) == wanted
        wrong += not is_right
        lines.append(f"{name}: {'OK' if is_right else 'FAILED'}\n")
    error = f"{session.name}: WARNING: {wrong} computed checksum did NOT match\n" if wrong else ""
    return Output(
        "".join(lines), texts.errors + error, int(bool(wrong or texts.errors)), "digest", texts.operands
    )


@command("cmp", "diff")
def compare(session: Session, arguments: Sequence[str]) -> Output:
    """Whether two files differ: exit 0 or 1. diff -u shows how."""
    options = read_options(
        session, arguments, "qsurNabwi", ["brief", "quiet", "silent", "unified", "report-identical-files"]
    )
    if options.has("-r", "-N", "-b", "-w", "-i", "-a") or len(options.operands) != 2:
        raise Unsupported(f"{session.name} of folders, or of parts")
    one, other = options.operands
    texts = Texts(session, options.operands)
    if texts.errors:
        return Output("", texts.errors, 2)
    left, right = (text.splitlines(keepends=True) for _, text in texts.found)
    if left == right:
        return Output(exit=0, info=texts.info, operands=texts.operands)
    if session.name == "cmp":
        raise Unsupported("where two files differ")
    if options.has("-q", "--brief"):
        return Output(f"Files {one} and {other} differ\n", exit=1)
    if not options.has("-u", "--unified"):
        raise Unsupported("diff in the normal form")
    shown = "".join(difflib.unified_diff(left, right, one, other))
    return Output(shown, exit=1, info=texts.info, operands=texts.operands)
