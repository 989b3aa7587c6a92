"""Cutting a model's vocabulary down to what a training needs (`--trim-vocab`), and putting it back when it is saved.

Of 268M parameters of Gemma 3 270M, 168M are the embedding's 262,144 rows, of which word problems use a few thousand;
the tied head computes a score for each of them at every token. Kept are the tokens of the training texts, the pieces
that the tokenizer's merges make them of, single bytes and special tokens. The tokenizer is cut likewise: it reads the
training texts exactly as before and other words in smaller pieces, so that nothing else has to know of the cut. What is
written to disk always has the whole vocabulary: rows that were cut keep their values.

Only tokenizers that merge pairs (byte-pair encoding) can be cut. Not covered: adapters on the embedding or the head.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import ByteLevel
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from trace_trainer.engine.errors import UserError

_ROLES = ("bos_token_id", "eos_token_id", "pad_token_id")
_BYTES = {*ByteLevel.alphabet(), *(f"<0x{byte:02X}>" for byte in range(256))}
"""Every token that stands for one byte, in both of the usual notations."""


class TrimmedVocabulary:
    """A model whose vocabulary has been cut, in place, and the tokenizer that goes with it.

    Args:
        model: an adapter's base is cut, too.
        tokenizer: the model's.
        texts: what it is to read and write as before, special tokens included.

    Attributes:
        kept: the tokens that are left, as ids of the whole vocabulary, ascending; a token's new id is its place here.
        tokenizer: reads the texts as the whole one does, in new ids.

    Raises UserError where the tokenizer or the model can't be cut.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]
    ) -> None:
        self._model, self._whole_tokenizer = model, tokenizer
        self._layers = _token_layers(model)
        spec = _specification(tokenizer)
        self._roles = [
            (config, role, token)
            for config in _configurations(model)
            for role in _ROLES
            if (token := getattr(config, role, None)) is not None
        ]
        encoded = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        used = {*tokenizer.all_special_ids, *(token for ids in encoded for token in ids)}
        for _, _, token in self._roles:
            used.update(token if isinstance(token, list) else [token])
        self.kept = sorted(_needed(spec, used))
        self._places = {token: place for place, token in enumerate(self.kept)}
        self.tokenizer = _cut_tokenizer(tokenizer, spec, self._places)
        again = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        if again != [[self._places[token] for token in ids] for ids in encoded]:
            raise UserError(
                "this tokenizer reads text differently once its vocabulary is cut; leave --trim-vocab out"
            )
        self._whole = {name: parameter.data for name, parameter in self._parameters()}
        self._cut()

    @contextmanager
    def whole(self) -> Iterator[PreTrainedTokenizerBase]:
        """Inside, the model has the whole vocabulary, with its present values in the rows that were kept.

        Yields the whole tokenizer.
        """
        for name, parameter in self._parameters():
            self._whole[name][self._index(parameter)] = parameter.data
        self._set(self._whole, lambda token: token)
        try:
            yield self._whole_tokenizer
        finally:
            self._cut()

    def _cut(self) -> None:
        rows = {name: self._whole[name][self._index(parameter)] for name, parameter in self._parameters()}
        self._set(rows, self._places.get)

    def _set(self, values: dict[str, torch.Tensor], place: Callable[[int], int | None]) -> None:
        """Give the layers these values, and the configurations the ids that tokens then have."""
        for name, parameter in self._parameters():
            parameter.data = values[name]
        for layer in self._layers:
            rows = layer.weight.shape[0]
            if isinstance(layer, torch.nn.Embedding):
                # Which token pads matters to the gradient of that token's row alone.
                layer.num_embeddings, layer.padding_idx = rows, None
            else:
                layer.out_features = rows
        self._model.config.get_text_config().vocab_size = len(self._layers[0].weight)
        for config, role, token in self._roles:
            places = [place(t) for t in token] if isinstance(token, list) else place(token)
            setattr(config, role, places)

    def _parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """The parameters with a row for each token; a tied one comes once, as the embedding's."""
        seen = set()
        for number, layer in enumerate(self._layers):
            for name, parameter in layer.named_parameters(recurse=False):
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    yield f"{number}.{name}", parameter

    def _index(self, parameter: torch.nn.Parameter) -> torch.Tensor:
        return torch.tensor(self.kept, device=parameter.device)


def _token_layers(model: PreTrainedModel) -> list[torch.nn.Module]:
    """The embedding and the head. Raises UserError where they are adapted, or a head is made in another way."""
    layers = [model.get_input_embeddings(), model.get_output_embeddings()]
    if not isinstance(layers[0], torch.nn.Embedding) or not isinstance(layers[1], torch.nn.Linear):
        raise UserError(
            f"--trim-vocab can't cut a model whose embedding is a {type(layers[0]).__name__} and whose head is a "
            f"{type(layers[1]).__name__}; adapt neither of them, or leave the option out"
        )
    return layers


def _configurations(model: PreTrainedModel) -> list[Any]:
    """Those that name tokens by their ids."""
    return [c for c in (model.config.get_text_config(), model.generation_config) if c is not None]


def _specification(tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    """The tokenizer as its library writes it. Raises UserError where it is of another kind."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    spec: dict[str, Any] = (
        json.loads(backend.to_str()) if backend is not None else {"model": {"type": "unknown"}}
    )
    if spec["model"]["type"] != "BPE":
        raise UserError(
            f"--trim-vocab needs a tokenizer of byte-pair encoding, this one is {spec['model']['type']}; leave it out"
        )
    return spec


def _needed(spec: dict[str, Any], used: Iterable[int]) -> set[int]:
    """The tokens to keep: the used ones with what they are merged from, and single bytes."""
    vocabulary: dict[str, int] = spec["model"]["vocab"]
    ranks = {pair: rank for rank, pair in enumerate(_merges(spec))}
    texts = {token: text for text, token in vocabulary.items()}
    needed = {vocabulary[text] for text in _BYTES if text in vocabulary}
    for token in used:
        needed.add(token)
        needed |= {vocabulary[p] for p in _pieces(texts.get(token, ""), ranks) if p in vocabulary}
    return needed


def _pieces(text: str, ranks: dict[tuple[str, str], int]) -> Iterator[str]:
    """Every piece that occurs while a token's characters are merged to it, the pair of the lowest rank first."""
    pieces = list(text)
    yield from pieces
    while len(pieces) > 1:
        pairs = list(pairwise(pieces))
        at = min(range(len(pairs)), key=lambda i: ranks.get(pairs[i], len(ranks)))
        if pairs[at] not in ranks:
            return  # a token that is no result of merges is only ever found whole
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        yield pieces[at]


def _merges(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs in the order in which they are merged; older files write a pair as one text."""
    pairs = (m.split(" ", 1) if isinstance(m, str) else m for m in spec["model"]["merges"])
    return [(left, right) for left, right in pairs]


def _cut_tokenizer(
    tokenizer: PreTrainedTokenizerBase, spec: dict[str, Any], places: dict[int, int]
) -> PreTrainedTokenizerFast:
    vocabulary = {text: places[i] for text, i in spec["model"]["vocab"].items() if i in places}
    merges = [pair for pair in _merges(spec) if all(text in vocabulary for text in (*pair, "".join(pair)))]
    added = [{**token, "id": places[token["id"]]} for token in spec["added_tokens"] if token["id"] in places]
    # Chat templates write special tokens themselves, and every text is read without others.
    cut = {
        **spec,
        "model": {**spec["model"], "vocab": vocabulary, "merges": merges},
        "added_tokens": added,
        "post_processor": None,
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(cut)),
        chat_template=tokenizer.chat_template,
        padding_side=tokenizer.padding_side,
        clean_up_tokenization_spaces=False,
        **tokenizer.special_tokens_map,
    )
