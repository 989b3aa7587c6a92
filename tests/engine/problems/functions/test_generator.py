"""Function-calling problems are drawn alike from like arguments, and from no split that does not exist."""

from __future__ import annotations

import pytest

from trace_trainer.engine.problems.functions import generate


def test_the_same_arguments_give_the_same_problems() -> None:
    assert list(generate("test", 40, seed=4)) == list(generate("test", 40, seed=4))


def test_another_seed_gives_other_problems() -> None:
    first, second = (
        {p.messages[-1]["content"] for p in generate("train", 100, seed=seed)} for seed in (42, 43)
    )
    assert len(first & second) <= 2


@pytest.mark.parametrize("split, categories", [("dev", None), ("train", ["simple", "double"])])
def test_an_unknown_split_or_category_is_an_error_that_names_the_known(
    split: str, categories: list[str] | None
) -> None:
    with pytest.raises(
        ValueError, match=r"no (split 'dev'; there are train|category double; there are simple)"
    ):
        next(generate(split, 1, categories=categories))
