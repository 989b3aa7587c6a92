"""Commands gone wrong: what an assistant might run by mistake, so that rows show how to recover from a failure."""

from __future__ import annotations

import re
from random import Random

from trace_trainer.verifiers.machine import Machine

_SLIPS = (
    (r"(?<=\d)([12])\b(?!:)", "3"),  # nvme0n1p2 -> nvme0n1p3
    (r"(?<=sd[a-z])[12]\b", "5"),
    (r"(?<=vd[a-z])[12]\b", "4"),
    (r"/mnt/etc", "/mtn/etc"),
    (r"/mnt/etc", "/mnt/ect"),
    (r"\bmkfs\.", "mkfs"),
    (r"\bumount -R /mnt\b", "umount /mnt/root"),
    (r"arch-chroot /mnt ", "arch-chroot "),
    (r"arch-chroot /mnt ", "arch-chroot /target "),
    (r"zoneinfo/", "zoneinfo/Zone/"),
    (r"^lsblk$", "lsblk /dev/sdz"),
    (r"^reboot$", "rebot"),
    (r"^rsync ", "rsyn "),
    (r"^genfstab ", "gen-fstab "),
    (r"--target=\S+", "--target=x86-efi"),
)


def mistaken(command: str, machine: Machine, rng: Random) -> str | None:
    """A wrong variant of a command that fails on this machine and changes nothing; None where none is found."""
    variants = {re.sub(pattern, wrong, command, count=1) for pattern, wrong in _SLIPS} - {command}
    order = sorted(variants)
    rng.shuffle(order)
    for variant in order:
        trial = machine.copy()
        if trial.run(variant).verdict == "fails" and trial.facts() == machine.facts():
            return variant
    return None
