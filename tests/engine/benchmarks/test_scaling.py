"""The cost model of docs/scaling.md: its figures are those that the script computes, and they hang together."""

from __future__ import annotations

import pytest

from trace_trainer.engine.benchmarks.scaling import GPU_MEMORY, GPUS, SHAPES, Cost, Shape, chosen, table
from trace_trainer.engine.places import PROJECT


def test_the_page_has_the_table_that_the_script_prints() -> None:
    assert table() in (PROJECT / "docs" / "scaling.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("shape", "billions"), [*zip(SHAPES, (0.494, 1.54, 8.03), strict=True)])
def test_parameters_are_the_published_ones(shape: Shape, billions: float) -> None:
    assert shape.parameters / 1e9 == pytest.approx(billions, rel=0.01)


@pytest.mark.parametrize("gpus", GPUS)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_is_chosen_fits_and_is_sharded_only_where_it_has_to_be(shape: Shape, gpus: int) -> None:
    cost = chosen(shape, gpus)
    assert cost.memory < GPU_MEMORY
    assert not cost.sharded or (gpus > 1 and Cost(shape, gpus).memory >= GPU_MEMORY)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_work_is_divided_and_one_gpu_sends_nothing(shape: Shape) -> None:
    alone, eight = Cost(shape, 1), Cost(shape, 8)
    assert alone.sent == 0
    assert eight.updating == pytest.approx(alone.updating / 8)
    assert eight.sampling == pytest.approx(alone.sampling / 8)
    assert Cost(shape, 8, sharded=True).memory < eight.memory


def test_an_adapter_sends_its_own_gradients_alone() -> None:
    large = SHAPES[-1]
    ratio = Cost(large, 8, lora=True).sent / Cost(large, 8).sent
    assert ratio == pytest.approx(large.adapter / large.parameters)
