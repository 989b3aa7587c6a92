"""The simulated machine: no text makes it raise, hang, act on the real system or depend on anything but its state."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.state import to_json
from trace_trainer.verifiers.machine.session.declaring import COMMANDS

SPEC = {
    "boot": "UEFI",
    "disks": {"sda": "500G", "nvme0n1": "1T"},
    "parts": {
        "sda1": ["512M", "ef00"],
        "sda2": ["100G", "8300"],
        "sda3": ["4G", "8200"],
        "sda4": ["rest", "8300"],
    },
    "fs": {"sda1": "vfat", "sda2": "ext4", "sda3": "swap", "sda4": "btrfs"},
    "mounts": {"sda2": "/mnt", "sda1": "/mnt/boot/efi"},
    "installed": True,
}
BASE = Machine.from_spec(SPEC)
# Words that reach deep into commands: devices, paths, options with and without values, odd text.
WORDS = st.sampled_from(
    """/dev/sda /dev/sda1 /dev/sda2 /dev/sda3 /dev/sda4 /dev/sdz /dev/nvme0n1 /dev/nvme0n1p1 /mnt /mnt/boot/efi / . ..
    ~ /mnt/etc/hostname /mnt/etc/fstab /etc/localtime /etc/passwd /home/x new /mnt/new/dir /dev/null /proc/mounts *
    -a -b -c -d -e -f -F -F32 -F 32 -g -h -i -k -l -L -m -n -N -o -O -p -q -R -r -s -S -t -T -u -U -v -w -x -Z -z --
    - -1 --help --version --all --root=/mnt --mkdir --bind --new=1:0:+1G --zap-all --typecode=1:ef00 --target
    1:0:0 0:0:+1G 1:ef00 2:8300 1 2 7 99999999999 ext4 vfat btrfs swap gpt msdos mklabel mkpart primary fat32 1MiB 50%
    100% 5GB set boot on esp print rm subvol=@ noatime,ro subvolume create delete list show bash wheel sarah root mypc
    UTC Europe/Berlin America/New_York set-timezone set-hostname status install enable sshd NetworkManager useradd
    UUID=1 LABEL=root x=y --exclude=/mnt/* --exclude={/dev/*,/proc/*} base linux %s\\n s/a/b/ LANG=C /mnt/*""".split()
)
SIMPLE = st.tuples(
    st.sampled_from(sorted(COMMANDS)),
    st.lists(WORDS | st.text(max_size=6), max_size=6),
    st.sampled_from(["", "> f", ">> /mnt/f", "2>&1", "< /etc/fstab"]),
).map(lambda parts: " ".join([parts[0], *parts[1], parts[2]]))
LINES = st.lists(
    st.tuples(SIMPLE, st.sampled_from([" && ", " || ", "; ", " | "])), min_size=1, max_size=4
).map(lambda parts: "".join(simple + connector for simple, connector in parts).rstrip(" &|;"))
CHROOTED = SIMPLE.map(lambda line: f"arch-chroot /mnt {line}")


@contextmanager
def no_system_access() -> Iterator[list[str]]:
    """The audit events of this thread that touch files, processes or the network while the block runs."""
    seen: list[str] = []
    _WATCHERS.append(seen)
    try:
        yield seen
    finally:
        _WATCHERS.remove(seen)


_WATCHERS: list[list[str]] = []
_FORBIDDEN = (
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "shutil.",
    "ctypes.",
    "tempfile.",
    "import",
    "exec",
    "compile",
)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _WATCHERS and event.startswith(_FORBIDDEN):
        for seen in _WATCHERS:
            seen.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_audit)  # hooks can't be removed; without a watcher this one does nothing


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_result(text: str) -> None:
    assert BASE.copy().run(text).verdict in ("ok", "fails", "refused", "unsupported")


@settings(max_examples=300, deadline=None)
@given(LINES | CHROOTED)
def test_any_words_of_its_commands_give_a_result(line: str) -> None:
    machine = BASE.copy()
    assert machine.run(line).verdict in ("ok", "fails", "refused", "unsupported")
    assert isinstance(machine.facts(), dict)
    assert isinstance(machine.phase, str)
    json.dumps(to_json(machine.state))


@settings(deadline=None)
@given(st.lists(LINES, min_size=1, max_size=5))
def test_running_twice_gives_the_same(lines: list[str]) -> None:
    a, b = BASE.copy(), BASE.copy()
    assert [a.run(line) for line in lines] == [b.run(line) for line in lines]
    assert to_json(a.state) == to_json(b.state)


@settings(deadline=None)
@given(LINES | CHROOTED)
def test_a_copy_is_independent(line: str) -> None:
    before = to_json(BASE.state)
    copy = BASE.copy()
    copy.run(line)
    assert to_json(BASE.state) == before


@settings(deadline=None)
@given(LINES | CHROOTED)
def test_refused_and_unsupported_lines_change_nothing(line: str) -> None:
    machine = BASE.copy()
    result = machine.run(line)
    if result.verdict in ("refused", "unsupported"):
        machine.state.log.clear()
        assert to_json(machine.state) == to_json(BASE.state)


@settings(deadline=None)
@given(LINES | CHROOTED)
def test_no_file_and_no_process_is_touched(line: str) -> None:
    with no_system_access() as seen:
        machine = BASE.copy()
        machine.run(line)
    assert seen == []


def test_the_watch_on_system_access_sees_one() -> None:
    with no_system_access() as seen:
        open("/dev/null").close()
    assert seen


@pytest.mark.parametrize(
    "line",
    [
        "x" * 1_000_000,
        "echo " + "a " * 9_000,
        "echo {1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}{1,2}",
        "sh -c 'sh -c \"sh -c ls\"'",
        "; ".join(["cat /proc/mounts"] * 1_000),
        " | ".join(["cat"] * 1_000),
        " && ".join(["lsblk"] * 2_000),
        "mkdir -p /" + "a/" * 9_000,
        "cat /etc/passwd " + "/etc/passwd " * 1_500,
        "arch-chroot /mnt " * 1_000 + "ls",
        "ls " + "*/" * 5_000,
        "ls /" + "*" * 500 + "x" * 10,
        "parted -s /dev/nvme0n1 mklabel gpt " + "mkpart a 1MiB 2MiB rm 1 " * 800,
        "echo " + "x" * 1_000 + " | sed s/x/xxxxxxxxxx/g" * 8 + " | wc -c",
        "echo " + "x" * 9_000 + " | sed s/x/" + "y" * 9_000 + "/g",
        "echo " + "x" * 1_000 + " | sed s/x/xxxxxxxxxx/g" * 2 + " | sed s/x/y/g" * 1_000,
        "echo " + "x" * 8_000 + " | grep" + " -e .a" * 1_500,
        "echo " + "x" * 8_000 + " | sed" + " -e s/.a/b/" * 800,
        "; ".join(["echo " + "a" * 200 + " | grep -E '" + "a*" * 100 + "b'"] * 30),
    ],
)
def test_long_lines_end_soon(line: str) -> None:
    start = time.process_time()
    BASE.copy().run(line)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("command", ["lsblk", "find /", "cp -a /etc /tmp/e"])
@pytest.mark.parametrize("connector", ["; ", " | "])
def test_a_line_of_very_many_commands_ends_soon(command: str, connector: str) -> None:
    line = connector.join([command] * (15_000 // len(command + connector)))
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        outcome = BASE.copy().run(line).verdict
        best = min(best, time.process_time() - start)
    assert outcome == "unsupported" and best < 0.2


def test_repeated_appending_does_not_grow_without_bound() -> None:
    machine = BASE.copy()
    machine.run("echo start > f")
    for _ in range(40):
        machine.run("cat f f f f > g && cat g > f")
    assert len(machine.run("cat f").stdout) <= 1 << 20
