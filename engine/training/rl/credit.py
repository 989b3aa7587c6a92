"""Credit by step (`--credit step`): what comes before the first step at fault is not blamed for it.

The verdict names that step (`Verdict.first_fault`): the first violation by place, or with a reference the first value
that no step of the reference computes. Of a completion with advantage A, the tokens of the steps before it have the
advantage max(A, 0), those of that step and of all that follows have A. So a right beginning is never made less likely
for what came after it, and a completion that is worth more than its siblings is learned as a whole, as without credit
by step. Where no step can be named, as in a text that can't be read, all tokens have A.

That a chain of steps is judged up to its first mistake, and what precedes it is not penalised, is from Lightman et al.
2023, Let's Verify Step by Step, and Lai et al. 2024, Step-DPO, where people and a language model find the mistake;
that the tokens of a step share its advantage, from process supervision in Shao et al. 2024, DeepSeekMath.

The advantages of a group no longer sum to 0: a beginning that its siblings share is praised in the right ones and not
blamed in the others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import completion_text
from trace_trainer.engine.objectives.objective import OBJECTIVES, advantages
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.samples import Sample

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # where YAML begins a line


def check_credit(config: RLConfig) -> None:
    """Raise UserError for settings under which credit by step means nothing."""
    if config.credit != "step":
        return
    if not config.make_task().has_steps:
        raise UserError(
            f"--credit step is for traces, whose steps a verdict names, not for the task {config.task}; leave it out"
        )
    if OBJECTIVES[config.objective].mean_over == "completions":
        raise UserError(
            f"--credit step needs an objective with a ratio for each token, and {config.objective} has one for a whole "
            "completion; use dr-grpo, grpo, dapo or cispo"
        )
    worth = advantages(config.objective, torch.tensor([[0.0, 1.0]]), torch.tensor([[False, True]]))
    if not (worth < 0).any():
        raise UserError(
            f"--credit step has nothing to change in {config.objective}, which blames no sample; leave it out"
        )


def unblamed_tokens(tokenizer: PreTrainedTokenizerBase, sample: Sample) -> int:
    """How many tokens of a completion lie wholly before its first step at fault; 0 where no step can be named.

    They are the tokens as sampled: the place in the text is found by decoding the first of them, so many at a time.
    """
    fault = getattr(sample.verdict, "first_fault", None)
    if fault is None:
        return 0
    ids, text = sample.rollout.completion_ids, sample.text
    starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
    start = starts[fault.line - 1]

    def written(count: int) -> int:
        """Characters of the text that the first tokens write; one of which they write only a part is none of them."""
        pairs = zip(completion_text(tokenizer, ids[:count]), text, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return bisect_right(range(len(ids) + 1), start, key=written) - 1 if start else 0


def by_step(
    samples: Sequence[Sample], rows: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The rows, advantages and weights of an objective's `Tokens`, in which each part of a completion is a row.

    Args:
        samples: the completions.
        rows: which of them each token belongs to, shape (tokens,), in order.
        weight: of the completions, shape (completions,).
    """
    advantage = torch.tensor([sample.advantage for sample in samples], device=rows.device)
    unblamed = torch.tensor([sample.unblamed for sample in samples], device=rows.device)
    if not unblamed.any():
        return rows, advantage, weight
    firsts = torch.searchsorted(rows, torch.arange(len(samples), device=rows.device))
    place = torch.arange(len(rows), device=rows.device) - firsts[rows]
    parts = 2 * rows + (place >= unblamed[rows])
    return (
        parts,
        torch.stack([advantage.clamp(min=0), advantage], dim=1).flatten(),
        weight.repeat_interleave(2),
    )
