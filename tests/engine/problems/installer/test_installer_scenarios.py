"""Scenarios of the installer: read from rows, refused with their place, played from any state of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.scenarios import INSTALLED, WISHES, play_gold

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.installer import (
    Episode,
    Scenario,
    read_scenario,
    read_scenarios,
)
from trace_trainer.engine.problems.installer.language import load_language

ENGLISH = load_language("en")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "machine and wishes"),
        ('{"machine": {"boot": "EFI", "disks": {"sda": "1T"}}, "wishes": WISHES}', "boot"),
        ('{"machine": {"boot": "UEFI", "disks": {"sda": "huge"}}, "wishes": WISHES}', "sda"),
        ('{"machine": {"boot": "UEFI", "disks": {"sdb": "1T"}}, "wishes": WISHES}', "wishes.disk"),
        (
            '{"machine": {"boot": "UEFI", "disks": {"sda": "1T"}}, "wishes": {"disk": "sda"}}',
            "wishes.hostname",
        ),
        (
            '{"machine": {"boot": "UEFI", "disks": {"sda": "100M"}}, "wishes": WISHES}',
            "can't be installed: step",
        ),
        ('{"machine": {}, "wishes": {"disk": 5}}', "wishes.disk"),
        ('{"machine": {}, "wishes": {"colour": "red"}}', "wishes.colour"),
    ],
)
def test_a_malformed_scenario_is_one_line_with_its_row(tmp_path: Path, line: str, said: str) -> None:
    wishes = '{"disk": "sda", "hostname": "a", "timezone": "Europe/Rome", "user": "b", "password": "c"}'
    good = f'{{"machine": {{"boot": "UEFI", "disks": {{"sda": "1T"}}}}, "wishes": {wishes}}}'
    path = tmp_path / "machines.jsonl"
    path.write_text(f"{good}\n\n{line.replace('WISHES', wishes)}\n")
    with pytest.raises(UserError) as error:
        list(read_scenarios(path))
    message = error.value.message
    assert message.startswith(f"{path}:3: ") and said in message and "\n" not in message


def test_a_machine_that_is_half_installed_is_finished() -> None:
    episode = Episode("half", Scenario(INSTALLED, WISHES), ENGLISH)
    commands = [problem.expected.get("command", "") for problem in play_gold(episode)]
    assert episode.result().is_complete
    assert not [command for command in commands if command.startswith(("sgdisk", "mkfs", "mount", "rsync"))]


def test_a_scenario_from_a_row_can_be_played() -> None:
    line = (
        '{"machine": {"boot": "BIOS", "disks": {"vda": "40G"}}, "wishes": {"disk": "vda", "hostname": "zen", '
    )
    line += '"timezone": "Asia/Tokyo", "user": "kim", "password": "mint4", "filesystem": "xfs"}}'
    episode = Episode("row", read_scenario(line, "row"), ENGLISH)
    play_gold(episode)
    assert episode.result().is_complete and episode.machine.facts()["vda2.fs"] == "xfs"
