"""What the machine itself can do, which no tool can exceed: multiplying matrices, and moving memory."""

from __future__ import annotations

from time import perf_counter

import torch

_SECONDS = 0.5  # that each measurement takes, about


def matrix_rate(device: torch.device, dtype: torch.dtype, rows: int, width: int) -> float:
    """Operations a second in products of (rows, width) with (width, 4 width) matrices, 2 for each multiply-add."""
    left = torch.randn(rows, width, device=device).to(dtype)
    right = torch.randn(width, 4 * width, device=device).to(dtype)
    return 2 * left.numel() * right.shape[1] * _repeats_a_second(lambda: left @ right, device)


def bandwidth(device: torch.device, size: int = 2**26) -> float:
    """Bytes a second that copying a tensor of `size` float32 numbers reads and writes."""
    source = torch.zeros(size, device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes * _repeats_a_second(lambda: target.copy_(source), device)


def token_operations(model: torch.nn.Module) -> int:
    """Operations that computing one more token takes at least: 2 for each weight that a token is multiplied with."""
    linear = (module for module in model.modules() if isinstance(module, torch.nn.Linear))
    return 2 * sum(module.weight.numel() for module in linear)


def _repeats_a_second(work: object, device: torch.device) -> float:
    assert callable(work)
    work()
    count, started = 0, perf_counter()
    while (elapsed := perf_counter() - started) < _SECONDS:
        work()
        count += 1
        if device.type == "cuda":
            torch.cuda.synchronize(device)
    return count / elapsed
