"""How fast the simulated machine is: command lines a second, run and compared by effect.

The lines are those of installer dialogues, each different one once, where $TRAINER_SHARED names the data; otherwise the
steps of one installation. Every line runs on its own copy of a machine whose first disk is formatted. Rates are per
second of processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from trace_trainer.verifiers import Machine, compare_effects

MACHINE: dict[str, Any] = {
    "boot": "UEFI",
    "disks": {"sda": "500G", "nvme0n1": "1T", "vda": "50G"},
    "parts": {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]},
    "fs": {"sda1": "vfat", "sda2": "ext4"},
}
INSTALLATION = (
    "lsblk",
    "sgdisk -Z /dev/sda && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda",
    "mkfs.fat -F32 /dev/sda1 && mkfs.ext4 /dev/sda2",
    "mount /dev/sda2 /mnt && mkdir -p /mnt/boot/efi && mount /dev/sda1 /mnt/boot/efi && pacstrap /mnt base linux",
    "mount /dev/sda2 /mnt && genfstab -U /mnt > /mnt/fstab && umount -R /mnt",
    "timedatectl set-timezone Europe/Berlin",
    "useradd -m -G wheel -s /bin/bash sarah",
)


def installer_commands() -> Sequence[str]:
    """The command lines to measure, in a fixed order."""
    folder = Path(os.environ.get("TRAINER_SHARED", ""), "data", "installer")
    lines = set()
    for path in sorted(folder.glob("t*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            expected = row.get("expected_response", {})
            if expected.get("type") == "command":
                lines.add(expected["command"])
    return sorted(lines) or INSTALLATION


def machine_rates(lines: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """How many of the lines are run a second, and compared by effect: a rate a repeat, by what it is of."""
    machine = Machine.from_spec(MACHINE)
    works: dict[str, Callable[[str], object]] = {
        "command lines run a second": lambda line: machine.copy().run(line),
        "pairs compared by effect a second": lambda line: compare_effects(machine, line, line),
    }
    rates: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        for _ in range(repeats):
            start = process_time()
            for line in lines:
                work(line)
            rates[name].append(len(lines) / (process_time() - start))
    return rates
