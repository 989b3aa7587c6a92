"""unsquashfs: the live system's image, unpacked to what is mounted at a folder."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.rsync import root_mount
from trace_trainer.verifiers.machine.model.spread import spread_over_mounts
from trace_trainer.verifiers.machine.model.systems import (
    IMAGE,
    copy_system,
    installed_copy_excludes,
    live_tree,
)
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("unsquashfs")
def unsquashfs(session: Session, arguments: Sequence[str]) -> Output:
    """Unpack the image to -d FOLDER; one that is there needs -f."""
    # Its long options are written with one dash or two.
    words = [f"-{word[2:]}" if word in ("--dest", "--force") else word for word in arguments]
    words = [
        {"-dest": "-d", "-force": "-f", "-no-progress": "-n", "-quiet": "-q", "-info": "-i"}.get(w, w)
        for w in words
    ]
    options = read_options(session, words, "d:fnqip:")
    if len(options.operands) != 1:
        raise Unsupported("unsquashfs of parts of an image")
    path = options.operands[0]
    if not session.is_file(path):
        raise CommandError(f"Could not open {path}, because No such file or directory")
    if not session.live_path(path).endswith(IMAGE):
        raise CommandError(f"FATAL ERROR: Can't find a valid SQUASHFS superblock on {path}")
    target = options.last("-d") or "squashfs-root"
    if session.exists(target) and not options.has("-f"):
        raise CommandError(f"create_inode: failed to create directory {target}, because File exists")
    mount = root_mount(session, target)
    if mount is None:
        raise CommandError("FATAL ERROR: write_file: failed to write, because No space left on device")
    tree = session.state.tree_of(mount)
    copy_system(live_tree(), tree, installed_copy_excludes)
    spread_over_mounts(session.state, mount.target, tree)
    session.effect(f"copied the system to {mount.target}")
    return Output("created 98765 files\ncreated 9876 directories\n")
