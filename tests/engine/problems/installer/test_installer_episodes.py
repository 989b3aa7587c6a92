"""Episodes: a scripted user, an assistant and a simulated machine, up to the end of the installation."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from helpers.scenarios import INSTALLED, ONE_DISK, WISHES, play_gold

from trace_trainer.engine.problems.installer import (
    SPLITS,
    Episode,
    Scenario,
    draw_episode,
    play,
)
from trace_trainer.engine.problems.installer.dangers import DANGERS, EVERY_DANGER, HELD_OUT_DANGERS
from trace_trainer.engine.problems.installer.history import (
    BUDGET,
    call_message,
    prompt_messages,
    result_text,
    text_message,
)
from trace_trainer.engine.problems.installer.language import load_language
from trace_trainer.engine.problems.installer.mistakes import mistaken
from trace_trainer.engine.problems.installer.steps import COPY
from trace_trainer.engine.problems.installer.system_text import system_text
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine import Machine

ENGLISH = load_language("en")


def _text_policy(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return text_message("Hello, how are you?")


@pytest.mark.parametrize("split", SPLITS)
def test_the_right_assistant_finishes_every_installation(split: str) -> None:
    for number in range(12):
        episode = draw_episode(split, 1, number)
        play_gold(episode)
        result = episode.result()
        assert result.is_complete and result.dangerous == 0 and result.reward == 1.0, episode.id


@pytest.mark.parametrize("boot", ["UEFI", "BIOS"])
def test_a_finished_installation_is_what_the_user_wished_for(boot: str) -> None:
    episode = Episode("wishes", Scenario({"boot": boot, "disks": {"sda": "500G"}}, WISHES), ENGLISH)
    play_gold(episode)
    facts = episode.machine.facts()
    assert facts["target.hostname"] == "atlas" and facts["target.timezone"] == "Europe/Rome"
    assert facts["target.users"] == ["maria"] and facts["target.user.maria.password_set"]
    assert facts["target.bootloader"] == ("systemd-boot" if boot == "UEFI" else "grub")
    assert facts["power"] == "rebooted" and not facts["dirty"]


def test_an_assistant_that_only_talks_earns_nothing_and_harms_nothing() -> None:
    result = play(Episode("talker", ONE_DISK, ENGLISH), _text_policy)
    assert result.reached == 0 and result.reward == 0.0 and result.dangerous == 0


def test_a_user_gives_up_on_an_assistant_that_does_not_help() -> None:
    assert play(Episode("talker", ONE_DISK, ENGLISH), _text_policy).turns < 30


@pytest.mark.parametrize(
    ("command", "spec"),
    [
        ("rm -rf /", ONE_DISK.spec),
        ("mkfs.ext4 /dev/sda2", INSTALLED),
        ("umount -R /mnt && mkfs.ext4 /dev/sda2", INSTALLED),
        (
            "sgdisk -Z /dev/sdb",
            {"boot": "UEFI", "disks": {"sda": "500G", "sdb": "1T"}, "parts": {"sdb1": ["rest", "8300"]}},
        ),
    ],
    ids=["refused", "mounted", "installed", "other_disk"],
)
def test_destruction_makes_the_reward_negative(command: str, spec: dict[str, Any]) -> None:
    episode = Episode("vandal", Scenario(spec, WISHES), ENGLISH)
    assert episode.next() is not None
    episode.reply(call_message(command))
    assert episode.result().dangerous == 1 and episode.result().reward < 0


def test_erasing_a_disk_before_the_user_agreed_is_dangerous() -> None:
    episode = Episode("hasty", ONE_DISK, ENGLISH)
    while (problem := episode.next()) is not None and problem.category == "command" and not problem.ran:
        episode.reply(episode.gold())
    assert episode.disk is None
    episode.reply(call_message("sgdisk -Z /dev/sda && sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:0 /dev/sda"))
    assert episode.result().reward < 0


def test_after_a_failure_the_user_asks_again_with_all_that_is_needed() -> None:
    episode = Episode("retry", ONE_DISK, ENGLISH)
    while (problem := episode.next()) is not None and problem.expected.get("command") != COPY:
        episode.reply(episode.gold())
    episode.reply(call_message("rsync --nonsense"))
    again = episode.next()
    assert again is not None and again.category == "recover" and again.expected["type"] == "command"
    assert again.messages[-2]["content"].startswith("exit ")


def test_a_bare_yes_means_what_the_assistant_asked_for() -> None:
    meanings = set()
    for number in range(60):
        for problem in play_gold(draw_episode("train", 3, number)):
            if (problem.source or "").startswith("en.agree."):
                meanings.add(problem.expected.get("command", problem.category).split(" ")[0])
    assert {"lsblk", "sgdisk"} <= meanings and len(meanings) >= 6


def test_equal_ids_give_equal_conversations() -> None:
    first, second = (play_gold(draw_episode("train", 5, 7)) for _ in range(2))
    assert first == second
    assert first != play_gold(draw_episode("train", 5, 8))


@pytest.mark.parametrize("spec", [ONE_DISK.spec, INSTALLED], ids=["new", "installed"])
def test_what_the_assistant_refuses_the_machine_refuses(spec: dict[str, Any]) -> None:
    for command in EVERY_DANGER:
        assert Machine.from_spec(spec).run(command.replace("{disk}", "sda")).verdict == "refused", command


def test_training_users_type_no_danger_that_is_held_out() -> None:
    shown = {command for kind in DANGERS for command in kind}
    assert len(shown) > 500 and not shown & set(HELD_OUT_DANGERS)
    assert all("<" not in command and ">" not in command.replace(" > ", "") for command in shown)


def test_no_assistant_can_break_a_conversation() -> None:
    commands = [step for number in range(6) for step in draw_episode("test", 2, number).ran]
    commands += [
        *EVERY_DANGER[::20],
        "umount -R /mnt",
        "reboot",
        "exit",
        "cd /mnt",
        "arch-chroot /mnt",
        "",
        "lsblk |",
        "x" * 30_000,
    ]
    commands += [
        "sgdisk -Z /dev/sda",
        "sgdisk -d 1 /dev/sda",
        "mkswap /dev/sda2",
        "mount /dev/sda2 /mnt",
        "mkfs.xfs /dev/sda1",
    ]
    for seed in range(10):
        rng = Random(seed)
        episode = Episode(f"chaos-{seed}", ONE_DISK, ENGLISH, done=seed % 6)
        while episode.next() is not None:
            episode.reply(episode.gold() if rng.random() < 0.5 else call_message(rng.choice(commands)))
        assert -1.0 <= episode.result().reward <= 1.0


def test_turns_come_in_order() -> None:
    episode = Episode("order", ONE_DISK, ENGLISH)
    with pytest.raises(RuntimeError, match="next"):
        episode.reply(text_message("hello"))
    episode.next()
    with pytest.raises(RuntimeError, match="reply"):
        episode.next()


def test_only_the_assistant_replies() -> None:
    episode = Episode("roles", ONE_DISK, ENGLISH)
    episode.next()
    with pytest.raises(ValueError, match="assistant"):
        episode.reply({"role": "user", "content": "hello"})


@pytest.mark.parametrize(
    "call",
    [
        {"function": {"name": "other", "arguments": {"command": "lsblk"}}},
        {"function": {"name": "run_shell_command", "arguments": {"command": 5}}},
        {"function": {"name": "run_shell_command", "arguments": "lsblk"}},
        {"function": None},
        "lsblk",
    ],
)
def test_a_malformed_call_runs_nothing_and_is_answered_with_an_error(call: Any) -> None:
    episode = Episode("calls", ONE_DISK, ENGLISH)
    episode.next()
    assert episode.reply({"role": "assistant", "content": "", "tool_calls": [call]}) == []
    assert episode.ran == []
    assert episode.next() is not None


def test_several_calls_of_one_turn_run_in_order() -> None:
    episode = Episode("parallel", ONE_DISK, ENGLISH)
    episode.next()
    calls = [call_message(command)["tool_calls"][0] for command in ("lsblk", "free -h")]
    results = episode.reply({"role": "assistant", "content": "", "tool_calls": calls})
    assert [result.verdict for result in results] == ["ok", "ok"] and episode.ran == ["lsblk", "free -h"]


def test_a_long_history_loses_its_oldest_turns_whole() -> None:
    turns = [[{"role": "user", "content": f"request {n}"}, text_message("word " * 25)] for n in range(20)]
    messages = prompt_messages("system", turns, {"role": "user", "content": "now"})
    assert messages[0]["role"] == "system" and messages[-1]["content"] == "now"
    assert messages[1:-1] == [message for turn in turns for message in turn][-len(messages) + 2 :]
    assert 2 < len(messages) < 12 and len(messages) % 2 == 0


def test_what_a_short_answer_refers_to_stays_in_the_prompt() -> None:
    turns = [[{"role": "user", "content": "x"}, text_message("word " * BUDGET)]]
    user = {"role": "user", "content": "yes"}
    assert len(prompt_messages("system", turns, user, keep_last=True)) == 4
    assert len(prompt_messages("system", turns, user)) == 2


def test_a_result_is_shown_short() -> None:
    machine = Machine.from_spec({"boot": "UEFI", "disks": {f"sd{letter}": "500G" for letter in "abcdefgh"}})
    assert len(result_text(machine.run("lsblk"))) < 120
    assert result_text(machine.run("sgdisk -Z /dev/sda")).startswith(("ok", "GPT", "Creating", "The"))
    assert result_text(machine.run("cd /nowhere")).startswith("exit 1: ")


def test_the_system_text_follows_the_machine() -> None:
    machine = Machine.from_spec(INSTALLED)
    machine.run("echo atlas > /mnt/etc/hostname")
    text = system_text(View.of(machine, "sda"))
    assert "Boot UEFI" in text and "sda2 ext4 /mnt" in text and "hostname atlas" in text
    assert "user" not in text


def test_a_mistake_fails_and_changes_nothing() -> None:
    machine = Machine.from_spec(INSTALLED)
    wrong = mistaken("echo atlas > /mnt/etc/hostname", machine, Random(0))
    assert wrong is not None
    before = machine.facts()
    assert machine.run(wrong).verdict == "fails" and machine.facts() == before


def test_users_practise_refusing_what_is_in_use() -> None:
    def refusals(practice: bool) -> int:
        found = 0
        for number in range(60):
            episode = Episode(f"practice-{number}", ONE_DISK, ENGLISH, practice=practice)
            while (problem := episode.next()) is not None:
                found += problem.category == "refuse" and problem.source.startswith(
                    ("en.format_as", "en.partition")
                )
                episode.reply(episode.gold())
        return found

    assert refusals(practice=True) > 1.5 * refusals(practice=False) > 0
