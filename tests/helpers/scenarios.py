"""Scenarios that tests of conversations start from, and the right way through one."""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.problems.installer import Episode, Scenario

WISHES = {"disk": "sda", "hostname": "atlas", "timezone": "Europe/Rome", "user": "maria", "password": "oak7"}
ONE_DISK = Scenario({"boot": "UEFI", "disks": {"sda": "500G"}}, WISHES)
INSTALLED = {
    "boot": "UEFI",
    "disks": {"sda": "500G"},
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4"},
    "mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"},
    "installed": True,
}


def play_gold(episode: Episode) -> list[Any]:
    """Play an episode to its end with right replies; returns its problems."""
    problems = []
    while (problem := episode.next()) is not None:
        problems.append(problem)
        episode.reply(episode.gold())
    return problems
