"""The models that are timed, and the problems that they are asked.

The embedded base model has never seen a trace: without a short fine-tuning first, its samples would have other lengths
than those of anybody's run, and none would earn a reward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from trace_trainer.engine.models.chat import prompt_ids
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.settings.stages import DEFAULT_MODEL, RLConfig, SFTConfig
from trace_trainer.engine.tasks import Task, task_for
from trace_trainer.engine.tasks.rows import rows_of, trim_vocabulary
from trace_trainer.engine.training.sft.trainer import train_briefly
from trace_trainer.engine.training.tuning import trainable_part

RANDOM = "random-135m"
"""In place of a model's name: random weights in the shape of SmolLM2-135M."""

_FINE_TUNING = SFTConfig(learning_rate=1e-3)
_TRIMMED_TO = 2_000  # problems whose words a trimmed vocabulary keeps


@dataclass
class Subject:
    """A model to time, and what it is asked.

    Attributes:
        name: of the model, for the tables.
        loaded: its weights are all to be trained; every turn that trains starts from `weights`.
        task: gives the problems and judges the replies.
        writes_traces: some of its samples may be right, so that reinforcement learning has something to do.
    """

    name: str
    loaded: LoadedModel
    task: Task[Any]
    writes_traces: bool
    weights: dict[str, torch.Tensor]

    def problems(self, count: int, seed: int) -> list[Any]:
        """Problems that no other seed gives, of those that reinforcement learning practises on."""
        return list(self.task.generate("train", count, 900_000 + seed))

    def prompts(self, problems: Sequence[Any]) -> list[list[int]]:
        """The token ids of each problem's prompt."""
        return [prompt_ids(self.loaded.tokenizer, self.task.prompt(problem)) for problem in problems]

    def restore(self) -> None:
        """Give the model the weights that it had at first."""
        with torch.no_grad():
            for name, parameter in self.loaded.model.named_parameters():
                parameter.copy_(self.weights[name])
                parameter.grad = None
        self.loaded.model.eval()


def subject(name: str, steps: int, trim: bool = False) -> Subject:
    """A model by name.

    Args:
        name: what `load_model` takes, or RANDOM.
        steps: of fine-tuning, where it is the embedded base model.
        trim: cut the vocabulary down to the problems'.

    Raises UserError as `load_model` does.
    """
    task = task_for("traces")
    loaded = _random() if name == RANDOM else load_model(name)
    task.fit(loaded.tokenizer, loaded.name)
    trainable_part(loaded, RLConfig())
    if trim:
        trim_vocabulary(loaded, list(task.generate("train", _TRIMMED_TO, 0)), task)
    if name == DEFAULT_MODEL and steps:
        rows = rows_of(loaded, list(task.generate("train", steps * 40, 0)), task)
        with TemporaryDirectory() as folder:
            train_briefly(loaded, rows, _FINE_TUNING, Path(folder), steps)
    weights = {name: p.detach().clone() for name, p in loaded.model.named_parameters()}
    return Subject(name, loaded, task, name != RANDOM and (name != DEFAULT_MODEL or steps > 0), weights)


def _random() -> LoadedModel:
    """Random weights, with the embedded model's tokenizer, whose tokens are the first of its vocabulary."""
    from transformers import AutoModelForCausalLM, LlamaConfig

    tokenizer = load_model(DEFAULT_MODEL).tokenizer
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=49_152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LoadedModel(AutoModelForCausalLM.from_config(shape).eval(), tokenizer, RANDOM, RANDOM)
