"""Catalogues: names, places, what is remembered, and what is declared late."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from trace_trainer.engine.tasks import TASKS
from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError, UnknownNameError
from trace_trainer.experts.problems.schema import SCHEMAS


@pytest.fixture
def shapes() -> Catalogue[int]:
    catalogue: Catalogue[int] = Catalogue("shape")
    catalogue.declare("square", 4)
    catalogue.declare("triangle", 3)
    return catalogue


def test_things_stand_in_the_order_of_declaration(shapes: Catalogue[int]) -> None:
    assert dict(shapes) == {"square": 4, "triangle": 3} and list(shapes) == ["square", "triangle"]


def test_a_name_declared_twice_names_both_places(shapes: Catalogue[int]) -> None:
    with pytest.raises(DeclarationError, match="shape square is declared twice") as raised:
        shapes.declare("square", 5)
    places = re.findall(r"test_catalogue\.py:(\d+)", str(raised.value))
    assert len(set(places)) == 2
    assert shapes["square"] == 4


def test_an_unknown_name_is_answered_with_the_nearest(shapes: Catalogue[int]) -> None:
    message = re.escape("no shape 'sqare' (did you mean square?); there are square, triangle")
    with pytest.raises(UnknownNameError, match=message):
        shapes.find("sqare")


def test_what_is_remembered_is_forgotten_when_more_is_declared(shapes: Catalogue[int]) -> None:
    @shapes.cached
    def corners() -> int:
        return sum(shapes.values())

    assert corners() == 7
    shapes.declare("pentagon", 5)
    assert corners() == 12


def test_a_trial_leaves_nothing_behind(shapes: Catalogue[int]) -> None:
    @shapes.cached
    def corners() -> int:
        return sum(shapes.values())

    with shapes.trial():
        shapes.declare("pentagon", 5)
        assert corners() == 12
    assert corners() == 7 and "pentagon" not in shapes


def test_what_is_shipped_stands_in_one_order_whatever_was_imported_first() -> None:
    code = (
        "from trace_trainer.engine.tasks import traces, TASKS\n"
        "from trace_trainer.experts.problems.schemas import percentage\n"
        "from trace_trainer.experts.problems.schema import SCHEMAS\n"
        "print(*TASKS, *SCHEMAS)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*TASKS, *SCHEMAS]
    assert [*TASKS] == ["functions", "installer", "traces"]
