"""btrfs subvolume and filesystem: subvolumes at the top of a mounted btrfs."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.disks.swap import make_swap_in_file
from trace_trainer.verifiers.machine.commands.files.space import bytes_of, make_file
from trace_trainer.verifiers.machine.model.devices import filesystem_uuid
from trace_trainer.verifiers.machine.model.state import Tree
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("btrfs")
def btrfs(session: Session, arguments: Sequence[str]) -> Output:
    """Create, list and delete subvolumes; show file systems. The words of its command may be shortened."""
    words = [word for word in arguments if not word.startswith("-")]
    group, action = [*words, "", ""][:2]
    if group and "subvolume".startswith(group) and action:
        for name, function in (("create", _create), ("list", _list), ("delete", _delete)):
            if name.startswith(action):
                return function(session, words[2:])
    if group and "filesystem".startswith(group) and action == "mkswapfile":
        return _swap_file(session, arguments)
    if group and "filesystem".startswith(group) and action in ("show", "df", "usage"):
        return _show(session)
    if (group and "filesystem".startswith(group) and action == "label") or group == "check":
        return _label_or_check(session, group, words[1 if group == "check" else 2 :])
    raise Unsupported(f"btrfs {' '.join(words[:2])} is not simulated".replace("  ", " "))


def _label_or_check(session: Session, group: str, words: Sequence[str]) -> Output:
    """`filesystem label DEVICE [NAME]`, and `check DEVICE`, which finds all in order."""
    if not words or len(words) > (1 if group == "check" else 2):
        raise CommandError(f"btrfs {group}: exactly 1 argument expected")
    device = block_device(session, words[0])
    filesystem = session.state.fs.get(device)
    if filesystem is None or filesystem.type != "btrfs":
        raise CommandError(f"ERROR: not a valid btrfs filesystem: {words[0]}")
    if group == "check":
        return Output("no error found\n", info="filesystem_check", operands=(device,))
    if len(words) == 1:
        return Output(f"{filesystem.label}\n", info="filesystems", operands=(device,))
    if filesystem.label != words[1]:
        filesystem.label = words[1]
        session.effect(f"{device}: label {words[1]}")
    return Output()


def _swap_file(session: Session, arguments: Sequence[str]) -> Output:
    """A swap file, not copied on write, of 2 GiB or --size."""
    options = read_options(session, list(arguments)[2:], "s:U:", ["size=", "uuid="])
    if len(options.operands) != 1:
        raise CommandError("btrfs filesystem mkswapfile: exactly 1 argument expected")
    path = options.operands[0]
    filesystem = session.state.fs.get(session.resolve(path).device)
    if filesystem is None or filesystem.type != "btrfs":
        raise CommandError(f"ERROR: not a btrfs filesystem: {path}")
    if session.exists(path):
        raise CommandError(f"ERROR: cannot create {path}: File exists")
    make_file(session, path, bytes_of(session, options.last("-s", "--size") or "2G"))
    make_swap_in_file(session, path)
    return Output(f"create swapfile {path}\n")


def _create(session: Session, paths: Sequence[str]) -> Output:
    if not paths:
        raise CommandError("btrfs subvolume create: exactly 1 argument expected, 0 given")
    printed = []
    for path in paths:
        subvolumes, name = _place(session, path)
        if name in subvolumes or session.exists(path):
            raise CommandError(f"ERROR: target path already exists: {path}")
        subvolumes[name] = Tree()
        session.effect(f"subvolume {session.live_path(path)}")
        printed.append(f"Create subvolume '{path}'\n")
    return Output("".join(printed))


def _place(session: Session, path: str) -> tuple[dict[str, Tree], str]:
    """The subvolumes of the file system a path is on, and the name in it. Raises CommandError off btrfs."""
    found = session.resolve(path)
    filesystem = session.state.fs.get(found.device)
    if filesystem is None or filesystem.type != "btrfs":
        raise CommandError(f"ERROR: not a btrfs filesystem: {path}")
    if found.tree is not filesystem.tree:
        if found.path == "/" and (
            name := next((n for n, t in filesystem.subvolumes.items() if t is found.tree), None)
        ):
            return filesystem.subvolumes, name
        raise Unsupported("subvolumes inside subvolumes are not simulated")
    name = found.path[1:]
    if "/" in name or not name:
        raise Unsupported("subvolumes below the top are not simulated")
    return filesystem.subvolumes, name


def _list(session: Session, paths: Sequence[str]) -> Output:
    found = session.resolve(paths[0] if paths else ".")
    filesystem = session.state.fs.get(found.device)
    if filesystem is None or filesystem.type != "btrfs":
        raise CommandError(f"ERROR: not a btrfs filesystem: {paths[0] if paths else '.'}")
    rows = [
        f"ID {256 + n} gen {10 + n} top level 5 path {name}\n" for n, name in enumerate(filesystem.subvolumes)
    ]
    return Output("".join(rows), info="subvolumes", operands=(found.device,))


def _delete(session: Session, paths: Sequence[str]) -> Output:
    if not paths:
        raise CommandError("btrfs subvolume delete: too few arguments")
    printed = []
    for path in paths:
        subvolumes, name = _place(session, path)
        if name not in subvolumes:
            raise CommandError(f"ERROR: not a subvolume: {path}")
        device = session.resolve(path).device
        if any(mount.device == device and mount.subvolume == name for mount in session.state.mounts):
            raise CommandError("ERROR: Could not destroy subvolume/snapshot: Device or resource busy")
        del subvolumes[name]
        session.effect(f"deleted subvolume {session.live_path(path)}")
        printed.append(f"Delete subvolume '{path}'\n")
    return Output("".join(printed))


def _show(session: Session) -> Output:
    rows = []
    for device, filesystem in session.state.fs.items():
        if filesystem.type == "btrfs":
            uuid = filesystem_uuid(device, filesystem)
            rows.append(f"Label: {filesystem.label or 'none'}  uuid: {uuid}\n\tpath /dev/{device}\n")
    return Output("".join(rows), info="filesystems")
