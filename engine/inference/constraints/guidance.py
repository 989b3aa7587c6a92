"""Constraints in terms of a model's tokens; texts of a grammar are llguidance's work.

The grammars come from the experts' declarations (`verifiers/traces/grammar.py`) and from the tools that a conversation
shows (`verifiers/calls/formats`). A text of a grammar can still be cut by the limit of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cached_property, lru_cache

import llguidance.hf
from llguidance import LLExecutor, LLMatcher, LLTokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask_par
from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.constraints import Constraint, Grammar
from trace_trainer.engine.inference.constraints.guide import Follower, Start
from trace_trainer.engine.inference.constraints.masks import Mask
from trace_trainer.engine.inference.constraints.vocabulary import Vocabulary
from trace_trainer.engine.inference.constraints.wiring import TraceStart

_MOST_GRAMMARS = 2048
_FREE = '%llguidance {"no_forcing": true}'
"""Allow every token that fits. Otherwise, where only one text may follow, llguidance tokenizes what it knows of it and
allows these tokens alone, though a tokenizer with tokens of several words would have gone on to a longer one."""

_MARKED = b"\xff"
"""Before the number of a mark, in what llguidance tells of a text."""

_MARK = re.compile(r"<[^<>\s]+>")


class _Text(Follower):
    """A text of a grammar."""

    def __init__(self, guidance: Guidance, matcher: LLMatcher) -> None:
        self._guidance, self._matcher = guidance, matcher
        self._forced: list[int] = []  # what has to follow
        self._is_over = False

    @property
    def is_over(self) -> bool:
        return self._is_over

    def accept(self, token: int) -> None:
        if self._forced:
            self._forced.pop(0)
        self._matcher.consume_token(token)
        self._is_over = token in self._guidance.ends

    @classmethod
    def masks(cls, followers: Sequence[Follower], left: Sequence[int]) -> list[Mask]:
        texts = [follower for follower in followers if isinstance(follower, cls)]
        vocabulary, executor = texts[0]._guidance.vocabulary, texts[0]._guidance.executor
        open = [row for row, text in enumerate(texts) if not text._must_go_on()]
        bits = allocate_token_bitmask(len(texts), 8 * vocabulary.masks.width)
        if open:
            fill_next_token_bitmask_par(executor, [(texts[row]._matcher, row) for row in open], bits)
        found = {row: vocabulary.masks.of_bits(bits[row].tobytes()) for row in open}
        return [
            found.get(row) or vocabulary.masks.of_token(text._forced[0]) for row, text in enumerate(texts)
        ]

    def _must_go_on(self) -> bool:
        """Whether only one token may follow."""
        if not self._forced:
            # llguidance takes what it tells for said, and a matcher that was told a mark ends: so a copy is asked.
            certain = self._matcher.deep_copy().compute_ff_bytes().partition(_MARKED)[0]
            if certain and certain.isascii():
                self._forced = list(self._guidance.vocabulary.written(certain.decode()))
        return bool(self._forced)


class _TextStart(Start):
    def __init__(self, guidance: Guidance, matcher: LLMatcher) -> None:
        self._guidance, self._matcher = guidance, matcher

    def follow(self, count: int) -> Sequence[Follower]:
        return [_Text(self._guidance, self._matcher.deep_copy()) for _ in range(count)]


@lru_cache(maxsize=2)
def guidance_of(tokenizer: PreTrainedTokenizerBase, end_ids: frozenset[int]) -> Guidance:
    """The same as `Guidance`, and made once: with a large vocabulary it takes as long as many tokens."""
    return Guidance(tokenizer, end_ids)


def starts_of(
    tokenizer: PreTrainedTokenizerBase, end_ids: Set[int], constraints: Sequence[Constraint] | None
) -> list[Start] | None:
    """What completions may be under each constraint; None for no constraints. Raises as `Guidance` does."""
    if constraints is None:
        return None
    return list(map(guidance_of(tokenizer, frozenset(end_ids)).start, constraints))


class Guidance:
    """Constraints for a tokenizer.

    Args:
        tokenizer: a fast one.
        end_ids: the tokens that end a completion.

    Attributes:
        ends: those of them that there are.

    Raises UserError where the tokenizer has no description that can be read.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, end_ids: Set[int]) -> None:
        self.ends = sorted(
            id for id in end_ids if id < len(tokenizer)
        )  # a model may name more than there are
        try:
            self._tokens: LLTokenizer = llguidance.hf.from_tokenizer(tokenizer, eos_token=self.ends)
        except ValueError as error:
            raise UserError(f"this tokenizer can't be guided by a grammar: {error}") from None
        self._matchers: dict[str, LLMatcher] = {}
        # A mark that is one token of its own is written as such; to llguidance it is no text.
        self._marks = [
            str(token)
            for id, token in tokenizer.added_tokens_decoder.items()
            if _MARK.fullmatch(str(token)) and self._tokens.is_special_token(id)
        ]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The tokens as texts."""
        return Vocabulary(self._tokens, self.ends)

    @cached_property
    def executor(self) -> LLExecutor:
        """The threads that work out what may follow."""
        return LLExecutor()

    def start(self, constraint: Constraint) -> Start:
        """The beginning of what a constraint allows.

        Raises UserError where llguidance can't read a grammar, and KeyError where there is no expert of that name.
        """
        if isinstance(constraint, Grammar):
            return _TextStart(self, self.matcher(constraint.text))
        return TraceStart(self.vocabulary, constraint)

    def matcher(self, grammar: str) -> LLMatcher:
        """The beginning of a text of a grammar, to be copied. Raises UserError where llguidance can't read it."""
        if grammar not in self._matchers:
            if len(self._matchers) == _MOST_GRAMMARS:  # whoever serves is asked for ever new ones
                self._matchers.clear()
            self._matchers[grammar] = self._read(grammar)
        return self._matchers[grammar]

    def _read(self, grammar: str) -> LLMatcher:
        for mark in self._marks:
            grammar = grammar.replace(f'"{mark}"', mark)
        grammar = f"{_FREE}\n{grammar}"
        matcher = LLMatcher(self._tokens, LLMatcher.grammar_from_lark(grammar), log_level=0)
        if matcher.is_error():
            raise UserError(f"no grammar for decoding: {matcher.get_error().partition(chr(10))[0][:200]}")
        return matcher
