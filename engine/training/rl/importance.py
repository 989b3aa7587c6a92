"""What is made of samples of a server, which computes in other kernels and another precision than the update.

With the same weights the server's distribution is not quite the policy's, and an update that takes it for that is off
the policy. So the policy scores the samples before the update. Its ratios start from what it says itself, and each
token counts

    min(p_policy / p_server, cap)

times in the loss, both being its probabilities as the update starts: truncated importance sampling (Yao et al. 2025,
Your Efficient RL Framework Secretly Brings You Off-Policy RL Training). Where the objective has one ratio for a whole
completion, so has this. A sampler that draws from the policy itself needs none of it, and gets none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import micro_batches, score_tokens
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.objectives.objective import OBJECTIVES, Tokens
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.samples import Sample

_ANOTHER_MODEL = 0.5
"""Nats a token, on average, beyond which no rounding explains the difference: bfloat16 makes about a hundredth."""


@torch.no_grad()
def score_policy(config: RLConfig, loaded: LoadedModel, groups: Sequence[Sequence[Rollout]]) -> None:
    """Note for every token of some groups what the policy gives it. Raises UserError where that is so far from what
    the sampler gave it that it samples from another model.
    """
    rollouts = [rollout for group in groups for rollout in group]
    for batch in micro_batches(loaded.model, rollouts, config.micro_batch_tokens):
        chosen = [rollouts[number] for number in batch]
        scores = score_tokens(loaded.model, chosen, config.temperature, loaded.tokenizer.pad_token_id)
        lengths = [len(rollout.completion_ids) for rollout in chosen]
        for rollout, logprobs in zip(chosen, scores.logprobs.split(lengths), strict=True):
            rollout.policy_logprobs = logprobs.tolist()
    apart = float(log_ratios(rollouts).abs().mean()) if rollouts else 0.0
    if not apart <= _ANOTHER_MODEL:
        raise UserError(
            f"{config.vllm_url} does not sample from the model in training: their log-probabilities differ by "
            f"{apart:.2f} a token; let it serve that model, with its tokenizer, to this run alone"
        )


def log_ratios(rollouts: Sequence[Rollout]) -> torch.Tensor:
    """log(p_policy / p_server) of the tokens of scored rollouts, laid end to end, of shape (tokens,)."""
    policy = torch.tensor([logprob for r in rollouts for logprob in r.policy_logprobs])
    return policy - torch.tensor([logprob for r in rollouts for logprob in r.logprobs])


def start_logprobs(rollouts: Sequence[Rollout], device: torch.device) -> torch.Tensor:
    """What the tokens' ratios start from, of shape (tokens,)."""
    return torch.tensor([p for r in rollouts for p in r.policy_logprobs or r.logprobs], device=device)


def with_importance(config: RLConfig, rollouts: Sequence[Rollout], tokens: Tokens) -> Tokens:
    """The tokens of some completions, each with its share of the loss times its importance."""
    if not all(rollout.policy_logprobs for rollout in rollouts):
        return tokens
    importance = _ratios(config, rollouts).clamp(max=config.importance_cap).to(tokens.old.device)
    if _counts_completions(config):
        return replace(tokens, weight=tokens.weight * importance)
    each = torch.arange(len(importance), device=importance.device)
    weight = tokens.weight[tokens.rows] * importance
    return replace(tokens, rows=each, advantage=tokens.advantage[tokens.rows], weight=weight)


def importance_record(config: RLConfig, samples: Sequence[Sequence[Sample]]) -> dict[str, Any]:
    """The figures of metrics.jsonl, over all that a server sampled; none where none did.

    `log_ratio` is the mean over tokens of |log(p_policy / p_server)|. `mean` and `max` are of the importance of tokens,
    or of completions where these have one ratio, and `truncated` is the share of them that the cap holds.
    """
    rollouts = [s.rollout for group in samples for s in group if s.rollout.policy_logprobs]
    if not rollouts:
        return {}
    ratios = _ratios(config, rollouts)
    importance = ratios.clamp(max=config.importance_cap)
    figures = {
        "log_ratio": log_ratios(rollouts).abs().mean(),
        "mean": importance.mean(),
        "max": importance.max(),
        "truncated": (ratios > config.importance_cap).float().mean(),
    }
    return {"importance": {name: float(value) for name, value in figures.items()}}


def _ratios(config: RLConfig, rollouts: Sequence[Rollout]) -> torch.Tensor:
    """p_policy / p_server of each token, or of each completion where the objective has one ratio for it."""
    ratios = log_ratios(rollouts)
    if _counts_completions(config):
        lengths = [len(rollout.completion_ids) for rollout in rollouts]
        ratios = torch.stack([part.sum() for part in ratios.split(lengths)])
    return ratios.exp()


def _counts_completions(config: RLConfig) -> bool:
    return OBJECTIVES[config.objective].mean_over == "completions"
