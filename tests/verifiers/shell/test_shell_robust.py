"""No text makes the shell parser or the normal form raise or hang; public command lines get their verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.verifiers.shell import MAX_LENGTH, CommandLine, Unsupported, normal_form, parse_shell

PATIENT = settings(deadline=None)  # a machine under load
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)  # lone surrogates and NUL too
SHELL_TEXT = st.text(st.sampled_from("ab1=-/ \t\n'\"\\$`|&;()<>{},.*?[]~#!"), max_size=40)


@PATIENT
@given(st.one_of(ANY_TEXT, SHELL_TEXT))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    assert isinstance(parse_shell(text), CommandLine | Unsupported)


@PATIENT
@given(st.one_of(ANY_TEXT, SHELL_TEXT))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@PATIENT
@given(SHELL_TEXT)
def test_a_normal_form_means_the_same(text: str) -> None:
    line = parse_shell(text)
    if isinstance(line, CommandLine):
        assert parse_shell(normal_form(text)) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  ls   -l ; ", "ls -l"),
        ("ls\t-l;;\n", "ls -l"),
        ("echo 'a  b'  \"c  d\"", "echo 'a  b' \"c  d\""),
        ("echo a\\  b", "echo a\\  b"),
        ("find . -exec ls {} \\;", "find . -exec ls {} \\;"),
        ("a \n\n  b", "a\nb"),
        ("echo 'a  ;", "echo 'a  ;"),
        ("", ""),
    ],
)
def test_the_normal_form_collapses_blanks_outside_quotes(text: str, expected: str) -> None:
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{" * MAX_LENGTH,
        "{a," * (MAX_LENGTH // 4) + "}" * (MAX_LENGTH // 4),
        "{a,b}" * (MAX_LENGTH // 5),
        "{1..1000}" * 2000,
        "{" + "{a..z}," * 2800 + "}",
        "{a..z}{a..z}" + '"a"b' * 4900,
        "'" * (MAX_LENGTH - 1),
        '"' + "\\" * (MAX_LENGTH - 2),
        "$" + "\\\n" * 9000,
        "rm " * 6000 + "$x",
        "curl x | " * 2000 + "$x",
        "[ " * 9000,
        "1" * (MAX_LENGTH - 2) + ">a",
        "sudo " * 4000,
        "a" * (MAX_LENGTH - 3) + "()",
        "x" * 1_000_000,
    ],
    ids=lambda text: f"{text[:12]}...",
)
def test_hostile_text_takes_little_time(text: str) -> None:
    start = process_time()
    parse_shell(text)
    normal_form(text)
    assert process_time() - start < 2


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_nl2bash_command_gets_a_verdict_fast(shared_data: Path) -> None:
    texts = [row["bash"] for row in rows(shared_data / "nl2bash" / "pairs.jsonl")]
    start = process_time()
    lines = [parse_shell(text) for text in texts]
    assert len(texts) / (process_time() - start) > 4_000  # a machine under load; `make bench` shows the rate
    unsupported = sum(isinstance(line, Unsupported) for line in lines)
    assert 0.1 < unsupported / len(lines) < 0.3


@pytest.mark.parametrize("name", ["test_dataset", "train_augmented", "train_targeted"])
def test_every_installer_command_is_in_the_subset(shared_data: Path, name: str) -> None:
    replies = [row["expected_response"] for row in rows(shared_data / "installer" / f"{name}.jsonl")]
    commands = {reply["command"] for reply in replies if reply["type"] == "command"}
    assert commands
    assert [text for text in sorted(commands) if isinstance(parse_shell(text), Unsupported)] == []
