"""Text on the simulated machine: echo, printf, tee, cat, head, tail, wc, sort, grep, sed."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, installed, run

from trace_trainer.verifiers.machine import compare_effects


@pytest.mark.parametrize(
    ("line", "stdout"),
    [
        ("echo a  b", "a b\n"),
        ("echo -n a", "a"),
        ("echo -e 'a\\tb\\n'", "a\tb\n\n"),
        ("echo 'a\\n'", "a\\n\n"),
        ("echo -e 'a\\cb'", "a"),
        ("echo -e 'a\\\\cb'", "a\\cb\n"),
        ("echo -x", "-x\n"),
        ("printf '%s\\n' a b", "a\nb\n"),
        ("printf '%s=%d;' x 1 y 2", "x=1;y=2;"),
        ("printf 'plain\\n' ignored", "plain\n"),
        ("printf '%5s|%-5s|' a b", "    a|b    |"),
        ("printf '%%'", "%"),
        ("echo -e 'c\\nb\\na' | sort", "a\nb\nc\n"),
        ("echo -e 'a\\na\\nb' | uniq", "a\nb\n"),
        ("echo -e '1\\n2\\n3' | head -n 1", "1\n"),
        ("echo -e '1\\n2\\n3' | head -n -1", "1\n2\n"),
        ("echo -e '1\\n2\\n3' | tail -2", "2\n3\n"),
        ("echo -e '1\\n2\\n3' | tail -n +3", "3\n"),
        ("echo abc | head -c 2", "ab"),
        ("echo -e 'a b\\nc' | wc -l", "2\n"),
        ("echo -e 'a b\\nc' | wc -w", "3\n"),
        ("echo -e 'sda\\nsdb' | grep -v b", "sda\n"),
        ("echo -e 'sda\\nsdb' | grep -c sd", "2\n"),
        ("echo -e 'sda\\nSDB' | grep -in b", "2:SDB\n"),
        ("echo disk12 | grep -oE '[0-9]+'", "12\n"),
        ("echo a.b | sed 's/\\./-/'", "a-b\n"),
        ("echo aaa | sed 's/a/b&/g'", "bababa\n"),
        ("echo -e 'a\\nb' | sed '/a/d'", "b\n"),
    ],
)
def test_text_comes_out_as_from_the_real_tool(line: str, stdout: str) -> None:
    assert run(fresh(), line).stdout == stdout


def test_tee_writes_and_passes_on() -> None:
    machine = installed()
    assert run(machine, "echo mypc | tee /mnt/etc/hostname").stdout == "mypc\n"
    assert machine.facts()["target.hostname"] == "mypc"


def test_tee_appends_with_a() -> None:
    machine = fresh()
    assert run(machine, "echo a > /tmp/x", "echo b | tee -a /tmp/x", "cat /tmp/x").stdout == "a\nb\n"


def test_cat_with_a_redirection_copies() -> None:
    machine = fresh()
    assert run(machine, "cat /etc/hosts > /tmp/x", "cat -n /tmp/x").stdout.startswith("     1\t127.0.0.1")


def test_reading_the_terminal_is_unsupported() -> None:
    assert fresh().run("cat > /tmp/x").verdict == "unsupported"


def test_grep_finds_nothing_with_exit_1() -> None:
    assert fails(fresh(), "grep nvme /etc/hosts").exit == 1


def test_grep_of_a_missing_file_says_so() -> None:
    assert fails(fresh(), "grep x /nope", "grep: /nope: No such file or directory").exit == 2


def test_a_pattern_that_is_not_covered_is_unsupported() -> None:
    assert fresh().run(r"grep '\(a\)\1' /etc/hosts").verdict == "unsupported"


def test_options_of_the_real_tool_that_are_not_simulated_are_unsupported_and_others_fail() -> None:
    assert fresh().run("grep -z localhost /etc/hosts").verdict == "unsupported"
    fails(fresh(), "cat -Q /etc/hosts", "cat: invalid option -- 'Q'")


def test_sed_in_place_uncomments_a_locale() -> None:
    machine = installed()
    run(machine, "sed -i 's/^#en_US.UTF-8/en_US.UTF-8/' /mnt/etc/locale.gen", "arch-chroot /mnt locale-gen")
    assert machine.facts()["target.locales"] == ["en_US.UTF-8"]


def test_sed_with_an_address_and_another_mark() -> None:
    machine = installed()
    run(
        machine, "sed -i '/de_DE/s/^#//' /mnt/etc/locale.gen", "sed -i 's|^#fr_FR|fr_FR|' /mnt/etc/locale.gen"
    )
    assert run(machine, "grep -v '^#' /mnt/etc/locale.gen").stdout == "de_DE.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n"


def test_sed_on_sudoers_gives_wheel_its_rights() -> None:
    machine = installed()
    line = "sed -i 's/^# %wheel ALL=(ALL:ALL) ALL/%wheel ALL=(ALL:ALL) ALL/' /etc/sudoers"
    run(machine, f"arch-chroot /mnt {line.replace('sed', 'sed', 1)}")
    assert machine.facts()["target.wheel_sudo"] is True


def test_reading_a_file_and_asking_the_tool_show_the_same() -> None:
    machine = installed()
    assert compare_effects(machine, "cat /etc/hostname", "hostname") == "equal"
    assert compare_effects(machine, "cat /mnt/etc/hostname", "hostname") == "different"
    assert compare_effects(machine, "cat /proc/meminfo", "free -h") == "equal"


def test_a_file_cannot_be_written_where_its_folder_is_missing() -> None:
    fails(fresh(), "echo x > /mnt/etc/hostname", "/mnt/etc/hostname: No such file or directory")
