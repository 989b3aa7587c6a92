"""The machine that an installer's row describes in its system text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trace_trainer.engine.problems.files.call_problems import read_call_problems
from trace_trainer.engine.problems.files.installer_rows import Started, machine_of
from trace_trainer.engine.tasks import task_for
from trace_trainer.verifiers.machine import Machine

EMPTY = """## Current System State

- Boot mode: UEFI
- Network: Connected
- Hostname: archiso
- Timezone: not set

## Available Disks

- /dev/vda: 20G (VirtIO Block Device)"""
PARTED = f"{EMPTY}\n  - /dev/vda1: 512M\n  - /dev/vda2: remaining"
FORMATTED = PARTED + " [ext4]"
MOUNTED = (
    FORMATTED.replace("512M", "512M mounted at /mnt/boot/efi")
    .replace("[ext4]", "[ext4] mounted at /mnt")
    .replace("archiso", "mypc")
    .replace("not set", "Europe/Berlin")
    + "\n\n## Current Mounts\n- /dev/vda1 on /mnt/boot/efi\n- /dev/vda2 on /mnt\n\n## Existing Users: mia"
)
MOUNT = "mount /dev/vda2 /mnt && mkdir -p /mnt/boot/efi && mount /dev/vda1 /mnt/boot/efi"


def machine(started: Started | None) -> Machine:
    assert started is not None
    found = Machine.from_spec(started.start)
    assert all(found.run(line).verdict == "ok" for line in started.ran)
    return found


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (EMPTY, "lsblk"),
        (EMPTY, "sgdisk -Z /dev/vda"),
        (PARTED, "mkfs.fat -F32 /dev/vda1 && mkfs.ext4 /dev/vda2"),
        (FORMATTED, MOUNT),  # what the text leaves out: the first partition has a file system too
        (MOUNTED, "arch-chroot /mnt passwd -l mia"),  # and a system was copied
        (MOUNTED, "umount -R /mnt"),
    ],
)
def test_the_machine_is_one_on_which_the_gold_command_runs(text: str, command: str) -> None:
    assert machine(machine_of(text, command)).run(command).verdict == "ok"


def test_no_more_is_on_it_than_has_to_be() -> None:
    assert "installed" not in (machine_of(MOUNTED, "umount -R /mnt") or Started({}, [])).start
    assert machine(machine_of(FORMATTED, "lsblk")).state.fs.keys() == {"vda2"}
    assert machine(machine_of(FORMATTED, MOUNT)).state.fs.keys() == {"vda1", "vda2"}


def test_what_was_set_on_the_installed_system_is_there() -> None:
    facts = machine(machine_of(MOUNTED, "arch-chroot /mnt passwd -l mia")).facts()
    assert facts["target.hostname"] == "mypc" and facts["target.timezone"] == "Europe/Berlin"
    assert facts["target.users"] == ["mia"]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("You install an operating system.", "lsblk"),
        (EMPTY.replace("UEFI", "?"), "lsblk"),
        (EMPTY, "mkfs.ext4 /dev/sda1"),  # a gold command for another disk
        (FORMATTED.replace("UEFI", "Legacy BIOS"), "arch-chroot /mnt bootctl install"),
    ],
)
def test_there_is_none_where_the_text_holds_none_or_the_command_does_not_run(text: str, command: str) -> None:
    assert machine_of(text, command) is None


def test_rows_are_judged_by_effect_and_those_that_are_not_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {
            "system_context": EMPTY,
            "messages": [{"role": "user", "content": "a new table"}],
            "expected_response": {"type": "command", "command": f"sgdisk -o /dev/{disk}"},
        }
        for disk in ("vda", "sda")
    ]
    file = tmp_path / "test.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    described, other = read_call_problems(file)
    assert described.start is not None and other.start is None
    assert "test.jsonl: the commands of 1 of 2 rows are judged by their text" in capsys.readouterr().err
    task = task_for("installer")
    call = '<tool_call>{"name": "run_shell_command", "arguments": {"command": "%s"}}</tool_call>'
    verdict = task.judge(described, call % "parted -s /dev/vda mklabel gpt")
    assert verdict.outcome == "correct" and task.shares(verdict)["effect_match"] == 1
    assert "effect_match" not in task.shares(task.judge(other, call % "sgdisk -o /dev/sda"))
