"""Accounts on the simulated machine: the live system's and the installed one's."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.machines import fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import Machine, compare_effects

IN = "arch-chroot /mnt "


def user(machine: Machine, name: str, where: str = "target") -> dict[str, Any]:
    """The facts of one account."""
    prefix = f"{where}.user.{name}."
    return {
        key.removeprefix(prefix): value for key, value in machine.facts().items() if key.startswith(prefix)
    }


def test_useradd_makes_an_account_with_home_groups_and_shell() -> None:
    machine = installed()
    run(machine, IN + "useradd -m -G wheel,audio -s /bin/bash sarah")
    assert user(machine, "sarah") == {
        "groups": ["audio", "wheel"],
        "shell": "/bin/bash",
        "home": "/home/sarah",
        "password_set": False,
    }
    run(machine, "ls -d /mnt/home/sarah")
    assert "sarah" in run(machine, "cat /mnt/etc/passwd").stdout


def test_the_home_folder_is_made_only_with_m() -> None:
    machine = installed()
    run(machine, IN + "useradd bob")
    fails(machine, "ls /mnt/home/bob")


@pytest.mark.parametrize("name", ["Sarah", "1st", "a b", "a.b", "'bob!'", "x" * 33, "-bob"])
def test_a_user_name_must_be_valid(name: str) -> None:
    fails(installed(), f"{IN}useradd -m {name}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("useradd -m -G nope bob", "group 'nope' does not exist"),
        ("useradd -g nope bob", "group 'nope' does not exist"),
        ("useradd -s /bin/zsh bob", "invalid shell '/bin/zsh'"),
        ("useradd root", "user 'root' already exists"),
        ("useradd wheel", "group wheel exists"),
        ("useradd --frobnicate bob", "unrecognized option '--frobnicate'"),
        ("useradd", "Usage: useradd"),
        ("usermod -aG wheel bob", "user 'bob' does not exist"),
        ("usermod -aG nope root", "group 'nope' does not exist"),
        ("usermod -a root", "only allowed with the -G flag"),
        ("userdel bob", "user 'bob' does not exist"),
        ("userdel root", "currently used by process 1"),
        ("groupadd wheel", "group 'wheel' already exists"),
        ("groupadd Bad", "is not a valid group name"),
        ("gpasswd -a bob wheel", "user 'bob' does not exist"),
        ("gpasswd -a root nope", "group 'nope' does not exist"),
        ("passwd bob", "user 'bob' does not exist"),
        ("id bob", "no such user"),
    ],
)
def test_preconditions_of_accounts_hold_before_anything_changes(line: str, message: str) -> None:
    fails(installed(), IN + line, message)


def test_an_installed_shell_may_be_chosen() -> None:
    machine = installed()
    run(machine, IN + "pacman -S --noconfirm zsh", IN + "useradd -m -s /usr/bin/zsh bob")
    assert user(machine, "bob")["shell"] == "/bin/zsh"


@pytest.mark.parametrize(
    "line", ["useradd -R /mnt -m bob", "useradd --root /mnt -m bob", "chroot /mnt useradd -m bob"]
)
def test_another_root_is_the_same_as_a_chroot(line: str) -> None:
    assert compare_effects(installed(), line, IN + "useradd -m bob") == "equal"


def test_without_a_chroot_the_live_system_gets_the_user() -> None:
    machine = installed()
    run(machine, "useradd -m bob")
    assert machine.facts()["live.users"] == ["bob"]
    assert machine.facts()["target.users"] == []


def test_a_root_without_a_system_has_no_accounts() -> None:
    fails(mounted(), "useradd -R /mnt bob", "cannot open /etc/passwd")


def test_the_order_of_groups_does_not_count() -> None:
    assert compare_effects(fresh(), "useradd -G audio,wheel a", "useradd -G wheel,audio a") == "equal"


def test_usermod_adds_groups_with_a_and_replaces_them_without() -> None:
    machine = fresh()
    run(machine, "useradd -G audio bob", "usermod -aG wheel bob")
    assert user(machine, "bob", "live")["groups"] == ["audio", "wheel"]
    run(machine, "usermod -G video bob")
    assert user(machine, "bob", "live")["groups"] == ["video"]


def test_gpasswd_adds_and_removes() -> None:
    machine = fresh()
    run(machine, "useradd bob", "gpasswd -a bob wheel")
    assert compare_effects(fresh(), "useradd a && gpasswd -a a wheel", "useradd -G wheel a") == "equal"
    run(machine, "gpasswd -d bob wheel")
    fails(machine, "gpasswd -d bob wheel", "is not a member")


def test_userdel_removes_the_home_folder_with_r() -> None:
    machine = fresh()
    run(machine, "useradd -m a", "useradd -m b", "userdel a", "userdel -r b")
    assert run(machine, "ls /home").stdout == "a\n"
    assert machine.facts()["live.users"] == []


def test_adding_and_removing_a_user_leaves_nothing() -> None:
    machine = fresh()
    run(machine, "useradd -m a", "userdel -r a")
    assert machine.facts() == fresh().facts()


def test_passwd_asks_and_is_answered() -> None:
    machine = installed()
    run(machine, IN + "passwd")
    assert user(machine, "root")["password_set"] is True


@pytest.mark.parametrize("line", ["passwd -d root", IN + "passwd --del root", IN + "usermod -p '' root"])
def test_an_account_without_a_password_is_refused(line: str) -> None:
    assert installed().run(line).verdict == "refused"


def test_another_password_is_another_effect() -> None:
    line = "echo root:{} | arch-chroot /mnt chpasswd"
    assert compare_effects(installed(), line.format("secret"), line.format("secret")) == "equal"
    assert compare_effects(installed(), line.format("secret"), line.format("Secret")) == "different"


def test_with_what_is_no_hash_nobody_can_log_in() -> None:
    machine = installed()
    run(machine, IN + "useradd -m -p x bob")
    assert user(machine, "bob")["password_set"] is False
    run(machine, IN + "usermod -p '$6$salt$0123456789abcdef' bob")
    assert user(machine, "bob")["password_set"] is True


def test_a_piped_password_must_come_twice() -> None:
    run(fresh(), "echo -e 'secret\\nsecret' | passwd root")
    fails(fresh(), "echo secret | passwd root", "Authentication token manipulation error")


@pytest.mark.parametrize(
    "line",
    [
        "echo root:pw | arch-chroot /mnt chpasswd",
        "echo root:pw | chpasswd -R /mnt",
        "arch-chroot /mnt passwd root",
    ],
)
def test_every_way_to_set_a_password_is_the_same(line: str) -> None:
    assert compare_effects(installed(), line, "arch-chroot /mnt passwd") == "equal"


def test_chpasswd_changes_nothing_where_one_line_is_wrong() -> None:
    fails(fresh(), "printf 'root:pw\\nbob:pw\\n' | chpasswd", "line 2: user 'bob' does not exist")
    fails(fresh(), "echo root | chpasswd", "missing new password")
    assert fresh().run("chpasswd").verdict == "unsupported"


def test_accounts_are_shown() -> None:
    machine = installed()
    run(machine, IN + "useradd -G wheel bob")
    assert run(machine, IN + "id bob").stdout.startswith("uid=1000(bob)")
    assert run(machine, IN + "groups bob").stdout == "bob : bob wheel\n"
    assert run(machine, "whoami").stdout == "root\n"
    assert run(machine, IN + "getent passwd bob").stdout.startswith("bob:x:1000")
    fails(machine, "getent passwd bob")


def test_a_second_name_of_the_same_account_is_not_simulated() -> None:
    assert installed().run(IN + "useradd -o -u 0 bob").verdict == "unsupported"


@pytest.mark.parametrize(("name", "counts"), [("wheel", True), ("wheel~", False), ("10.wheel", False)])
def test_sudo_reads_files_of_plain_names_only(name: str, counts: bool) -> None:
    machine = installed()
    run(machine, f"echo '%wheel ALL=(ALL:ALL) ALL' > /mnt/etc/sudoers.d/{name}")
    assert machine.facts()["target.wheel_sudo"] is counts
