"""Completions of a model as text: what evaluation judges, and what `trainer solve` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.progress import Progress

if TYPE_CHECKING:
    from trace_trainer.engine.inference.constraints import Constraint
    from trace_trainer.engine.inference.sampling import Kept
    from trace_trainer.engine.models.loading import LoadedModel

SAMPLING_TEMPERATURE = 0.7
"""For several samples a problem, where no temperature is given."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a model wrote: its text without the end token, its length in tokens, and whether it stopped by itself.

    Attributes:
        tokens: None where that is not known: the model ran elsewhere, and nobody counted.
        logprob: that of all its tokens together, in nats, under what they were sampled from; 0 where that was greedy,
            or is not known.
        failure: why there is no completion, in a line, where what runs the model failed; None where there is one.
    """

    text: str
    tokens: int | None
    ended: bool
    logprob: float = 0.0
    failure: str | None = None

    def cut(self, stops: Sequence[str]) -> Sampled:
        """The same up to the first of these texts; where one occurs, it ended there."""
        places = [place for stop in stops if (place := self.text.find(stop)) >= 0]
        return replace(self, text=self.text[: min(places)], ended=True) if places else self


def check_samples(samples: int, temperature: float) -> None:
    """Raise UserError for several greedy samples, which would all be the same."""
    if samples > 1 and temperature == 0:
        raise UserError(f"{samples} greedy samples would all be the same; give a --temperature above 0")


def complete(
    loaded: LoadedModel,
    prompts: Sequence[Prompt],
    *,
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    seed: int = 0,
    progress: bool = True,
    constraints: Sequence[Constraint] | None = None,
    kept: Kept | None = None,
) -> list[list[Sampled]]:
    """Let the model answer prompts: for each in order, `samples` completions.

    Args:
        temperature: of sampling; 0 decodes greedily.
        max_new_tokens: longer completions are cut.
        constraints: for each prompt, what its completions may be; None decodes freely.
        kept: has the batches that an earlier call drew, and gets the others.

    Raises UserError for several greedy samples, which would all be the same, and for a grammar or a tokenizer that
    decoding can't be guided by.
    """
    from trace_trainer.engine.inference.sampling import sample
    from trace_trainer.engine.models.chat import completion_text, end_token_ids, prompt_ids

    check_samples(samples, temperature)
    tokenizer = loaded.tokenizer
    end_ids = end_token_ids(tokenizer, loaded.model)
    starts = None
    if constraints is not None:
        from trace_trainer.engine.inference.constraints.guidance import starts_of

        starts = starts_of(tokenizer, end_ids, constraints)
    with Progress(loaded.name, len(prompts) * samples, "completions") as bar:
        groups = sample(
            loaded.model,
            [prompt_ids(tokenizer, prompt) for prompt in prompts],
            group_size=samples,
            temperature=temperature,
            max_new_tokens=max_new_tokens,
            end_ids=end_ids,
            pad_id=tokenizer.pad_token_id,
            seed=seed,
            progress=bar.advance if progress else None,
            starts=starts,
            kept=kept,
        )
    return [
        [
            Sampled(
                completion_text(tokenizer, r.completion_ids), len(r.completion_ids), r.ended, sum(r.logprobs)
            )
            for r in group
        ]
        for group in groups
    ]
