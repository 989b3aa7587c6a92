"""A sampler: one token after the other without any cache. Slow, and a plain reference for faster ones.

trainer rl --plugin docs/examples/sampler.py --sampler plain
"""

import torch

from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler


def draw(batch, generator):
    """A rollout for each row: `group_size` for each prompt, side by side."""
    rollouts = []
    for row in range(len(batch.prompts) * batch.group_size):
        prompt = batch.prompts[row // batch.group_size]
        tokens, logprobs = [], []
        while len(tokens) < batch.max_new_tokens and not batch.end_ids.intersection(tokens):
            ids = torch.tensor([prompt + tokens], device=batch.model.device)
            logits = batch.model(input_ids=ids).logits[:, -1]
            token, logprob = batch.choose(logits, generator, torch.tensor([row]))
            tokens.append(int(token))
            logprobs.append(float(logprob))
        rollouts.append(batch.rollout(row, tokens, logprobs))
    return rollouts


SAMPLERS.declare("plain", Sampler(draw))
