"""The subset of the shell: words, braces, globs, lists, redirections, prefixes and scripts."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers.shell import (
    CommandLine,
    Redirect,
    Simple,
    Unsupported,
    parse_shell,
    simple_commands,
)

WORDS = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), min_size=1
)


def parsed(text: str) -> CommandLine:
    line = parse_shell(text)
    assert isinstance(line, CommandLine), line
    return line


def only(text: str) -> Simple:
    """The one simple command of a line."""
    (part,) = parsed(text).parts
    (simple,) = part.pipeline
    return simple


def words(text: str) -> list[str]:
    return list(only(text).words)


def reason(text: str) -> str:
    found = parse_shell(text)
    assert isinstance(found, Unsupported), found
    return found.reason


# Words and quotes


@settings(deadline=None)
@given(WORDS)
def test_quoted_words_come_back_as_they_were(drawn: list[str]) -> None:
    assert words("run " + shlex.join(drawn))[1:] == drawn


@settings(deadline=None)
@given(st.text(st.sampled_from("ab1=-/. \t'\"\\"), max_size=20))
def test_quoting_agrees_with_shlex(text: str) -> None:
    try:
        expected = shlex.split("run " + text)
    except ValueError:
        assert reason("run " + text) in ("a quote that is not closed", "a backslash at the end")
    else:
        assert words("run " + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"echo a\ b 'c\d' e'f'\''g'", ["echo", "a b", r"c\d", "ef'g"]),
        (r'echo "a \"b\" \$c \x"', ["echo", r'a "b" $c \x']),
        ("echo '' \"\"", ["echo", "", ""]),
        ("echo $ 5$ \"$\" '$HOME'", ["echo", "$", "5$", "$", "$HOME"]),
        ("echo a#b # c 'd", ["echo", "a#b"]),
        ("ls \\\n  -l\\\na", ["ls", "-la"]),
        ("find . -exec rm {} \\;", ["find", ".", "-exec", "rm", "{}", ";"]),
        ("echo caf\u00e9\u00a0x", ["echo", "caf\u00e9\u00a0x"]),
    ],
)
def test_words_are_those_bash_makes(text: str, expected: list[str]) -> None:
    assert words(text) == expected


# Braces; the expected words are those that bash 5.2 prints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a,b}c", "ac bc"),
        ("x{a,{b,c}d}", "xa xbd xcd"),
        ("{a,b}{1,2}", "a1 a2 b1 b2"),
        ("a{,b}", "a ab"),
        ("{,}a {,} b", "a a b"),
        ("{1..3} {3..1} {a..c}", "1 2 3 3 2 1 a b c"),
        ("{08..11}", "08 09 10 11"),
        ("{-2..2..2}", "-2 0 2"),
        ("{a} {} {a{b,c}}", "{a} {} {ab} {ac}"),
        ("{a,\\,}", "a ,"),
        ('\'{a,b}\' \\{a,b\\} "{"a,b"}"', "{a,b} {a,b} {a,b}"),
        ("--exclude={\"/dev/*\",'/proc/*'}", "--exclude=/dev/* --exclude=/proc/*"),
    ],
)
def test_braces_expand_as_in_bash(text: str, expected: str) -> None:
    assert words("echo " + text)[1:] == expected.split()


def test_an_empty_quote_in_braces_stays_a_word() -> None:
    assert words("echo {'',a}") == ["echo", "", "a"]


@pytest.mark.parametrize("text", ["{a,b", "a}", "{a,b}}", "{a..B}", "{x..{a,b}}", "{1.." + "9" * 12 + "}"])
def test_braces_with_doubtful_meaning_are_refused(text: str) -> None:
    assert "brace" in reason("echo " + text)


# Globs


def test_only_unquoted_globs_are_marked() -> None:
    simple = only("rsync --exclude=/dev/* '--exclude=*' \"a?\" [b] [ \\* c? ]")
    assert simple.globs == (1, 4, 7)
    assert simple.words[1] == "--exclude=/dev/*"


def test_a_quoted_and_an_unquoted_glob_are_different_commands() -> None:
    assert only("ls *") != only("ls '*'")


# Lists, pipes and redirections


def test_connectors_stand_with_what_follows_them() -> None:
    line = parsed("a && b||c; d\n\ne;")
    assert [(part.connector, part.pipeline[0].words[0]) for part in line.parts] == [
        ("", "a"),
        ("&&", "b"),
        ("||", "c"),
        (";", "d"),
        (";", "e"),
    ]


def test_a_list_goes_on_after_an_operator_and_a_newline() -> None:
    assert parsed("a |\n b &&\n\n c") == parsed("a | b && c")


@pytest.mark.parametrize("text", ["", " \n\t\n", "# only a comment"])
def test_text_without_a_command_has_no_parts(text: str) -> None:
    assert parsed(text).parts == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> f", (Redirect(1, ">", "f"),)),
        ("2>/dev/null", (Redirect(2, ">", "/dev/null"),)),
        (">> 'f g' < h", (Redirect(1, ">>", "f g"), Redirect(0, "<", "h"))),
        (">f 2>&1", (Redirect(1, ">", "f"), Redirect(2, ">&", "1"))),
        (">&2", (Redirect(1, ">&", "2"),)),
        ("&> f", (Redirect(1, ">", "f"), Redirect(2, ">&", "1"))),
        ("&>>f", (Redirect(1, ">>", "f"), Redirect(2, ">&", "1"))),
        (">& f", (Redirect(1, ">", "f"), Redirect(2, ">&", "1"))),
        (">|f", (Redirect(1, ">", "f"),)),
    ],
)
def test_redirections_are_read_in_order(text: str, expected: tuple[Redirect, ...]) -> None:
    assert only("run " + text).redirects == expected
    assert only(text + " run").redirects == expected


def test_a_number_is_a_descriptor_only_where_it_touches_the_arrow() -> None:
    assert only("echo 2>f") == Simple(("echo",), (Redirect(2, ">", "f"),))
    assert only("echo 2 >f") == Simple(("echo", "2"), (Redirect(1, ">", "f"),))
    assert only("echo '2'>f") == Simple(("echo", "2"), (Redirect(1, ">", "f"),))


def test_a_redirection_alone_is_a_command_without_words() -> None:
    assert only("> /etc/fstab") == Simple((), (Redirect(1, ">", "/etc/fstab"),))


# Prefixes and scripts


@pytest.mark.parametrize(
    "text",
    ["sudo ls", "sudo -E -u root ls", "sudo -nH -- ls", "LANG=C sudo A=1 ls", "sudo sudo ls", "s'ud'o ls"],
)
def test_prefixes_do_not_change_the_command(text: str) -> None:
    assert only(text) == only("ls")


def test_dropped_prefixes_are_remembered() -> None:
    simple = only("A=1 B='x y' sudo C= ls D=2")
    assert simple.assignments == ("A=1", "B=x y", "C=")
    assert simple.sudo
    assert simple.words == ("ls", "D=2")


@pytest.mark.parametrize("text", ["sudo -u bob ls", "sudo -l", "sudo -i", "sudo", "A=1", "sudo A=1"])
def test_prefixes_that_are_the_command_are_unsupported(text: str) -> None:
    assert isinstance(parse_shell(text), Unsupported)


def test_the_text_of_sh_c_is_parsed() -> None:
    simple = only("sudo bash -lc 'mkdir /a && ls \"b c\"' name")
    assert simple.script == parsed('mkdir /a && ls "b c"')
    assert simple.words[:2] == ("bash", "-lc")


def test_simple_commands_are_all_found() -> None:
    line = parsed("a | b && sh -c 'c; d' || e")
    assert [simple.words[0] for simple in simple_commands(line)] == ["a", "b", "sh", "c", "d", "e"]


@pytest.mark.parametrize(
    "text", ["sh -c 'sh -c ls'", "sh -c 'echo $x'", "sh -c", "bash -ec 'a; b'", "sh -c *"]
)
def test_scripts_outside_the_subset_are_unsupported(text: str) -> None:
    assert isinstance(parse_shell(text), Unsupported)


def test_a_shell_without_c_is_a_command() -> None:
    assert only("bash script.sh -c").script is None


def test_keywords_count_only_where_a_command_starts() -> None:
    assert words("echo if then for !") == ["echo", "if", "then", "for", "!"]
    assert words("'if' a") == ["if", "a"]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("cat << EOF\na\n b\nEOF", "a\n b\n"),
        ("cat <<'EOF'\n$a `b`\nEOF\n", "$a `b`\n"),
        ("cat <<-END\n\t\ta\n\tEND", "a\n"),
        ("cat <<EOF\n\\$a \\\\ \\x\nEOF", "$a \\ \\x\n"),
        ("cat << EOF", ""),
        ("cat << EOF\na", "a"),
        ("cat <<< 'a b'", "a b\n"),
    ],
)
def test_a_here_document_is_the_standard_input(text: str, body: str) -> None:
    line = parse_shell(text)
    assert isinstance(line, CommandLine)
    assert line.parts[0].pipeline[0].redirects[0] == Redirect(0, "<<", body)


def test_commands_go_on_behind_a_here_document() -> None:
    line = parse_shell("cat <<A >b && cat <<B; ls\n1\nA\n2\nB\npwd")
    assert isinstance(line, CommandLine)
    simples = [simple for part in line.parts for simple in part.pipeline]
    assert [simple.words for simple in simples] == [("cat",), ("cat",), ("ls",), ("pwd",)]
    assert [redirect.target for simple in simples for redirect in simple.redirects] == ["1\n", "b", "2\n"]
