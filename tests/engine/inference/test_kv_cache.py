"""The keys and values of groups of completions: a prompt is kept once, and rows and prompts may leave."""

from __future__ import annotations

from typing import Any

import torch

from trace_trainer.engine.inference.kv_cache import GroupCache


def test_the_cache_keeps_a_prompt_once_and_lets_rows_and_prompts_leave() -> None:
    cache = GroupCache(layers=1)
    prompts = torch.arange(24.0).reshape(3, 2, 2, 2)  # three prompts of two tokens, two heads
    keys, values = cache.update(prompts, -prompts, 0)
    assert torch.equal(keys, prompts) and torch.equal(values, -prompts)
    cache.branch(prompts=3, group_size=2, capacity=5, device=prompts.device)
    for step in range(2):
        new = torch.arange(6.0).reshape(6, 1, 1, 1).expand(6, 2, 1, 2) + 10 * step
        keys, values = cache.update(new, -new, 0)
    assert keys[:, 0, :, 0].tolist() == [[row, row + 10] for row in range(6)]
    cache.select(torch.tensor([1, 4, 5]))  # the second prompt loses both of its rows
    keys, _ = cache.update(torch.full((3, 2, 1, 2), 99.0), torch.zeros(3, 2, 1, 2), 0)
    assert keys[:, 0, :, 0].tolist() == [[1, 11, 99], [4, 14, 99], [5, 15, 99]]
    layer: Any = cache.layers[0]
    assert torch.equal(layer.prompt_keys, prompts[[0, 2]])
    assert cache.get_seq_length() == 5 and layer.get_max_length() == 7
    rows = torch.arange(12.0).reshape(3, 2, 1, 2)
    by_prompt = cache.by_prompt(rows, prompts=2)
    assert by_prompt[:, 0, :, 0].tolist() == [[0, 0], [4, 8]]  # the first row of the first prompt has left
    assert torch.equal(cache.by_row(by_prompt), rows)
