"""Installed beside packages of the field that have the names of our folders: none touches a file of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.environments import Environment

pytestmark = pytest.mark.xdist_group("wheel")
OURS = "trace-trainer"
USES = {
    "trace-trainer": "import trace_trainer; assert trace_trainer.verify_trace('').outcome == 'unparsed'",
    "verifiers": "import verifiers; assert verifiers.__version__",
    "datasets": "import datasets; assert len(datasets.Dataset.from_dict({'a': [1, 2]})) == 2",
    "trl": "import trl; assert trl.__version__",
}


def use(environment: Environment, distributions: list[str]) -> None:
    """Use packages together. Raises AssertionError where that fails, or one is not what is installed here."""
    modules = [name.replace("-", "_") for name in distributions]
    code = [*(USES[name] for name in distributions), *(f"print({module}.__file__)" for module in modules)]
    assert environment.evaluate("\n".join(code)).splitlines() == [
        str(environment.packages / name / "__init__.py") for name in modules
    ]


@pytest.mark.parametrize("ours_first", [True, False])
def test_all_work_whichever_comes_first_and_goes_first(
    ours_first: bool, wheel: Path, neighbours: dict[str, Path], tmp_path: Path
) -> None:
    wheels = {OURS: wheel, **neighbours} if ours_first else {**neighbours, OURS: wheel}
    assert wheels.keys() == USES.keys()
    # What the neighbours need is borrowed; they themselves are the ones installed here.
    environment = Environment(tmp_path / "env", borrowing=True)
    for path in wheels.values():
        environment.install(path, "--no-deps", "--ignore-installed")
    left = list(wheels)
    while left:
        assert [environment.damaged(distribution) for distribution in left] == [[]] * len(left)
        use(environment, left)
        environment.uninstall(left.pop(0))
