"""Looking things up: the command that shows each kind of information."""

from __future__ import annotations

from collections.abc import Mapping

STATUS_COMMANDS: Mapping[str, str] = {
    "disks": "lsblk",
    "memory": "free -h",
    "space": "df -h",
    "time": "timedatectl",
    "network": "ping -c 1 example.org",
    "address": "ip a",
    "hostname": "hostnamectl",
    "mounts": "findmnt",
    "table": "fdisk -l",
    "uuid": "blkid",
    "kernel": "uname -r",
}
"""By the names that phrasing files use: `status_memory` is answered with `free -h`."""
