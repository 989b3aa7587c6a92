"""The wheel, built from a copy of the checkout as it stands, and packages of the field that it is installed beside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers.environments import CHECKOUT, Environment, pip
from helpers.wheels import SHIPPED, build_in

NEIGHBOURS = ("verifiers", "datasets", "trl")
"""Prime Intellect's, and two of Hugging Face's. Two of them have the names of folders of the checkout."""


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which a user has trained a model, and has built a wheel before a file was moved."""
    copy = tmp_path_factory.mktemp("source") / "checkout"
    unwanted = shutil.ignore_patterns(
        ".*", "build", "dist", "*.egg-info", "__pycache__", "checkpoints", "shared"
    )
    shutil.copytree(CHECKOUT, copy, symlinks=True, ignore=unwanted)
    (copy / "trace_trainer" / "checkpoints").symlink_to("../checkpoints")
    for name in SHIPPED:
        shutil.copytree(CHECKOUT / "checkpoints" / name, copy / "checkpoints" / name)
    for made in ("checkpoints/my-run/model.safetensors", "build/lib/trace_trainer/engine/moved.py"):
        (copy / made).parent.mkdir(parents=True)
        (copy / made).touch()
    return copy


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    return build_in(source, tmp_path_factory.mktemp("wheel"), "--wheel")


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Wheels of NEIGHBOURS by name. Skips where no package index can be reached."""
    folder = tmp_path_factory.mktemp("neighbours")
    done = pip(
        "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), *NEIGHBOURS
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        pytest.skip(f"no package index that has {', '.join(NEIGHBOURS)} can be reached: {reason}")
    return {path.name.partition("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="session")
def light(wheel: Path, neighbours: object, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with `pip install trace-trainer`: what verifying needs, and nothing else. Needs the index, too."""
    environment = Environment(tmp_path_factory.mktemp("light") / "env")
    environment.install(wheel)
    return environment
