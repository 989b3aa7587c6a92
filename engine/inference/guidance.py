"""Guided decoding: at every token, only what a grammar allows may follow (`trainer eval --guided`).

The grammars come from the experts' declarations (`verifiers/traces/grammar.py`) and from the tools that a conversation
shows (`verifiers/calls/formats`). Which tokens may follow is llguidance's work. A completion can still be cut by its
limit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

import llguidance.hf
import numpy as np
import torch
from llguidance import LLMatcher, LLTokenizer
from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError

_MOST_STARTS = 2048
_FREE = '%llguidance {"no_forcing": true}'
"""Allow every token that fits. Otherwise, where only one text may follow, llguidance tokenizes what it knows of it and
allows these tokens alone, though a tokenizer with tokens of several words would have gone on to a longer one."""

_MARK = re.compile(r"<[^<>\s]+>")


class Guide:
    """Follows the completions of one batch, a row each.

    Args:
        starts: of each prompt, what its completions may be (`Guidance.start`).
        group_size: completions of each prompt; their rows follow one another.
    """

    def __init__(self, starts: Sequence[LLMatcher], group_size: int = 1) -> None:
        self._matchers = [start.deep_copy() for start in starts for _ in range(group_size)]

    def masked(self, logits: torch.Tensor, rows: Sequence[int]) -> torch.Tensor:
        """The logits of these rows, of shape (rows, vocabulary), with -inf for what may not follow.

        A row that has ended is left as it is.
        """
        allowed = np.ones(logits.shape, dtype=bool)
        for place, row in enumerate(rows):
            if not self._matchers[row].is_stopped():
                bits = np.frombuffer(self._matchers[row].compute_bitmask(), dtype=np.uint8)
                found = np.unpackbits(bits, count=min(8 * len(bits), logits.shape[1]), bitorder="little")
                allowed[place] = False  # a model may have scores for more tokens than there are
                allowed[place, : len(found)] = found
        return logits.masked_fill(~torch.from_numpy(allowed).to(logits.device), float("-inf"))

    def accept(self, rows: Sequence[int], tokens: Sequence[int]) -> None:
        """Note the tokens that were chosen for these rows."""
        for row, token in zip(rows, tokens, strict=True):
            if not self._matchers[row].is_stopped():
                self._matchers[row].consume_token(token)


@lru_cache(maxsize=2)
def guidance_of(tokenizer: PreTrainedTokenizerBase, end_ids: frozenset[int]) -> Guidance:
    """The same as `Guidance`, and made once: with a large vocabulary it takes as long as many tokens."""
    return Guidance(tokenizer, end_ids)


class Guidance:
    """Grammars in terms of a model's tokens.

    Args:
        tokenizer: a fast one.
        end_ids: the tokens that end a completion.

    Raises UserError where the tokenizer has no description that can be read.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, end_ids: Set[int]) -> None:
        ends = sorted(id for id in end_ids if id < len(tokenizer))  # a model may name more than there are
        try:
            self._tokens: LLTokenizer = llguidance.hf.from_tokenizer(tokenizer, eos_token=ends)
        except ValueError as error:
            raise UserError(f"this tokenizer can't be guided by a grammar: {error}") from None
        self._starts: dict[str, LLMatcher] = {}
        # A mark that is one token of its own is written as such; to llguidance it is no text.
        self._marks = [
            str(token)
            for id, token in tokenizer.added_tokens_decoder.items()
            if _MARK.fullmatch(str(token)) and self._tokens.is_special_token(id)
        ]

    def start(self, grammar: str) -> LLMatcher:
        """The beginning of a text of a grammar. Raises UserError where llguidance can't read the grammar."""
        if grammar not in self._starts:
            if len(self._starts) == _MOST_STARTS:  # whoever serves is asked for ever new ones
                self._starts.clear()
            self._starts[grammar] = self._read(grammar)
        return self._starts[grammar]

    def _read(self, grammar: str) -> LLMatcher:
        for mark in self._marks:
            grammar = grammar.replace(f'"{mark}"', mark)
        grammar = f"{_FREE}\n{grammar}"
        matcher = LLMatcher(self._tokens, LLMatcher.grammar_from_lark(grammar), log_level=0)
        if matcher.is_error():
            raise UserError(f"no grammar for decoding: {matcher.get_error().partition(chr(10))[0][:200]}")
        return matcher
