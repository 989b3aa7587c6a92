"""What the words around a number say: which sentence of a solution speaks of which number of the question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.number_words import fold

_WINDOW = 60  # characters on either side of a number that speak of it
_FOLLOWING = 30
_FOLLOWING_WORDS = 3
_WORD = re.compile(r"[a-z]+")
_SENTENCE_END = re.compile(r"[.?!]\s")
_STOP = frozenset(
    "a an the of to in on at for and or but is are was were be been has have had he she it they them his her their its"
    " him who which that this these those with by from as if than then so how many much more less each every per there"
    " some any all other another will would can could do does did not no only also after before when while into out up"
    " down over under about what i you we my your our me us s t total altogether".split()
)
_ENDINGS = ("ing", "ies", "es", "ed", "s", "y", "e")


def stem(word: str) -> str:
    """A word without its common endings, so that `buys`, `buying` and `buy` are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def stems(text: str) -> frozenset[str]:
    """The stems of the words of a folded text that mean something."""
    return frozenset(stem(word) for word in _WORD.findall(text) if word not in _STOP and len(word) > 1)


_POINTS_BACK = frozenset("the these those after all both in for".split())
_LABELLED = frozenset(
    "day week month year grade page number step level part phase round game team room chapter option type class".split()
)
_RATIO = re.compile(
    r"[\s-]*times (?:as|more|less|fewer|the|that|what|this|his|her|their|its|larger|longer|bigger|older|younger|faster"
    r"|slower|heavier|taller|higher|cheaper|greater|smaller|shorter)\b"
)
_REST = re.compile(
    r"\b(?:rest|remain\w*|left|off|less|fewer|lower|cheaper|shorter|smaller|discount\w*|decreas\w*|reduc\w*|los[et]\w*"
    r"|drop\w*)\b"
)
_DELTAS = frozenset("more fewer less additional extra longer older younger".split())
_PAIRS = frozenset("pair pairs couple couples twin twins duo".split())
_PRONOUN_ENDS = frozenset("have has had are were do did will would can of".split())


class Context:
    """The words around each number of a question.

    Args:
        question: the text.
        mentions: its numbers.

    Attributes:
        aliases: for each number the first that says the same of the same things ("two men ... the two men").
        weak: numbers that count nothing, or nothing new.
        nouns: for each number the stem of the word behind it; empty where that means nothing.
        ratios: "3 times".
        deltas: "3 more".
        sentences: which sentence each number is in.
        leaves_rest: whether the question speaks of what is left of something, or off it.
    """

    def __init__(self, question: str, mentions: Sequence[Mention]) -> None:
        text = fold(question)
        self._around = [stems(_clause(text, m.start, m.end)) for m in mentions]
        self._after = [
            stems(
                " ".join(
                    _WORD.findall(_clause(text[: m.end + _FOLLOWING], m.end, m.end, 0))[:_FOLLOWING_WORDS]
                )
            )
            for m in mentions
        ]
        self.mentions = mentions
        self.nouns = [_noun(text, mention) for mention in mentions]
        self.aliases = [self._alias(text, index) for index in range(len(mentions))]
        self.weak = frozenset(index for index, m in enumerate(mentions) if _is_weak(text, m))
        following = [_WORD.findall(text[m.end : m.end + _FOLLOWING])[:1] for m in mentions]
        self.ratios = frozenset(index for index, m in enumerate(mentions) if _RATIO.match(text, m.end))
        self.leaves_rest = _REST.search(text) is not None
        self.deltas = frozenset(
            index for index, words in enumerate(following) if _DELTAS.issuperset(words) and words
        )
        self.sentences = [len(_SENTENCE_END.findall(text, 0, m.start)) for m in mentions]
        self._common = Counter(word for words in self._around for word in words)
        self._lines: dict[str, frozenset[str]] = {}

    def shared(self, mention: int, line: str) -> float:
        """How many words a sentence has of those around a number; a word around several numbers is shared by them."""
        return sum(1 / self._common[w] for w in self._around[mention] & self._words(line))

    def adjacent(self, one: int, other: int) -> bool:
        """Whether two numbers stand directly side by side: "ten $10 bills", "3 dozen"."""
        first, second = sorted((one, other))
        return second == first + 1 and self.mentions[second].start - self.mentions[first].end <= 1

    def _alias(self, text: str, index: int) -> int:
        """The first mention of the same number of the same things: "two men ... the two men"; else itself."""
        mention = self.mentions[index]
        before = _WORD.findall(text[: mention.start])[-1:]
        noun = self.nouns[index]
        for earlier in range(index if before and before[0] in _POINTS_BACK and noun else 0):
            other = self.mentions[earlier]
            alike = other.kind == mention.kind or {other.kind, mention.kind} == {"digits", "word"}
            if other.value == mention.value and alike and self.nouns[earlier] == noun:
                return earlier
        return index

    def speaks_of(self, line: str, words: frozenset[str]) -> bool:
        """Whether a sentence has one of these stems."""
        return not words.isdisjoint(self._words(line))

    def _words(self, line: str) -> frozenset[str]:
        if line not in self._lines:
            self._lines[line] = stems(fold(line))
        return self._lines[line]

    def named(self, mention: int, value: Exact, written: Mapping[Exact, Collection[str]]) -> bool:
        """Whether a value is written with a word that follows it in the question too (`36 eggs`).

        `written` holds the words that follow each value in a solution.
        """
        words = written.get(value)
        return words is not None and not self._after[mention].isdisjoint(map(stem, words))


def _noun(text: str, mention: Mention) -> str:
    """The stem of the word directly after a number."""
    match = re.match(r"[\s-]*([a-z]+)", text[mention.end :])
    return stem(match.group(1)) if match and match.group(1) not in _STOP else ""


def _is_weak(text: str, mention: Mention) -> bool:
    """Whether a number word counts nothing, or nothing new: "first", "this one", "the two of them", "day two"."""
    if mention.kind == "ordinal" or (mention.kind == "word" and mention.value == 1):
        return True
    if mention.kind == "multiple" and mention.text.lower() in _PAIRS:
        return True
    before = _WORD.findall(text[max(0, mention.start - 20) : mention.start])[-1:]
    after = _WORD.findall(text[mention.end : mention.end + 15])[:2]
    follows_directly = mention.start > 0 and text[mention.start - 1] == " "
    if mention.kind in ("word", "digits") and follows_directly and before and before[0] in _LABELLED:
        return True
    if mention.kind != "word":
        return False
    if after in (["of", "them"], ["of", "us"]) or before in (["these"], ["those"]):
        return True
    return before == ["the"] and bool(after) and after[0] in _PRONOUN_ENDS


def _clause(text: str, start: int, end: int, window: int = _WINDOW) -> str:
    """The text around a number, not beyond its sentence."""
    before = re.split(r"[.?!]\s", text[max(0, start - window) : start])[-1]
    after = re.split(r"[.?!]\s", text[end : end + _WINDOW])[0]
    return f"{before} {after}"
