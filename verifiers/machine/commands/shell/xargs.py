"""xargs: words from a pipe, given to a command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.text import from_pipe
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

MAX_RUNS = 200
_WORD = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|\\(.)|(\s+)|([^\s'\"\\]+)", re.DOTALL)


@command("xargs")
def xargs(session: Session, arguments: Sequence[str]) -> Output:
    """Run a command (echo where none is named) with what standard input lists: -0, -d, -n N, -I WORD, -r."""
    long = ["null", "delimiter=", "max-args=", "replace=", "no-run-if-empty", "verbose", "max-procs="]
    options = read_options(session, arguments, "0d:n:I:rtP:L:s:x", long, anywhere=False)
    if options.has("-L", "-s", "-x"):
        raise Unsupported("xargs by lines or by size")
    text, place = from_pipe(session), options.last("-I", "--replace")
    if options.has("-0", "--null"):
        items = [item for item in text.split("\0") if item]
    elif (mark := options.last("-d", "--delimiter")) is not None:
        items = text.removesuffix("\n" if mark in ("\\n", "\n") else "").split(
            mark.replace("\\n", "\n") or "\0"
        )
    elif place is not None:
        items = [line.strip() for line in text.split("\n") if line.strip()]
    else:
        items = _words(text)
    words = list(options.operands) or ["echo"]
    count = options.last("-n", "--max-args") or str(max(len(items), 1))
    if not count.isdigit() or not int(count):
        raise CommandError(f"xargs: value {count} for -n option should be >= 1")
    if place is not None:
        runs = [[word.replace(place, item) for word in words] for item in items]
    else:
        step = int(count)
        runs = [[*words, *items[at : at + step]] for at in range(0, len(items), step)]
        runs = runs or ([] if options.has("-r", "--no-run-if-empty") else [words])
    if len(runs) > MAX_RUNS:
        raise Unsupported("running a command that often")
    return _run_all(session, runs)


def _words(text: str) -> list[str]:
    found: list[str] = []
    open_word = False
    for match in _WORD.finditer(text):
        if match[4] is not None:
            open_word = False
            continue
        piece = next(group for group in (match[1], match[2], match[3], match[5]) if group is not None)
        if open_word:
            found[-1] += piece
        else:
            found.append(piece)
        open_word = True
    return found


def _run_all(session: Session, runs: Sequence[Sequence[str]]) -> Output:
    outputs, errors, status = [], "", 0
    for words in runs:
        try:
            output = session.run(words, "")
        except CommandError as error:
            errors += error.stderr + "\n"
            status = 127 if error.exit == 127 else 123
            continue
        outputs.append(output)
        errors += output.stderr
        status = 123 if output.exit else status
    classes = sorted({output.info for output in outputs if output.info})
    about = tuple(item for output in outputs for item in output.operands)
    return Output(
        "".join(output.stdout for output in outputs), errors, status, "+".join(classes) or None, about
    )
