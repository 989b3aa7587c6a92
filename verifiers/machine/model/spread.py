"""A system that was put into a folder, spread over what is mounted below it: /mnt/boot gets its share of /mnt."""

from __future__ import annotations

from trace_trainer.verifiers.machine.model.paths import is_under
from trace_trainer.verifiers.machine.model.state import State, Tree


def spread_over_mounts(state: State, live_target: str, system: Tree) -> None:
    """Move files and folders that a mount below `live_target` hides from the system's tree into that mount's."""
    for mount in state.mounts:
        if mount.target == live_target or not is_under(mount.target, live_target):
            continue
        inside = mount.target[len(live_target.rstrip("/")) :]
        tree = state.tree_of(mount)
        if tree is system or tree is state.live:
            continue
        for path in [path for path in system.files if is_under(path, inside)]:
            tree.files[path[len(inside) :]] = system.files.pop(path)
        below = {path for path in system.dirs if path != inside and is_under(path, inside)}
        system.dirs -= below
        tree.dirs.update(path[len(inside) :] for path in below)
