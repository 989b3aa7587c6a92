"""Pretraining: makes an embedded base model, which reads and copies but has never written a trace or a call.

A Llama of about 4M parameters with its own tokenizer, trained from random weights on a corpus (corpora.py): fresh
documents throughout, cut into batches of equal length so that no time goes into padding. Plain text is learned whole,
of an exercise only the answer (its numbers are random and cannot be predicted). A base can be trained further, on
other documents where the seed is another.

What is not covered: this is no general language model. It knows the vocabulary of the project's own problems.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch.utils.data import IterableDataset
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from trace_trainer.engine.atomic import atomic_write, move_in
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.batches import split_by_tokens
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.pretraining.corpora import CORPORA, Corpus
from trace_trainer.engine.pretraining.tokenizer import train_tokenizer
from trace_trainer.engine.pretraining.trace_reading import Document
from trace_trainer.engine.runs.checkpoints import (
    DurableCheckpoints,
    newest_checkpoint,
    resumed_from,
    whole_checkpoints,
)
from trace_trainer.engine.runs.lock import hold, let_go
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.runs.recorded import model_fingerprint, require_same_settings
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.stopping import stop_on_interrupt

_RUN = "run"  # the folder with what resuming needs
_POOL = 4_000  # documents sorted by length at a time
_IGNORED = -100  # the label that cross-entropy leaves out
_EVAL_DOCUMENTS = 200
_LOG_EVERY = 50  # steps
_CHECKPOINT_EVERY = 250  # steps; copying is measured as often


@dataclass(frozen=True, slots=True)
class Shape:
    """The model's size. The default has about 4.2M parameters with a vocabulary of 3,072."""

    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 768
    context: int = 1024


def new_model(tokenizer: PreTrainedTokenizerFast, shape: Shape, seed: int) -> LlamaForCausalLM:
    """A Llama with random weights for that tokenizer."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.width,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def encode(tokenizer: PreTrainedTokenizerFast, document: Document) -> tuple[list[int], list[int]]:
    """Token ids and labels of a document; labels are -100 outside an exercise's answer."""
    if isinstance(document, str):
        ids = [tokenizer.bos_token_id, *tokenizer(document).input_ids, tokenizer.eos_token_id]
        return ids, [_IGNORED, *ids[1:]]
    encoded = tokenizer.apply_chat_template(document, return_dict=True, return_assistant_tokens_mask=True)
    ids = list(encoded["input_ids"])
    labels = [t if m else _IGNORED for t, m in zip(ids, encoded["assistant_masks"], strict=True)]
    return ids, labels


class ReadingBatches(IterableDataset):
    """Ready batches of fresh documents, each of at most `batch_tokens` tokens, padding included."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, corpus: Corpus, batch_tokens: int, seed: int
    ) -> None:
        self._tokenizer = tokenizer
        self._corpus = corpus
        self._batch_tokens = batch_tokens
        self._seed = seed

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        stream = self._corpus.documents(self._seed)
        rng = Random(f"batches:{self._seed}")
        while True:
            pool = [encode(self._tokenizer, next(stream)) for _ in range(_POOL)]
            batches = split_by_tokens(range(_POOL), [len(ids) for ids, _ in pool], self._batch_tokens)
            rng.shuffle(batches)
            yield from (self._collate([pool[row] for row in batch]) for batch in batches)

    def _collate(self, rows: list[tuple[list[int], list[int]]]) -> dict[str, torch.Tensor]:
        width = max(len(ids) for ids, _ in rows)
        pad = self._tokenizer.pad_token_id
        return {
            "input_ids": torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in rows]),
            "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in rows]),
            "labels": torch.tensor([labels + [_IGNORED] * (width - len(labels)) for _, labels in rows]),
        }


@torch.no_grad()
def copying_accuracy(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, corpus: Corpus, seed: int = 0
) -> dict[str, float]:
    """Share of exercises answered exactly, token for token under teacher forcing; questions are of validation.

    With teacher forcing every token of the answer must be the most likely one given the right ones before it, which for
    an exact answer is the same as greedy decoding.
    """
    model.eval()
    shares = {}
    for name, exercises in corpus.exams(seed, _EVAL_DOCUMENTS).items():
        exact = 0
        for exercise in exercises:
            ids, labels = encode(tokenizer, exercise)
            predicted = model(torch.tensor([ids], device=model.device)).logits[0, :-1].argmax(-1).tolist()
            exact += all(p == t for p, t in zip(predicted, labels[1:], strict=True) if t != _IGNORED)
        shares[name] = exact / len(exercises)
    model.train()
    return shares


class _Curve(TrainerCallback):
    """Writes the curve: loss and copying accuracy against tokens. Meets a request to stop after a step."""

    def __init__(
        self, path: Path, tokenizer: PreTrainedTokenizerFast, corpus: Corpus, batch_tokens: int
    ) -> None:
        self._path, self._tokenizer, self._corpus, self._batch_tokens = path, tokenizer, corpus, batch_tokens
        self.stop_requested = False

    def on_step_end(self, args, state, control, **kwargs) -> None:  # type: ignore[no-untyped-def]
        if self.stop_requested:
            control.should_save = control.should_training_stop = True

    def on_train_begin(self, args, state, control, **kwargs) -> None:  # type: ignore[no-untyped-def]
        """Drop what an interrupted run did after the checkpoint that is resumed: it is done again."""
        lines = read_lines(self._path) if self._path.exists() else ()
        kept = [line for line in lines if line["step"] <= state.global_step]
        with atomic_write(self._path) as file:
            file.writelines(json.dumps(line) + "\n" for line in kept)

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:  # type: ignore[no-untyped-def]
        if not logs or "loss" not in logs:
            return
        line = {
            "step": state.global_step,
            "tokens": state.global_step * self._batch_tokens,
            "loss": logs["loss"],
        }
        if state.global_step % _CHECKPOINT_EVERY == 0:
            line["copying"] = copying_accuracy(kwargs["model"], self._tokenizer, self._corpus)
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        tell(json.dumps(line))


def pretrain(
    out: Path,
    tokens: int,
    *,
    corpus: Corpus,
    shape: Shape,
    learning_rate: float,
    batch_tokens: int,
    seed: int,
    start: LoadedModel | None = None,
) -> bool:
    """Train the tokenizer and the model and write both, with the curve, to a folder.

    Returns whether it came to its end; False where it was stopped, to go on by the same call.

    Args:
        out: the folder, e.g. checkpoints/tiny-base; the newest whole checkpoint in it is resumed.
        tokens: how many tokens to train on, padding included.
        corpus: what it reads.
        shape: the size of a new model.
        learning_rate: the peak; it warms up and then falls to 0 by a cosine.
        batch_tokens: tokens a step.
        seed: of weights and documents.
        start: a base to train further, with its tokenizer, in place of a new one.

    Raises UserError where another process works on that folder, and where what it began with was something else.
    """
    out.mkdir(parents=True, exist_ok=True)
    hold(out)
    settings = {"tokens": tokens, "learning_rate": learning_rate, "batch_tokens": batch_tokens, "seed": seed}
    reads = next(name for name, known in CORPORA.items() if known is corpus)
    begins = model_fingerprint(start.path) if start else None
    _require_same(out, {**settings, "corpus": reads, "shape": asdict(shape), "start": begins})
    if start is None:
        tokenizer = _tokenizer(out, corpus, seed)
        model = new_model(tokenizer, shape, seed)
    else:
        model, tokenizer = start.model, start.tokenizer
        move_in(tokenizer.save_pretrained, out)
    steps = tokens // batch_tokens
    curve = _Curve(out / "curve.jsonl", tokenizer, corpus, batch_tokens)
    trainer = Trainer(
        model=model,
        args=_arguments(out / _RUN, steps, learning_rate, seed),
        train_dataset=ReadingBatches(tokenizer, corpus, batch_tokens, seed),
        data_collator=lambda rows: rows[0],
        callbacks=[curve, DurableCheckpoints()],
    )
    checkpoint = newest_checkpoint(out / _RUN)
    with whole_checkpoints(out / _RUN), resumed_from(checkpoint, trainer), stop_on_interrupt(curve):
        trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)
    if trainer.state.global_step < steps:
        return False
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    move_in(model.save_pretrained, out)
    shutil.rmtree(out / _RUN)  # checkpoints with the optimiser's state, twice the model's size
    let_go(out)
    return True


def _require_same(out: Path, settings: dict[str, Any]) -> None:
    """Record what a training begins with; raise UserError where one in that folder began with something else."""
    record = out / _RUN / "settings.json"
    if record.exists():
        try:
            began_with = dict(json.loads(record.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise UserError(f"can't read {record}: {error}; remove {out} to start again") from None
        require_same_settings(f"the training in {out}", began_with, settings)
        return
    record.parent.mkdir(exist_ok=True)
    with atomic_write(record) as stream:
        json.dump(settings, stream)


def _arguments(folder: Path, steps: int, learning_rate: float, seed: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=1,
        learning_rate=learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=min(200, steps // 10),
        weight_decay=0.05,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        logging_steps=_LOG_EVERY,
        save_steps=_CHECKPOINT_EVERY,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        report_to="none",
        seed=seed,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        accelerator_config={"dispatch_batches": False},
    )


def _tokenizer(out: Path, corpus: Corpus, seed: int) -> PreTrainedTokenizerFast:
    """The folder's tokenizer, so that a resumed run keeps its own; trained and written there at first."""
    if (out / "tokenizer_config.json").exists():  # the last of its files that is written
        loaded: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(out)
        return loaded
    tokenizer = train_tokenizer(corpus.texts(seed), pieces=corpus.pieces, markers=corpus.markers)
    move_in(tokenizer.save_pretrained, out)
    return tokenizer
