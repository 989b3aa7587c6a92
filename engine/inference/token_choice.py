"""Choosing the next token of each row from its logits, which with a large vocabulary costs as much as a small model."""

from __future__ import annotations

import torch

_CACHED = 2**18
"""Logits that fit a core's cache: what is computed of so many at once need not come from memory at each step."""


def choose_tokens(
    logits: torch.Tensor, temperature: float, uniform: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """A token for each row of logits of shape (rows, vocabulary), and its log-probability; both of shape (rows,).

    Drawn from the whole distribution at the temperature; at 0 it is the most likely one, whose probability is then 1.

    Args:
        uniform: a random number for each row, of shape (rows, 1), from 0 up to but not including 1.
    """
    on_cpu = logits.device.type == "cpu"
    at_once = max(1, _CACHED // logits.shape[1]) if on_cpu else len(logits)
    parts = zip(logits.split(at_once), uniform.split(at_once), strict=True)
    chosen = [_choose(part, temperature, points) for part, points in parts]
    tokens, logprobs = map(torch.cat, zip(*chosen, strict=True))
    return tokens, logprobs


def _choose(
    logits: torch.Tensor, temperature: float, uniform: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    if temperature == 0:
        return logits.max(dim=-1).indices, uniform.new_zeros(len(logits))
    # The softmax itself, of which one number a row is then logged: the exponential of its logarithm takes several times
    # as long on a CPU, where tiny probabilities are subnormal.
    weights = torch.softmax(logits.float() / temperature, dim=-1)
    tokens = draw(weights, uniform)
    return tokens, weights.gather(1, tokens.unsqueeze(1)).squeeze(1).log()


def draw(weights: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
    """One index for each row of weights of shape (rows, indices), in proportion to them; an index without weight never.

    As `torch.multinomial`, which draws a random number for every index where one for every row will do: `uniform`, of
    shape (rows, 1), from 0 up to but not including 1.
    """
    cumulative = weights.cumsum(dim=-1)
    total = cumulative[:, -1:]
    # The product may round up to the total, which lies beyond the last index.
    point = torch.minimum(uniform * total, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(cumulative, point, right=True).squeeze(1)
