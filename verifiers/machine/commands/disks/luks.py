"""cryptsetup: LUKS containers on partitions and volumes: made, opened as /dev/mapper/NAME, closed, looked at.

A passphrase comes from a pipe or a key file, or somebody is asked for it and types it; its identity is kept, so that
another one does not open the container. Questions are answered with yes. Not covered: plain and other formats, detached
headers, key slots beyond adding a key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.devices import drop_filesystem, filesystem_uuid, in_use, size_of
from trace_trainer.verifiers.machine.model.passwords import ASKED, identity
from trace_trainer.verifiers.machine.model.state import Filesystem, Tree, Volume
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device, device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

LUKS = "crypto_LUKS"
_HEADER = 16 << 20  # bytes that a container keeps for itself
_NAME = re.compile(r"[A-Za-z0-9#+.:=@_-]{1,127}", re.ASCII)
_SHORT = "c:d:h:i:k:l:o:p:qrs:S:t:T:vVyM:"
_LONG = """align-payload= allow-discards batch-mode cipher= debug force-password hash= header= iter-time=
    key-file= key-size= key-slot= keyfile-offset= keyfile-size= label= new-keyfile= pbkdf= pbkdf-force-iterations=
    pbkdf-memory= pbkdf-parallel= perf-no_read_workqueue perf-no_write_workqueue persistent readonly sector-size=
    subsystem= timeout= tries= type= use-random use-urandom uuid= verbose verify-passphrase integrity=
    test-passphrase help version""".split()
_OLD_NAMES = {"luksOpen": "open", "luksClose": "close", "remove": "close", "plainOpen": "open"}
_UNSIMULATED = "--header --integrity --keyfile-offset --keyfile-size -o -p".split()


@command("cryptsetup")
def cryptsetup(session: Session, arguments: Sequence[str]) -> Output:
    """luksFormat, open, close, luksAddKey, luksDump, luksUUID, isLuks, status, benchmark."""
    options = read_options(session, arguments, _SHORT, _LONG)
    if options.has("--help", "--version", "-V"):
        return Output("cryptsetup 2.7.5\n", info="help")
    if options.has(*_UNSIMULATED):
        raise Unsupported("cryptsetup with a header or a key of its own")
    kind = options.last("--type", "-M")
    if kind not in (None, "luks", "luks1", "luks2"):
        raise Unsupported(f"cryptsetup of type {kind}")
    if not options.operands:
        raise CommandError("Usage: cryptsetup [-?Vvyrq] [OPTION...] <action> <action-specific>")
    verb, *words = options.operands
    action = _ACTIONS.get(_OLD_NAMES.get(verb, verb))
    if action is None:
        raise Unsupported(f"cryptsetup {verb}")
    return action(session, options, words)


def _format(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    passphrase = _passphrase(session, options, words[1:2])
    state = session.state
    drop_filesystem(state, device)
    state.formatted += 1
    label = options.last("--label") or ""
    inner = Filesystem("", Tree())
    state.fs[device] = Filesystem(LUKS, Tree(), label, state.formatted, keys=(passphrase,), inner=inner)
    session.effect(f"{device}: LUKS")
    return Output("Command successful.\n" if options.has("-v", "--verbose") else "")


def _open(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    container = _container(session, device)
    passphrase = _passphrase(session, options, [])
    if ASKED not in (passphrase, *container.keys) and passphrase not in container.keys:
        raise CommandError("No key available with this passphrase.", exit=2)
    if options.has("--test-passphrase"):
        return Output(info="luks", operands=(device,))
    if words[2:] == ["-"]:
        words = words[:2]  # the passphrase from standard input, as scripts like to say
    if len(words) != 2 or _NAME.fullmatch(words[1]) is None:
        raise CommandError("cryptsetup: open: requires a device and a name")
    state, name = session.state, f"mapper/{words[1]}"
    if name in state.volumes:
        raise CommandError(f"Device {words[1]} already exists.", exit=5)
    if in_use(state, device) is not None:
        raise CommandError(
            f"Cannot use device /dev/{device} which is in use (already mapped or mounted).", exit=5
        )
    state.volumes[name] = Volume("crypt", size_of(state, device) - _HEADER, (device,))
    if container.inner is not None and container.inner.type:
        state.fs[name] = container.inner
    container.inner = None
    session.effect(f"opened {device} as {words[1]}")
    return Output()


def _close(session: Session, options: Options, words: Sequence[str]) -> Output:
    state = session.state
    for word in words or [""]:
        name = f"mapper/{word.removeprefix('/dev/mapper/')}"
        volume = state.volumes.get(name)
        if volume is None or volume.kind != "crypt":
            raise CommandError(f"Device {word} is not active.", exit=4)
        if in_use(state, name) is not None:
            raise CommandError(f"Device {word} is still in use.", exit=5)
        state.fs[volume.on[0]].inner = state.fs.pop(name, None) or Filesystem("", Tree())
        del state.volumes[name]
        session.effect(f"closed {name}")
    return Output()


def _add_key(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    container = _container(session, device)
    container.keys = (*container.keys, _passphrase(session, options, words[1:2]))
    session.effect(f"{device}: another key")
    return Output()


def _dump(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    container = _container(session, device)
    uuid = filesystem_uuid(device, container)
    slots = "".join(f"  {number}: luks2\n" for number in range(len(container.keys)))
    text = f"LUKS header information\nVersion:       \t2\nUUID:          \t{uuid}\nKeyslots:\n{slots}"
    return Output(text, info="luks", operands=(device,))


def _uuid(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    return Output(
        f"{filesystem_uuid(device, _container(session, device))}\n", info="luks", operands=(device,)
    )


def _is_luks(session: Session, options: Options, words: Sequence[str]) -> Output:
    device = _device(session, words)
    found = session.state.fs.get(device)
    return Output(exit=0 if found is not None and found.type == LUKS else 1, info="luks", operands=(device,))


def _status(session: Session, options: Options, words: Sequence[str]) -> Output:
    word = words[0] if words else ""
    name = f"mapper/{word.removeprefix('/dev/mapper/')}"
    volume = session.state.volumes.get(name)
    if volume is None:
        return Output(f"/dev/{name} is inactive.\n", exit=4, info="luks", operands=(name,))
    used = " and is in use" if in_use(session.state, name) else ""
    text = f"/dev/{name} is active{used}.\n  type:    LUKS2\n  device:  /dev/{volume.on[0]}\n"
    return Output(text, info="luks", operands=(name,))


def _benchmark(session: Session, options: Options, words: Sequence[str]) -> Output:
    return Output(
        "# Tests are approximate using memory only (no storage IO).\n", info="cpu", operands=("crypto",)
    )


def _device(session: Session, words: Sequence[str]) -> str:
    if not words:
        raise CommandError("cryptsetup: a device is missing")
    return block_device(session, words[0], "Device {path} does not exist or access denied.")


def _container(session: Session, device: str) -> Filesystem:
    """The LUKS container on a device. Raises CommandError."""
    found = session.state.fs.get(device)
    if found is None or found.type != LUKS:
        raise CommandError(f"Device /dev/{device} is not a valid LUKS device.")
    return found


def _passphrase(session: Session, options: Options, key_file: Sequence[str]) -> str:
    """The identity of the passphrase given: by a key file, by a pipe, or by somebody at the keyboard."""
    path = options.last("-d", "--key-file") or next(iter(key_file), None)
    if path is not None and path != "-":
        return identity(session.read(path)) if device_at(session, path) is None else ASKED
    if session.stdin is None:
        return ASKED
    text = session.stdin if path == "-" else session.stdin.partition("\n")[0]
    if not text:
        raise CommandError("Nothing to read on input.")
    return identity(text)


_ACTIONS = {
    "luksFormat": _format,
    "open": _open,
    "close": _close,
    "luksAddKey": _add_key,
    "luksDump": _dump,
    "luksUUID": _uuid,
    "isLuks": _is_luks,
    "status": _status,
    "benchmark": _benchmark,
}
