"""Path resolution: the longest mount point that prefixes a path names a device, the rest is looked up in its tree.

A path is first made absolute in the shell's view (its root and working directory), then links are followed, each
absolute one again from that root. So `/mnt/etc/hostname` is a file of the device mounted at /mnt, the live tree's when
nothing is, and `/etc/hostname` inside `arch-chroot /mnt` is the same file. `..` is taken textually, before links.
"""

from __future__ import annotations

from typing import NamedTuple

from trace_trainer.verifiers.machine.model.state import LIVE, Frame, State, Tree

MAX_LINKS = 40  # as Linux: more is a loop
MAX_PATH = 4095  # characters, as Linux
API_FOLDERS = ("/dev", "/proc", "/sys", "/run")  # arch-chroot shows the live ones below its root


class PathError(Exception):
    """A path could not be used, for `reason`; the shell prints it as `COMMAND: PATH: REASON`."""

    def __init__(self, path: str, reason: str = "No such file or directory") -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Location(NamedTuple):
    """Where a path leads: a tree, the path in it, the device the tree is on, and the path from the live root."""

    tree: Tree
    path: str
    device: str
    live_path: str


def absolute(path: str, cwd: str) -> str:
    """`path` from the root, without `.`, `..` and double slashes: absolute("../x", "/a/b") is "/a/x"."""
    if not path.startswith("/"):
        path = f"{cwd}/{path}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


def is_under(path: str, folder: str) -> bool:
    """Whether a path is a folder or something below it; both absolute."""
    return folder == "/" or path == folder or path.startswith(folder + "/")


def parent(path: str) -> str:
    """The folder that holds an absolute path; the root's is itself."""
    return path[: path.rfind("/")] or "/"


def join(folder: str, path: str) -> str:
    """An absolute path seen from another root: join("/mnt", "/etc") is "/mnt/etc"."""
    if folder == "/":
        return path
    return folder if path == "/" else folder + path


def locate(state: State, path: str) -> Location:
    """The tree that an absolute path of the live view leads to, without following links."""
    best = None
    for mount in state.mounts:  # a later mount on the same folder hides the earlier one
        if is_under(path, mount.target) and (best is None or len(mount.target) >= len(best.target)):
            best = mount
    if best is None:
        return Location(state.live, path, LIVE, path)
    rest = join(best.root, (path[len(best.target) :] if best.target != "/" else path) or "/")
    if best.device != LIVE and not best.subvolume and (subvolumes := state.fs[best.device].subvolumes):
        name, _, inner = rest[1:].partition("/")
        if name in subvolumes:  # seen from the top of a btrfs, a subvolume is a folder
            return Location(subvolumes[name], "/" + inner, best.device, path)
    return Location(state.tree_of(best), rest, best.device, path)


def resolve(state: State, frame: Frame, path: str, follow: bool = True) -> Location:
    """Where a path of a shell leads; the last link stays unfollowed unless `follow`.

    Raises PathError where links go round in a circle, or the path is too long. What is found need not exist.
    """
    if len(path) > MAX_PATH:
        raise PathError(f"{path[:40]}...", "File name too long")
    view = absolute(path, frame.cwd)
    for _ in range(MAX_LINKS):
        found = _locate_in(state, frame, view)
        link = _first_link(found.tree, found.path, follow)
        if link is None:
            return found
        rest = found.path[len(link) :]
        holder = parent(view[: len(view) - len(rest)])
        view = absolute(found.tree.links[link] + rest, holder)
    raise PathError(path, "Too many levels of symbolic links")


def _locate_in(state: State, frame: Frame, view: str) -> Location:
    if frame.root == "/":
        return locate(state, view)
    if frame.has_api and any(is_under(view, folder) for folder in API_FOLDERS):
        return Location(state.live, view, LIVE, view)
    return locate(state, join(frame.root, view))


def _first_link(tree: Tree, path: str, follow: bool) -> str | None:
    """The shortest prefix of a path that is a link; the whole path counts where the last link is followed."""
    links = [link for link in tree.links if path.startswith(link + "/") or (follow and path == link)]
    return min(links, key=len) if links else None
