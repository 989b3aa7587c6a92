"""Shell commands are judged by their effect on the machine, and without one by what they say."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.call_turns import (
    EMPTY,
    FORMATTED,
    HOSTNAME,
    INSTALLED,
    PARTITION,
    codes,
    command,
    judge,
    machine,
    raw,
    says,
)

from trace_trainer.verifiers import verify_call
from trace_trainer.verifiers.calls import Grade


@pytest.mark.parametrize(
    ("spec", "given", "wanted"),
    [
        (EMPTY, "sudo lsblk", "lsblk"),
        (EMPTY, "sgdisk --zap-all /dev/sda; sgdisk -n 1::+512M -t 1:EF00 -N 2 /dev/sda", PARTITION),
        (INSTALLED, "printf '%s\\n' mypc | tee /mnt/etc/hostname", HOSTNAME),
        (INSTALLED, "sh -c 'echo mypc > /mnt/etc/hostname'", HOSTNAME),
    ],
)
def test_a_command_is_correct_by_its_effect_not_its_spelling(
    spec: dict[str, Any], given: str, wanted: str
) -> None:
    verdict = judge(says(given), command(wanted), spec)
    assert verdict.outcome == "correct", verdict.violations
    assert verdict.metrics["effect_match"] is True and verdict.metrics["command_exact"] is False


@pytest.mark.parametrize(
    ("spec", "given", "wanted", "outcome", "code", "grade"),
    [
        (EMPTY, "echo $(lsblk)", "lsblk", "invalid_call", "unsupported_command", Grade.PARSED),
        (EMPTY, "fdisk /dev/sda", "lsblk", "invalid_call", "unsupported_command", Grade.PARSED),
        (EMPTY, "lsblck", "lsblk", "invalid_call", "unknown_command", Grade.PARSED),
        (EMPTY, "sgdisk -Z /dev/sdx", PARTITION, "invalid_call", "unknown_device", Grade.KNOWN),
        (FORMATTED, "umount /mnt", "mount /dev/sda2 /mnt", "invalid_call", "command_fails", Grade.NAMED),
        (EMPTY, "df -h", "lsblk", "wrong_call", "wrong_effect", Grade.ADMISSIBLE),
        (
            EMPTY,
            "sgdisk -o -n 1:0:+512M -t 1:ef00 /dev/sda",
            PARTITION,
            "wrong_call",
            "wrong_effect",
            Grade.PARTLY,
        ),
        (
            FORMATTED,
            "mkfs.ext4 /dev/sdb1",
            "mount /dev/sda2 /mnt",
            "wrong_call",
            "data_destroyed",
            Grade.NOTHING,
        ),
        (EMPTY, "rm -rf /", "lsblk", "refused", "dangerous_command", Grade.NOTHING),
        (EMPTY, "lsblk; rm -rf /", "lsblk", "refused", "dangerous_command", Grade.NOTHING),
    ],
)
def test_how_far_a_command_gets_decides_outcome_and_grade(
    spec: dict[str, Any], given: str, wanted: str, outcome: str, code: str, grade: Grade
) -> None:
    verdict = judge(says(given), command(wanted), spec)
    assert (verdict.outcome, codes(verdict)[0], verdict.grade) == (outcome, code, grade)
    assert verdict.metrics["effect_match"] is False


def test_a_goal_is_reached_by_any_command_that_makes_its_facts_hold() -> None:
    wanted = command(PARTITION, sda__parts=["sda1", "sda2"], sda1__type="ef00")
    other_size = "sgdisk -o -n 1:0:+1G -t 1:ef00 -n 2:0:0 /dev/sda"
    verdict = judge(says(other_size), wanted)
    assert verdict.outcome == "correct" and verdict.metrics["effect_match"] is False
    assert judge(says(other_size), command(PARTITION)).outcome == "wrong_call"


def test_a_side_effect_that_the_goal_does_not_name_costs() -> None:
    wanted = command(HOSTNAME, target__hostname="mypc")
    more = f"{HOSTNAME} && ln -sf /usr/share/zoneinfo/UTC /mnt/etc/localtime"
    verdict = judge(says(more), wanted, INSTALLED)
    assert verdict.outcome == "wrong_call" and "extra_effect" in codes(verdict)
    assert judge(says(HOSTNAME), wanted, INSTALLED).outcome == "correct"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (EMPTY, command("mount /dev/sda2 /mnt")),
        (EMPTY, command("rm -rf /")),
        (INSTALLED, command("mkdir -p /mnt/etc")),
        (INSTALLED, command(HOSTNAME, target__hostname="yourpc")),
        (INSTALLED, command(HOSTNAME, target__hotsname="mypc")),
        (EMPTY, {"type": "command", "command": ""}),
        (EMPTY, {"type": "picture"}),
        (EMPTY, "lsblk"),
    ],
)
def test_a_fault_of_the_data_is_an_error_not_the_model_s(spec: dict[str, Any], expected: Any) -> None:
    verdict = judge(says("lsblk"), expected, spec)
    assert (verdict.outcome, codes(verdict)) == ("error", ["bad_gold"])
    assert "\n" not in verdict.violations[0].message


@pytest.mark.parametrize("line", ["lsblk", "lsblk | foo", "echo $(ls)", "mkfs.ext4 /dev/sdx1"])
def test_a_reply_is_not_charged_for_an_expected_command_that_fails(line: str) -> None:
    assert codes(judge(says(line), command("mount /dev/sda2 /mnt"))) == ["bad_gold"]


def test_without_a_machine_a_command_is_right_if_it_is_the_expected_one_however_it_is_quoted() -> None:
    for line in (HOSTNAME, "echo  'mypc'>/mnt/etc/hostname ;", 'echo "mypc" > "/mnt/etc/hostname"'):
        verdict = judge(says(line), command(HOSTNAME), None)
        assert verdict.outcome == "correct" and "effect_match" not in verdict.metrics
    assert codes(judge(says("lsblk"), command(HOSTNAME), None)) == ["wrong_command"]
    assert judge(says("rm -rf /"), command(HOSTNAME), None).outcome == "refused"


def test_the_machine_is_never_changed() -> None:
    shared = machine()
    before = shared.facts()
    for line in (PARTITION, "cd /tmp", "reboot"):
        verify_call(says(line), expected=command(PARTITION), machine=shared)
        verify_call(says(line), machine=shared)
    assert shared.facts() == before and not shared.state.log


@pytest.mark.parametrize(
    ("given", "wanted", "share"),
    [
        (PARTITION, PARTITION, 1.0),
        ("sgdisk -Z /dev/sda", PARTITION, 0.5),
        ("lsblk", PARTITION, 0.0),
        ("", PARTITION, 0.0),
        ("lsblk lsblk", "lsblk", 0.0),
        ("lsblk && lsblk", "lsblk", 1.0),
    ],
)
def test_command_partial_is_the_share_of_expected_commands_that_occur(
    given: str, wanted: str, share: float
) -> None:
    text = raw({"name": "run_shell_command", "arguments": {"command": given}})
    assert judge(text, command(wanted), None).metrics["command_partial"] == share


@pytest.mark.parametrize(
    ("given", "same"), [("lsblk  -f ;", True), (" lsblk -f", True), ("lsblk '-f'", False), ("lsblk", False)]
)
def test_command_exact_collapses_spaces_and_drops_a_trailing_semicolon(given: str, same: bool) -> None:
    assert judge(says(given), command("lsblk -f"), None).metrics["command_exact"] is same
