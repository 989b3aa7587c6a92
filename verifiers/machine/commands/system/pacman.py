"""pacstrap, recstrap and pacman: a system from packages, and packages for a system that is there.

pacstrap and pacman need the network; recstrap unpacks the installer's own image and does not. What they would ask is
answered with yes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.rsync import ROOT_FILESYSTEMS
from trace_trainer.verifiers.machine.model.packages import BASE, GROUPS, PACKAGE_GROUPS, PACKAGES, with_groups
from trace_trainer.verifiers.machine.model.spread import spread_over_mounts
from trace_trainer.verifiers.machine.model.state import LIVE, Tree
from trace_trainer.verifiers.machine.model.systems import install_packages
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_FOR_PACMAN = frozenset(("--needed", "--noconfirm", "--disable-download-timeout", "--noprogressbar"))


@command("pacstrap", "recstrap")
def pacstrap(session: Session, arguments: Sequence[str]) -> Output:
    """Install packages (base where none is named) into the file system mounted at a folder."""
    options = read_options(session, arguments, "C:cDdGiKMNPU:hf", ["force", "quiet", "help"], anywhere=False)
    if options.has("-h", "--help"):
        return Output("usage: pacstrap [options] root [packages...]\n", info="help")
    if options.has("-U"):
        raise Unsupported("pacstrap with package files")
    if not options.operands:
        raise CommandError("==> ERROR: No root directory specified")
    root, *names = options.operands
    names = [name for name in names if name not in _FOR_PACMAN]
    if not session.is_dir(root):
        raise CommandError(f"==> ERROR: {root} is not a directory")
    live_path = session.live_path(root)
    mount = next((item for item in reversed(session.state.mounts) if item.target == live_path), None)
    if mount is None or mount.device == LIVE:
        if options.has("-d"):
            raise CommandError("error: Partition / too full: 1048576 blocks needed, 393216 blocks free")
        raise CommandError(f"==> ERROR: {root} is not a mountpoint!")
    if mount.type not in ROOT_FILESYSTEMS or "ro" in mount.options:
        raise CommandError("error: could not extract /usr/bin/sh (Can't create '/usr/bin/sh')")
    tree = session.state.tree_of(mount)
    heading = f"==> Creating install root at {root}\n==> Installing packages to {root}\n"
    if session.name == "recstrap":
        install_packages(tree, session.state.live.packages | with_groups(names))
        spread_over_mounts(session.state, live_path, tree)
        session.effect(f"unpacked the system to {live_path}")
        return Output(heading)
    _require_network(session, "==> ERROR: Failed to install packages to new root")
    packages = _install(tree, names or ["base"])
    spread_over_mounts(session.state, live_path, tree)
    session.effect(f"installed {', '.join(sorted(packages))} in {live_path}")
    return Output(f"{heading}:: Synchronizing package databases...\n{_report(packages)}")


def _require_network(session: Session, last: str = "error: failed to synchronize all databases") -> None:
    if not session.state.network:
        raise CommandError(
            "error: failed retrieving file 'core.db': Could not resolve host\n"
            f"error: failed retrieving file 'extra.db': Could not resolve host\n{last}"
        )


def _install(tree: Tree, names: Sequence[str]) -> set[str]:
    """Put packages and members of package groups into a tree. Raises CommandError where one does not exist."""
    missing = [name for name in names if name not in PACKAGES and name not in GROUPS]
    if missing:
        raise CommandError("\n".join(f"error: target not found: {name}" for name in missing))
    packages = with_groups(list(names))
    install_packages(tree, packages | BASE if "base" in packages else packages)
    for name in packages:
        tree.groups.update(PACKAGE_GROUPS.get(name, ()))
    return packages


def _report(packages: set[str]) -> str:
    listed = "  ".join(sorted(packages))
    return f"resolving dependencies...\nPackages ({len(packages)}) {listed}\n:: Proceed with installation? [Y/n]\n"


_PACMAN_LONG = """sync query remove refresh sysupgrade needed noconfirm search info list upgrade deps explicit
    unrequired recursive nosave cascade quiet root= sysroot= overwrite= asdeps asexplicit downloadonly print clean
    color= disable-download-timeout groups native foreign check owns""".split()


@command("pacman")
def pacman(session: Session, arguments: Sequence[str]) -> Output:
    """-S installs, -R removes, -Q tells what is installed, -Ss and -Si what there is."""
    options = read_options(session, arguments, "SQRUDFTyuwsilpqdetncgkmor:b:", _PACMAN_LONG)
    if options.has("-r", "--root", "--sysroot"):
        session = session.chroot(options.last("-r", "--root", "--sysroot") or "/", has_api=False)
    if options.has("-U", "-D", "-F", "-T", "--upgrade"):
        raise Unsupported("pacman with package files or databases")
    names = list(options.operands)
    operations = [
        letter
        for letter, long in (("S", "sync"), ("Q", "query"), ("R", "remove"))
        if options.has(f"-{letter}", f"--{long}")
    ]
    if len(operations) != 1:
        count = (
            "no operation specified (use -h for help)"
            if not operations
            else "only one operation may be used at a time"
        )
        raise CommandError(f"error: {count}")
    if operations == ["Q"]:
        return _query(session, names)
    if operations == ["R"]:
        return _remove(session, names)
    if options.has("-s", "-i", "-l", "-g", "-p", "--search", "--info", "--list", "--groups", "--print"):
        found = [name for name in sorted(PACKAGES) if not names or any(text in name for text in names)]
        return Output("".join(f"extra/{name}\n" for name in found), exit=int(not found), info="packages")
    if options.has("-c", "--clean"):
        return Output()
    refreshes = options.has("-y", "-u", "--refresh", "--sysupgrade")
    if not names and not refreshes:
        raise CommandError("error: no targets specified (use -h for help)")
    _require_network(session)
    heading = ":: Synchronizing package databases...\n" if refreshes else ""
    if not names or options.has("-w", "--downloadonly"):
        return Output(heading + " there is nothing to do\n")
    added = with_groups(names) - session.tree.packages
    packages = _install(session.tree, names)
    if not added:
        return Output(heading + " there is nothing to do\n")
    session.effect(f"installed {', '.join(sorted(added))} in {session.frame.root}")
    return Output(heading + _report(packages))


def _query(session: Session, names: Sequence[str]) -> Output:
    installed = session.tree.packages
    missing = [name for name in names if name not in installed]
    lines = "".join(f"{name} 1.0-1\n" for name in (names or sorted(installed)) if name in installed)
    errors = "".join(f"error: package '{name}' was not found\n" for name in missing)
    about = tuple(sorted(names)) + ((session.frame.root,) if session.in_chroot else ())
    return Output(lines, errors, int(bool(missing)), info="packages", operands=about)


def _remove(session: Session, names: Sequence[str]) -> Output:
    if not names:
        raise CommandError("error: no targets specified (use -h for help)")
    tree = session.tree
    for name in names:
        if name not in tree.packages:
            raise CommandError(f"error: target not found: {name}")
        if name in BASE or name == "base":
            raise CommandError(
                f"error: failed to prepare transaction (could not satisfy dependencies)\n{name}: required"
            )
    tree.packages -= set(names)
    session.effect(f"removed {', '.join(sorted(names))} from {session.frame.root}")
    return Output()


@command("pacman-key", "reflector", "rankmirrors", "archlinux-keyring-wkd-sync")
def mirrors(session: Session, arguments: Sequence[str]) -> Output:
    """Keys and mirrors are in order on this machine; with a network nothing changes."""
    if session.name != "pacman-key":
        _require_network(session, f"{session.name}: error: failed to retrieve mirrorstatus data")
    return Output(info="mirrors")


@command("mkinitcpio")
def mkinitcpio(session: Session, arguments: Sequence[str]) -> Output:
    """Make the image a kernel starts with: -P for all presets, -p for one."""
    options = read_options(
        session, arguments, "PAp:c:g:k:HLSMnsvzD:", ["allpresets", "preset=", "config=", "generate="]
    )
    presets = options.values("-p", "--preset")
    kernels = sorted(
        name for name in session.tree.packages if re.fullmatch(r"linux(-(lts|zen|hardened|rt))?", name)
    )
    for preset in presets:
        if preset not in kernels:
            raise CommandError(f"==> ERROR: Preset not found: '/etc/mkinitcpio.d/{preset}.preset'")
    if not presets and not options.has("-P", "--allpresets", "-g", "--generate"):
        return Output("==> Starting dry run\n", info="initramfs")
    for kernel in presets or kernels:
        session.write(f"/boot/initramfs-{kernel}.img", "")
    return Output("".join(f"==> Building image from preset: '{name}'\n" for name in presets or kernels))
