"""The tests of integrations whose packages are not installed here, each in an environment with that package.

They download packages, and some want other versions than are pinned here: reasoning-gym of tabulate, Inspect of fsspec.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.environments import CHECKOUT, Environment, pip

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
PACKAGES: dict[str, tuple[list[str], list[str]]] = {
    "prime": (["verifiers==0.4.0"], []),
    "reasoning_gym": (["reasoning-gym==0.1.25"], []),
    "inspect_ai": (["inspect_ai==0.3.285"], []),
    "lm_eval": (["lm_eval==0.4.13"], []),
    # Without the rest of what verl wants: an older Transformers, and what runs on several GPUs.
    "verl": (
        ["hydra-core==1.3.2", "codetiming", "torchdata==0.11.0", "tensordict==0.10.0", "aiohttp"],
        ["verl==0.9.1"],
    ),
}
"""By the name of a test: what is installed with all that it needs, and what without."""


@pytest.mark.parametrize("name", PACKAGES)
def test_an_integration_works_with_its_package(name: str, wheel: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env", borrowing=True)
    whole, alone = PACKAGES[name]
    for options, requirements in (([], whole), (["--no-deps"], [*alone, str(wheel)])):
        done = pip("--python", str(environment.programs / "python"), "install", *options, *requirements)
        assert done.returncode == 0, done.stderr
    # -P: the checkout, where pytest runs, is not searched.
    test = CHECKOUT / "tests" / "integrations" / f"test_{name}.py"
    done = environment.run(
        "python", "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test), cwd=CHECKOUT
    )
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout
