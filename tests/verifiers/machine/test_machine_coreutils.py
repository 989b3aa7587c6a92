"""The machine's text, list, file and path commands beside a real shell and coreutils, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.coreutils_lines import FOLDER, LINES
from helpers.machines import fresh

from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.state import Frame

WORK = "/tmp/work"
Tree = dict[str, str]

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("md5sum") is None, reason="needs bash and GNU coreutils"
)


@pytest.fixture(scope="module")
def machine() -> Machine:
    """A machine whose shell is in the folder."""
    made = fresh()
    tree = made.state.live
    tree.dirs.add(WORK)
    for path, text in FOLDER.items():
        if path.endswith("/"):
            tree.dirs.add(f"{WORK}/{path[:-1]}")
        elif text.startswith("->"):
            tree.links[f"{WORK}/{path}"] = text[2:]
        else:
            tree.files[f"{WORK}/{path}"] = text
    made.state.frames[-1] = Frame(cwd=WORK)
    return made


def real_folder(folder: Path) -> None:
    for path, text in FOLDER.items():
        place = folder / path
        if path.endswith("/"):
            place.mkdir(parents=True)
        elif text.startswith("->"):
            place.symlink_to(text[2:])
        else:
            place.write_text(text)


def real_tree(folder: Path) -> Tree:
    found: Tree = {}
    for place in folder.rglob("*"):
        name = str(place.relative_to(folder))
        found[name] = (
            f"->{os.readlink(place)}" if place.is_symlink() else "/" if place.is_dir() else place.read_text()
        )
    return found


def simulated_tree(machine: Machine) -> Tree:
    tree, start = machine.state.live, len(WORK) + 1
    found = {path[start:]: "/" for path in tree.dirs if path.startswith(WORK + "/")}
    found |= {path[start:]: text for path, text in tree.files.items() if path.startswith(WORK + "/")}
    found |= {path[start:]: f"->{to}" for path, to in tree.links.items() if path.startswith(WORK + "/")}
    return found


def in_order(line: str, text: str) -> str:
    """What the real tool prints in the order of the folder on its disk is compared sorted."""
    return "\n".join(sorted(text.split("\n"))) if line.startswith(("find", "grep -r")) else text


@pytest.mark.parametrize("line", LINES)
def test_a_line_does_what_it_does_in_a_real_shell(line: str, machine: Machine, tmp_path: Path) -> None:
    mine = machine.copy()
    ran = mine.run(line)
    if ran.verdict not in ("ok", "fails"):
        pytest.skip(f"{ran.verdict}: {ran.stderr.strip()}")
    folder = tmp_path / "work"
    folder.mkdir()
    real_folder(folder)
    done = subprocess.run(
        ["bash", "--norc", "-c", line],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    shown = done.stdout.replace(str(folder.resolve()), WORK)
    assert (ran.exit, in_order(line, ran.stdout)) == (done.returncode, in_order(line, shown)), done.stderr
    simulated, real = simulated_tree(mine), real_tree(folder)
    if "err" in line or "2>&1" in line:  # the words of an error are the tools' own
        simulated, real = dict.fromkeys(simulated, ""), dict.fromkeys(real, "")
    assert simulated == real


def test_most_lines_are_simulated(machine: Machine) -> None:
    verdicts = [machine.copy().run(line).verdict for line in LINES]
    assert len(LINES) > 250
    assert sum(verdict in ("ok", "fails") for verdict in verdicts) >= 0.95 * len(LINES)
    assert "refused" not in verdicts
