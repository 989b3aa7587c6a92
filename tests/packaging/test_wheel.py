"""What a wheel holds: the package and what is shipped, whatever else lies in the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.environments import CHECKOUT
from helpers.wheels import SHIPPED, build_in, contents

pytestmark = pytest.mark.xdist_group("wheel")  # one process builds it
LARGEST = 90 * 2**20  # bytes


@pytest.fixture(scope="session")
def files(wheel: Path) -> set[str]:
    return set(contents(wheel))


def test_one_name_lies_at_the_top(files: set[str]) -> None:
    tops = {name.partition("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"trace_trainer"}
    assert len(tops) == 2


def test_it_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST


def test_all_code_and_what_it_reads_is_in_it_and_nothing_that_was_moved(files: set[str]) -> None:
    expected = {"trace_trainer/__init__.py", "trace_trainer/py.typed"}
    for room in ("engine", "experts", "integrations", "verifiers"):
        paths = (path.relative_to(CHECKOUT) for path in (CHECKOUT / room).rglob("*") if path.is_file())
        expected |= {f"trace_trainer/{path}" for path in paths if path.suffix != ".pyc"}
    data = ("trace_trainer/checkpoints/", "trace_trainer/datasets/")
    assert {
        name for name in files if name.startswith("trace_trainer/") and not name.startswith(data)
    } == expected


def test_embedded_models_and_problems_are_in_it_whole_and_no_run_is(files: set[str]) -> None:
    shipped = [path for name in SHIPPED for path in (CHECKOUT / "checkpoints" / name).iterdir()]
    shipped += (CHECKOUT / "datasets").iterdir()
    found = {
        name for name in files if name.startswith(("trace_trainer/checkpoints/", "trace_trainer/datasets/"))
    }
    assert found == {f"trace_trainer/{path.relative_to(CHECKOUT)}" for path in shipped}


def test_a_source_distribution_builds_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    assert contents(build_in(source, tmp_path)) == contents(wheel)
