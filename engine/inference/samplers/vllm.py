"""A vLLM server as a sampler: prompts and completions as tokens, a request for each prompt, with a seed of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.vllm import Request, VLLMServer
from trace_trainer.engine.inference.rollout import Batch, Rollout
from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler

_AT_ONCE = 64  # requests; the server batches what runs
_SEEDS = 2**62


class VLLM:
    """The server of a run.

    Args:
        address, seconds, vocabulary: as `VLLMServer` has them.
    """

    def __init__(self, address: str, seconds: float, vocabulary: int) -> None:
        self._server = VLLMServer(address, seconds, vocabulary)

    def load(self, folder: Path) -> None:
        self._server.load_weights(folder)

    def draw(self, batch: Batch, generator: torch.Generator) -> list[Rollout]:
        ends = frozenset(batch.end_ids)
        requests = [
            Request(prompt, batch.group_size, batch.max_new_tokens, batch.temperature, ends, seed)
            for prompt, seed in zip(batch.prompts, _seeds(batch, generator), strict=True)
        ]
        pool = ThreadPoolExecutor(min(_AT_ONCE, len(requests)))
        try:
            groups = list(pool.map(self._server.complete, requests))
        finally:
            pool.shutdown(cancel_futures=True)
        rows = [completion for group in groups for completion in group]
        return [batch.rollout(row, rows[row].tokens, rows[row].logprobs) for row in range(len(rows))]


def _seeds(batch: Batch, generator: torch.Generator) -> list[int]:
    """A seed for each prompt, far from the others: a group takes as many numbers from it on as it has completions."""
    if batch.streams is None:
        drawn = torch.randint(_SEEDS, (len(batch.prompts),), generator=generator, device=generator.device)
        return [int(seed) for seed in drawn]
    own = (torch.Generator().manual_seed(seed) for seed in batch.streams.seeds)
    return [int(torch.randint(_SEEDS, (), generator=stream)) for stream in own]


def _unconnected(batch: Batch, generator: torch.Generator) -> list[Rollout]:
    raise UserError("the sampler vllm is a server, which only trainer rl connects to")


SAMPLERS.declare("vllm", Sampler(_unconnected, connect=VLLM))
