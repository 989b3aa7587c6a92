"""A rollout: one sampled completion with the log-probability of every token. A batch is what a sampler draws from."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.inference.constraints.guide import Guide
from trace_trainer.engine.inference.constraints.masks import Mask
from trace_trainer.engine.inference.streams import Streams
from trace_trainer.engine.inference.token_choice import choose_tokens


@dataclass(slots=True)
class Rollout:
    """One sampled completion.

    Attributes:
        prompt_ids: the prompt's tokens.
        completion_ids: the sampled tokens, the end token included where there is one.
        logprobs: of each of them, in nats, under the distribution they were sampled from.
        ended: it ended by itself; False means that the limit cut it.
        masks: what was allowed at each token; empty where all was.
        policy_logprobs: of each token, in nats, under the model in training as it was then, where a server sampled;
            empty where the model itself was sampled from.
    """

    prompt_ids: list[int]
    completion_ids: list[int]
    logprobs: list[float]
    ended: bool
    masks: list[Mask] = field(default_factory=list)
    policy_logprobs: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """What one pass of sampling needs."""

    model: PreTrainedModel
    prompts: list[list[int]]
    group_size: int
    max_new_tokens: int
    end_ids: set[int]
    pad_id: int
    temperature: float
    guide: Guide | None = None
    streams: Streams | None = None

    def padded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Prompts padded on the left and their mask, both of shape (prompts, longest)."""
        width = max(map(len, self.prompts))
        ids = [[self.pad_id] * (width - len(p)) + p for p in self.prompts]
        mask = [[0] * (width - len(p)) + [1] * len(p) for p in self.prompts]
        device = self.model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)

    def rollout(self, row: int, tokens: list[int], logprobs: list[float]) -> Rollout:
        """The rollout of a row from its tokens up to the first end token."""
        end = next((i for i, token in enumerate(tokens) if token in self.end_ids), None)
        kept = len(tokens) if end is None else end + 1
        masks = self.guide.drawn(row)[:kept] if self.guide is not None else []
        return Rollout(
            self.prompts[row // self.group_size], tokens[:kept], logprobs[:kept], end is not None, masks
        )

    def choose(
        self, logits: torch.Tensor, generator: torch.Generator, rows: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The next token of each of these rows and its log-probability; logits have shape (rows, vocabulary)."""
        if self.guide is not None:
            logits = self.guide.masked(logits, rows.tolist())
        if self.streams is not None:
            uniform = self.streams.take(rows)
        else:
            uniform = torch.rand((len(logits), 1), generator=generator, device=logits.device)
        tokens, logprobs = choose_tokens(logits, self.temperature, uniform)
        if self.guide is not None:
            self.guide.accept(rows.tolist(), tokens.tolist())
        return tokens, logprobs

    def forced(self, rows: torch.Tensor) -> torch.Tensor | None:
        """The next token of each of these rows, where none of them has a choice; None where one has, or may end.

        Of a row that has ended it is any token.
        """
        tokens = self.guide.forced(rows.tolist()) if self.guide is not None else None
        if self.guide is None or tokens is None or not self.end_ids.isdisjoint(tokens.values()):
            return None
        self.guide.accept(list(tokens), list(tokens.values()))
        return torch.tensor([tokens.get(row, self.pad_id) for row in rows.tolist()], device=rows.device)
