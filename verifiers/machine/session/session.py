"""What a command sees of the machine: its shell's root and working directory, standard input, and files by path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from trace_trainer.verifiers.machine.model.config_files import config_problem
from trace_trainer.verifiers.machine.model.paths import Location, PathError, is_under, join, parent, resolve
from trace_trainer.verifiers.machine.model.state import LIVE, Frame, State, Tree
from trace_trainer.verifiers.machine.model.virtual import virtual_children, virtual_folder, virtual_text
from trace_trainer.verifiers.machine.session.outcomes import Output, Refused, Unsupported

MAX_FILE = 1 << 16  # characters of a file; a longer one finds the disk full
MAX_READ = 1 << 20
_SECRETS = frozenset(("shadow", "gshadow"))
_ENDLESS = frozenset(("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"))
MAX_SEARCHED = 50_000
MAX_COMMANDS = 64  # of one line; the longest of those at hand has 12


@dataclass(slots=True)
class Allowance:
    """What a command line may still do, all its commands and shells together; more is unsupported.

    Attributes:
        read: characters of files that it may read.
        searched: atoms of patterns times characters that it may try, and characters that its edits may write. All of
            them take less than a tenth of a second.
        commands: simple commands that it may run.
    """

    read: int = MAX_READ
    searched: int = MAX_SEARCHED
    commands: int = MAX_COMMANDS

    def spend_command(self) -> None:
        """Raise Unsupported where the line runs too many commands."""
        self.commands -= 1
        if self.commands < 0:
            raise Unsupported("a line of that many commands")

    def spend_reading(self, characters: int) -> None:
        """Raise Unsupported where the line reads too much."""
        self.read -= characters
        if self.read < 0:
            raise Unsupported("a command that reads that much")

    def spend_searching(self, steps: int) -> None:
        """Raise Unsupported where the line searches too much."""
        self.searched -= steps
        if self.searched < 0:
            raise Unsupported("the search takes too long")


class Executor(Protocol):
    """What runs one command given as words in a session, with its standard input."""

    def __call__(self, session: Session, words: Sequence[str], stdin: str | None) -> Output: ...


class Session:
    """One shell on a machine, live or inside a chroot, while a command line runs."""

    __slots__ = ("state", "frame", "name", "stdin", "effects", "depth", "allowance", "executor", "nested")

    def __init__(self, state: State, frame: Frame, effects: list[str], executor: Executor) -> None:
        self.state = state
        self.frame = frame
        self.executor = executor
        self.name = ""  # the command that runs, as it was typed
        self.stdin: str | None = None  # what a pipe or `<` brings; None where standard input is the terminal
        self.effects = effects
        self.depth = 0  # how many commands run this one: chroot within chroot
        self.nested = 0  # how many commands are at work, this one's wrappers
        self.allowance = Allowance()

    def inner(self, frame: Frame) -> Session:
        """A shell that a command of this one starts."""
        session = Session(self.state, frame, self.effects, self.executor)
        session.depth, session.allowance, session.nested = self.depth + 1, self.allowance, self.nested
        return session

    @property
    def tree(self) -> Tree:
        """The tree at this shell's root: the live one, or the target's inside a chroot."""
        return self.resolve("/").tree

    @property
    def holds_system(self) -> bool:
        """Whether this shell's root is the root of a system: not some folder of the live one."""
        found = self.resolve("/")
        return found.path == "/" and found.tree.is_system

    @property
    def in_chroot(self) -> bool:
        """Whether this shell's root is not the live one."""
        return self.frame.root != "/"

    def effect(self, text: str) -> None:
        """Note a change of state, as one phrase: "sda1: vfat"."""
        self.effects.append(text)

    # Paths. All take a path as typed; PathError (which the shell prints) says why one can't be used.

    def resolve(self, path: str, follow: bool = True) -> Location:
        """Where a path leads, whether or not something is there."""
        return resolve(self.state, self.frame, path, follow)

    def live_path(self, path: str) -> str:
        """An existing or future path as the live system names it: "/etc" in `chroot /mnt` is "/mnt/etc"."""
        return self.resolve(path).live_path

    def is_dir(self, path: str) -> bool:
        """Whether a folder is there."""
        found = self.resolve(path)
        return found.path in found.tree.dirs or virtual_folder(self.state, found)

    def is_file(self, path: str) -> bool:
        """Whether a file (or device node) is there, links followed."""
        found = self.resolve(path)
        return found.path in found.tree.files or virtual_text(self.state, found) is not None

    def is_link(self, path: str) -> bool:
        """Whether a symbolic link is there."""
        found = self.resolve(path, follow=False)
        return found.path in found.tree.links

    def exists(self, path: str) -> bool:
        """Whether anything is there, links followed."""
        return self.is_dir(path) or self.is_file(path)

    def read(self, path: str) -> str:
        """The text of a file.

        Raises PathError where there is none, Unsupported beyond the allowance and for devices that never end, Refused
        for password files, wherever they were copied or mounted.
        """
        found = self.resolve(path)
        if found.path.rpartition("/")[2].rstrip("-") in _SECRETS:
            raise Refused(f"reading {found.live_path}")
        if found.live_path in _ENDLESS:
            raise Unsupported(f"reading {found.live_path}, which never ends")
        return self.content(path)

    def content(self, path: str) -> str:
        """What is in a file, password files too: for copies and sizes, which show nothing. Raises as `read` does."""
        found = self.resolve(path)
        text = found.tree.files.get(found.path)
        if text is None:
            text = virtual_text(self.state, found)
        if text is None:
            raise PathError(path, "Is a directory" if self.is_dir(path) else "No such file or directory")
        self.allowance.spend_reading(len(text))
        return text

    def size(self, path: str) -> int:
        """Bytes of a file. Raises PathError."""
        found = self.resolve(path)
        return found.tree.sizes.get(found.path) or len(self.content(path).encode(errors="replace"))

    def check_writable(self, path: str) -> None:
        """Raise PathError where a file can't be created or changed, Unsupported for account files."""
        found = self.resolve(path)
        if self.is_dir(path):
            raise PathError(path, "Is a directory")
        if found.path in found.tree.files:
            return
        if virtual_text(self.state, found) is not None:
            if found.tree.is_system and found.path.startswith("/etc/"):
                raise Unsupported(f"writing {found.path} by hand is not simulated")
            if found.live_path == "/dev/null":
                return
            if found.live_path.startswith("/dev/"):
                raise Unsupported(f"writing to {found.live_path}")
            raise PathError(path, "Permission denied")
        if found.device == LIVE and found.path.startswith(("/proc/", "/sys/")):
            raise Unsupported(f"writing to {found.path}, a setting of the kernel")
        self._check_parent(path, found)

    def write(self, path: str, text: str, append: bool = False) -> None:
        """Create a file, replace its text or append to it.

        Raises PathError where its folder does not exist, and where a configuration file would hold what the system
        can't use (a host name against RFC 1123): such a text counts as a failure at once.
        """
        self.check_writable(path)
        found = self.resolve(path)
        if found.live_path == "/dev/null":
            return
        if append:
            text = found.tree.files.get(found.path, "") + text
        if len(text) > MAX_FILE:
            raise PathError(path, "No space left on device")
        problem = config_problem(found.path, text) if found.tree.is_system else None
        if problem is not None:
            raise PathError(path, problem)
        tree = found.tree
        if tree.files.get(found.path) != text or found.path in tree.sizes:
            tree.files[found.path] = text
            tree.sizes.pop(found.path, None)
            self.effect(f"wrote {found.live_path}")

    def make_dir(self, path: str, parents: bool = False) -> None:
        """Create a folder, with the folders above it where `parents`. Raises PathError as mkdir does."""
        found = self.resolve(path)
        if self.exists(path) or found.path in found.tree.links:
            if parents and self.is_dir(path):
                return
            raise PathError(path, "File exists")
        if not parents:
            self._check_parent(path, found)
        steps = [found.path]
        while (above := parent(steps[-1])) not in found.tree.dirs and above != steps[-1]:
            if above in found.tree.files:
                raise PathError(path, "Not a directory")
            steps.append(above)
        found.tree.dirs.update(steps)
        self.effect(f"created {found.live_path}")

    def make_link(self, path: str, target: str) -> None:
        """Create a symbolic link to the text `target`, replacing a file or link. Raises PathError as `ln -sfn`."""
        found = self.resolve(path, follow=False)
        if found.path in found.tree.dirs:
            raise PathError(path, "cannot overwrite directory")
        self._check_parent(path, found)
        found.tree.files.pop(found.path, None)
        if found.tree.links.get(found.path) != target:
            found.tree.links[found.path] = target
            self.effect(f"linked {found.live_path} to {target}")

    def remove(self, path: str) -> None:
        """Remove a file, a link or a folder with all below it, except what other file systems mounted there hold."""
        found = self.resolve(path, follow=False)
        tree = found.tree
        if any(is_under(mount.target, found.live_path) for mount in self.state.mounts):
            raise PathError(path, "Device or resource busy")
        if found.path not in tree.dirs and found.path not in tree.files and found.path not in tree.links:
            raise PathError(path)
        tree.dirs -= {name for name in tree.dirs if is_under(name, found.path)}
        for mapping in (tree.files, tree.links, tree.modes, tree.owners, tree.sizes):
            for name in [name for name in mapping if is_under(name, found.path)]:
                del mapping[name]
        self.effect(f"removed {found.live_path}")

    def list_dir(self, path: str) -> list[str]:
        """The names in a folder, sorted. Raises PathError where there is no such folder."""
        if not self.is_dir(path):
            raise PathError(path, "Not a directory" if self.is_file(path) else "No such file or directory")
        found = self.resolve(path)
        tree = found.tree
        names = set(virtual_children(self.state, found))
        prefix = found.path if found.path == "/" else found.path + "/"
        for collection in (tree.dirs, tree.files, tree.links):
            names.update(
                name[len(prefix) :]
                for name in collection
                if name.startswith(prefix) and "/" not in name[len(prefix) :]
            )
        names.discard("")
        return sorted(names)

    def _check_parent(self, path: str, found: Location) -> None:
        above = parent(found.path)
        if above in found.tree.dirs:
            return
        if above in found.tree.files:
            raise PathError(path, "Not a directory")
        raise PathError(path)

    # Commands that run commands.

    def chroot(self, path: str, has_api: bool) -> Session:
        """A shell whose root is this folder; `has_api` as arch-chroot, which brings /dev, /proc and /sys along."""
        return self.inner(Frame(join("/", self.live_path(path)), "/", has_api))

    def run(self, words: Sequence[str], stdin: str | None = None) -> Output:
        """Run a command given as words in this shell: what `chroot DIR cmd`, `env` and `time` do with theirs."""
        return self.executor(self, words, stdin)

    @property
    def has_api(self) -> bool:
        """Whether /dev, /proc and /sys are there: brought by arch-chroot, or bound below this root by hand."""
        if self.frame.has_api:
            return True
        targets = {mount.target for mount in self.state.mounts}
        return all(join(self.frame.root, folder) in targets for folder in ("/dev", "/proc", "/sys"))
