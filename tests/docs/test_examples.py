"""What README and docs show works: Python examples run, commands and options exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.places import PROJECT

PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("checkpoints/*/README.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)\)")
HISTORY = {"CHANGELOG.md", "decisions.md"}
"""Pages that tell of what was: their commands are those of their day."""


def _named(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def _fences(page: Path, language: str) -> Iterator[str]:
    for found, text in _FENCE.findall(page.read_text(encoding="utf-8")):
        if found == language:
            yield text


def _commands(page: Path) -> Iterator[str]:
    """What a page shows to be typed, without its comment."""
    text = page.read_text(encoding="utf-8")
    lines = [line for fence in _fences(page, "") for line in fence.splitlines()]
    for shown in [*lines, *_CODE.findall(_FENCE.sub("", text))]:
        typed = " ".join(shown.split("  #")[0].split()).removeprefix(".venv/bin/")
        if typed.startswith("trainer "):
            yield typed


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_python_examples_run(page: Path) -> None:
    for example in _fences(page, "python"):
        exec(compile(example, _named(page), "exec"), {"__name__": "example"})


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in HISTORY], ids=_named)
def test_commands_and_their_options_exist(page: Path) -> None:
    for typed in _commands(page):
        words = shlex.split(typed, comments=True)[1:]
        command: click.Command = trainer
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, typed
            command = found
        known = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        unknown = [word for word in words if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known]
        assert set(unknown) <= {"--help"}, typed


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_links_lead_to_files(page: Path) -> None:
    links = _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_first_page_is_short() -> None:
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_guards_and_tests_named_for_each_attack_exist() -> None:
    rows = re.findall(
        r"^\|.*\| `([\w/]+\.py)` \| `(test_\w+\.py)(?:::(\w+))?` \|$",
        (PROJECT / "docs" / "verifier.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 15
    for guard, file, name in rows:
        assert (PROJECT / guard).is_file(), guard
        (path,) = (PROJECT / "tests").rglob(file)
        assert not name or f"def {name}(" in path.read_text(encoding="utf-8"), name
