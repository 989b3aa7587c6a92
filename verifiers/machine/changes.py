"""What a command line changed, as a set of phrases: what two lines did beyond each other can be told apart.

Facts (model/facts.py) say what goals are about; here is all the rest of a state: files, accounts, rights, services,
what a file system was made with. Left out is what nobody misses: new folders, temporary files, the machine ID, and
how a boot loader lays out its own folders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trace_trainer.verifiers.machine.effects import (
    mount_form,
    other_passwords,
    system_trees,
    touched_devices,
    tree_form,
)
from trace_trainer.verifiers.machine.model.paths import is_under
from trace_trainer.verifiers.machine.model.state import State, Tree
from trace_trainer.verifiers.machine.model.sudoers import Rights

_TEMPORARY = ("/tmp", "/var/tmp", "/run", "/var/cache", "/var/log")
_BOOT_FILES = ("/EFI", "/loader", "/boot/grub", "/grub", "/boot/efi/EFI", "/boot/loader")
_NOT_MISSED = frozenset(("/etc/machine-id", "/root/.bash_history", "/var/lib/systemd/random-seed"))
# Files that facts read in full: two texts that tell the same facts are as good.
_TOLD_BY_FACTS = frozenset(("/etc/hostname", "/etc/hosts", "/etc/fstab"))
# Files of settings: their lines count, in any order, comments aside.
_SETTINGS = frozenset(("/etc/locale.conf", "/etc/locale.gen", "/etc/vconsole.conf"))
_BY_NAME = ("files", "links", "users", "modes", "owners", "sizes")
_MEMBERS = ("packages", "groups", "services", "locales")


def changes(before: State, after: State) -> dict[str, Any]:
    """What differs between a state and a later one of the same machine: a phrase for each thing, and what it became.

    None stands for what facts tell: the text of /etc/hostname, say.
    """
    return dict(_state_changes(before, after))


def extra_changes(before: State, mine: State, gold: State) -> list[str]:
    """What led to `mine` and was no part of what led to `gold`, sorted; both from `before`.

    A thing that both changed counts where it became another one and no fact tells so.
    """
    wanted = changes(before, gold)
    installed = tuple(phrase.removesuffix("installed") for phrase in wanted if phrase.endswith(": installed"))
    found = {
        phrase
        for phrase, value in changes(before, mine).items()
        if (phrase not in wanted or wanted[phrase] != value)
        and not (installed and phrase.startswith(installed))  # a system came there: all of it
    }
    found |= {f"{name}: wiped" for name in touched_devices(mine) - before.touched if not _names(gold, name)}
    for device, filesystem in mine.fs.items():
        other = gold.fs.get(device)
        if other is not None and filesystem.type == other.type and filesystem.settings != other.settings:
            found.add(f"{device}: made with {' '.join(filesystem.settings) or 'the defaults'}")
    found |= set(other_passwords(mine, gold))
    return sorted(found)


def _names(gold: State, device: str) -> bool:
    """Whether a device, or the disk that it is a part of, was wiped, formatted or partitioned there too."""
    return any(device == name or (name in gold.disks and device.startswith(name)) for name in gold.touched)


def _state_changes(before: State, after: State) -> Iterator[tuple[str, Any]]:
    for name in ("network", "ntp", "rtc_synced", "power", "dirty"):
        if getattr(before, name) != getattr(after, name):
            yield name, None
    yield from ((f"running {unit}", None) for unit in before.running ^ after.running)
    yield from ((f"swap {name}", None) for name in set(before.swaps) ^ set(after.swaps))
    mounts = set(map(mount_form, before.mounts)) ^ set(map(mount_form, after.mounts))
    yield from ((f"mount {form[0]} {' '.join(map(str, form[1:]))}", None) for form in mounts)
    for kind, old, new in (
        ("volume", before.volumes, after.volumes),
        ("volume group", before.groups, after.groups),
        ("boot entry", before.entries, after.entries),
        ("setting", before.settings, after.settings),
    ):
        yield from ((f"{kind} {name}", new.get(name)) for name in _differing(old, new))
    old_trees = {
        place: tree
        for place, tree in system_trees(before)
        if place == "live" or _is_same(before, after, place)
    }
    for place, tree in system_trees(after):
        yield from _tree_changes(place, before, old_trees.get(place, Tree()), after, tree)


def _is_same(before: State, after: State, place: str) -> bool:
    """Whether the file system on a device was not made anew."""
    device = place.partition("/")[0] if not place.startswith("mapper/") else "/".join(place.split("/")[:2])
    old, new = before.fs.get(device), after.fs.get(device)
    return old is not None and new is not None and old.serial == new.serial


def _tree_changes(place: str, before: State, old: Tree, after: State, new: Tree) -> Iterator[tuple[str, Any]]:
    if old == new:
        return
    one, other = tree_form(before, old), tree_form(after, new)
    for kind in _BY_NAME:
        for name in _differing(one[kind], other[kind]):
            if not _is_passed_over(name):
                yield f"{place}: {kind[:-1]} {name}", _value(name, other[kind].get(name, ""))
    for name, user in new.users.items():
        if name in old.users and old.users[name].password != user.password:
            yield f"{place}: password {name}", None  # other_passwords compares them
    for kind in _MEMBERS:
        yield from ((f"{place}: {kind[:-1]} {name}", None) for name in one[kind] ^ other[kind])
    yield from (
        (f"{place}: folder {name}", None) for name in old.dirs - new.dirs if not _is_passed_over(name)
    )
    for kind in ("timezone", "installed", "bootloader"):
        if one[kind] != other[kind]:
            yield f"{place}: {kind}", None
    rights = _differing(_by_user(one["sudo"]), _by_user(other["sudo"]))
    yield from ((f"{place}: rights of {name}", None) for name in rights)


def _value(name: str, value: Any) -> Any:
    """What is compared of a thing that two lines both changed."""
    if name in _TOLD_BY_FACTS:
        return None
    if name in _SETTINGS and isinstance(value, str):
        lines = (line.strip().replace('"', "") for line in value.split("\n"))
        return sorted({line for line in lines if line and not line.startswith("#")})
    return value


def _by_user(rights: Rights) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"everybody": [rights.broken]} if rights.broken else {}
    if rights.defaults:
        found["all, by Defaults"] = list(rights.defaults)
    for grant in rights.grants:
        found.setdefault(grant.users, []).append(grant)
    return found


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _is_passed_over(path: str) -> bool:
    return path in _NOT_MISSED or any(is_under(path, folder) for folder in (*_TEMPORARY, *_BOOT_FILES))
