"""The choice of the next token: in proportion to the weights, and the same however many rows are computed at once."""

from __future__ import annotations

import pytest
import torch

from trace_trainer.engine.inference.token_choice import choose_tokens, draw


def test_indices_are_drawn_in_proportion_to_their_weights() -> None:
    weights = torch.tensor([0.0, 1.0, 3.0, 0.0, 4.0, 0.0])
    uniform = torch.rand((40_000, 1), generator=torch.Generator().manual_seed(0))
    drawn = draw(weights.repeat(40_000, 1), uniform)
    shares = torch.bincount(drawn, minlength=6) / len(drawn)
    # Five standard errors of the largest share are 0.0125.
    assert torch.allclose(shares, weights / 8, atol=0.0125)
    assert shares[weights == 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-24])
def test_extreme_random_numbers_draw_no_index_without_weight(uniform: float) -> None:
    weights = torch.tensor(
        [[0.0, 0.2, 0.5, 0.3, 0.0], [0.0, 0.0, 1e-7, 0.0, 0.0], [0.0, 1e9, 1e-9, 2e9, 0.0]]
    )
    drawn = draw(weights, torch.full((3, 1), uniform))
    assert (weights.gather(1, drawn.unsqueeze(1)) > 0).all()


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_the_choice_does_not_depend_on_how_many_rows_are_computed_at_once(
    temperature: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(3)
    logits, uniform = torch.randn((7, 50), generator=generator), torch.rand((7, 1), generator=generator)
    chosen = []
    for cached in (2**18, 100):
        monkeypatch.setattr("trace_trainer.engine.inference.token_choice._CACHED", cached)
        chosen.append(choose_tokens(logits, temperature, uniform))
    (tokens, logprobs), (tokens_in_parts, logprobs_in_parts) = chosen
    assert torch.equal(tokens, tokens_in_parts)
    assert torch.allclose(logprobs, logprobs_in_parts)
