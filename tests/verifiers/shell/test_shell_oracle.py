"""The parser beside tree-sitter's grammar of bash: what it accepts, bash's grammar accepts, with as many commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from trace_trainer.verifiers.shell import CommandLine, Unsupported, parse_shell

tree_sitter = pytest.importorskip("tree_sitter")
tree_sitter_bash = pytest.importorskip("tree_sitter_bash")

COMMANDS = ("command", "declaration_command", "unset_command", "test_command")
# Where the oracle errs: it wants the end of a here-document, which bash does without (with a warning), and reads a
# `$` before punctuation as the start of a variable, where bash leaves a dollar.
BEYOND_THE_ORACLE = re.compile(r"<<-?\s*\\?['\"]?\w+['\"]?\s*$|\$[/.]")
# What is valid and outside the subset, by the first words of the reason given.
OUTSIDE = (
    "a command substitution",
    "a variable",
    "a home folder",
    "a process substitution",
    "a quote with escapes",
    "a background command",
    "parentheses",
    "a group",
    "braces",
    "a pipe of both streams",
    "arithmetic",
    "no command behind the prefixes",
    "a loop or condition",
    "a condition",
    "a function",
    "a negated exit status",
    "the redirection",
    "a redirection to other",
    "a descriptor",
    "sudo with other flags",
    "sh -c",
    "a glob as the text",
    "/bin/sh -c",
    "bash -c",
    "a brace expansion",
)
# The grammar recovers from these without an error; bash -n has one for each.
RECOVERED = ("a missing file", "a missing command", "a quote that is not closed", "a backslash at the end")


@pytest.fixture(scope="module")
def parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> list[str]:
    """A sample of people's command lines."""
    lines = (shared_data / "nl2bash" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    found = sorted({json.loads(line)["bash"] for line in lines})
    return Random("oracle").sample(found, min(3000, len(found)))


def commands(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The commands of a tree, those inside others aside."""
    if node.type in COMMANDS:
        yield node
        return
    for child in node.children:
        yield from commands(child)


def test_what_is_accepted_the_grammar_accepts_with_as_many_commands(
    texts: list[str], parser: tree_sitter.Parser
) -> None:
    wrong, accepted = [], 0
    for text in texts:
        line = parse_shell(text)
        if not isinstance(line, CommandLine) or BEYOND_THE_ORACLE.search(text):
            continue
        accepted += 1
        root = parser.parse(text.encode()).root_node
        count = sum(bool(simple.words) for part in line.parts for simple in part.pipeline)
        if root.has_error or sum(1 for _ in commands(root)) != count:
            wrong.append(text)
    assert accepted > 0.7 * len(texts)
    # Curly quotes and the like make two in a thousand of the grammar's own errors.
    assert len(wrong) <= 0.002 * accepted, wrong


def test_what_is_rejected_though_the_grammar_accepts_it_lies_outside_the_subset(
    texts: list[str], parser: tree_sitter.Parser
) -> None:
    unexplained = []
    for text in texts:
        found = parse_shell(text)
        if not isinstance(found, Unsupported) or found.reason.startswith((*OUTSIDE, *RECOVERED)):
            continue
        if not parser.parse(text.encode()).root_node.has_error:
            unexplained.append((found.reason, text))
    assert unexplained == []


@pytest.mark.parametrize(
    "text",
    [
        "ls &&",
        "| ls",
        "ls ; ; ls",
        "echo 'a",
        'echo "a',
        "(ls",
        "if true; then ls",
        "ls )",
        "for a in b; do ls",
        "a | | b",
    ],
)
def test_what_the_grammar_rejects_is_rejected(text: str, parser: tree_sitter.Parser) -> None:
    assert parser.parse(text.encode()).root_node.has_error
    assert isinstance(parse_shell(text), Unsupported)
