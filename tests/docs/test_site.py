"""The site that `make docs` builds: strictly, with every command and every public name on it."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import trace_trainer
from trace_trainer.engine.cli import COMMANDS
from trace_trainer.engine.places import PROJECT

pytest.importorskip("material", reason="the extra docs is not installed")
pytest.importorskip("mkdocstrings", reason="the extra docs is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the site, built as `make docs` does, where any broken link or reference is an error."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=PROJECT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def text_of(page: Path) -> str:
    """What a reader sees of a page."""
    found = re.search(r"<article.*?</article>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", found[0])).split())


@pytest.mark.xdist_group("site")
def test_every_page_is_there(site: Path) -> None:
    pages = [page.stem for page in (PROJECT / "docs").glob("*.md")]
    made = ["index", "commands", "python", "contributing", "changelog"]
    assert [name for name in [*pages, *made] if not (site / f"{name}.html").is_file()] == []


@pytest.mark.xdist_group("site")
def test_every_command_stands_with_its_options(site: Path) -> None:
    text = text_of(site / "commands.html")
    assert [name for name in [*COMMANDS, "convert gsm8k"] if f"trainer {name} [OPTIONS]" not in text] == []
    assert "--learning-rate" in text and "Exit codes: 0 no check fails, 1 one fails" in text


@pytest.mark.xdist_group("site")
def test_every_public_name_is_described(site: Path) -> None:
    page = (site / "python.html").read_text(encoding="utf-8")
    described = {place.rpartition(".")[2] for place in re.findall(r'id="(trace_trainer\.[\w.]+)"', page)}
    assert set(trace_trainer.__all__) <= described


@pytest.mark.xdist_group("site")
def test_no_backslash_is_left_in_code_of_tables(site: Path) -> None:
    assert "<|im_end|>" in text_of(site / "compatibility.html")
    assert not [
        page.name
        for page in site.glob("*.html")
        if re.search(r"<code>[^<]*\\\|[^<]*</code>", page.read_text())
    ]


@pytest.mark.xdist_group("site")
def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    fetched = [
        (page.name, address)
        for page in site.glob("*.html")
        for address in re.findall(r'(?:src|rel="stylesheet" href)="(https?:[^"]+)"', page.read_text())
    ]
    assert fetched == []
