"""Whether words say what was expected: something checked beside the mere fact that there are words.

A refusal denies, and points at what it refuses. A question asks for the slot that the right question asks for. A
confirmation names the device, and no other. An answer agrees with the right one in its figures, and speaks of the
same. None of them claims to have done anything, which words can't do. How something is worded is never judged, and
words in other languages pass by what they share: a device, a figure, a concept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from trace_trainer.verifiers.calls.words.lexicon import (
    ASKED_FOR,
    ASKING,
    BUT_CLAUSE,
    CONFIRM,
    DONE,
    DONE_FOR_YOU,
    NEGATION,
    NO,
    NO_DENIAL,
    OBJECT,
    OFFER,
    REQUEST,
    REQUESTING,
    UNWILLING,
    WILL,
    YES,
)
from trace_trainer.verifiers.calls.words.topics import (
    MOST_CHARACTERS,
    QUESTION_MARKS,
    acronyms,
    concepts,
    devices,
    figures,
    questions,
    same_figure,
    sentences,
    stems,
    topics,
    words,
)

Fault = tuple[str, str]
"""A code and a message."""

_WRITTEN = re.compile(r"(?<!\w)[~/](?:\w|\s|$)|`|\s-{1,2}\w")  # a path, something quoted, an option
_SAID_EVERYWHERE = frozenset(("date", "time", "who", "where", "count", "greeting"))
"""Concepts that are slots where they are asked for, and mean little in an answer."""
_DENIED = re.compile(
    r"\b(?:not|isn['’]t|aren['’]t|wasn['’]t|nicht|kein\w*)"
    r"((?: (?:have|be|a|an|the|any|yet|at all))* [\w./]+(?: [kmgt]i?b\b)?)",
    re.IGNORECASE,
)
_FEW_WORDS = 3
"""A question so short asks for what it names: "The date?"."""
_MOST_ASKED = 3
"""Concepts that a question may name besides those of the right one: who asks for everything has not understood."""


def says_something(text: str) -> bool:
    """Whether a text is more than a letter: two words, or one of four letters, or two signs of another script."""
    said = words(text[:MOST_CHARACTERS])
    long = [word for word in said if len(word) > 1]
    return len(long) > 1 or any(len(word) > 3 or not word.isascii() for word in long)


def fault_of_words(text: str, intent: str | None, right: str) -> Fault | None:
    """What is wrong with a reply in words; None where nothing is.

    Args:
        intent: what the words are for; None where only words are wanted.
        right: the right reply, "" where it is not known.
    """
    text, right = text[:MOST_CHARACTERS], right[:MOST_CHARACTERS]
    if not any(map(str.isalpha, text)):
        return "words_expected", "a reply without a single word"
    if text.strip() != right.strip() or not right:
        if intent == "refuse":
            return _refusal(text, right)
        if intent == "ask":
            return _question(text, right)
        if intent == "confirm":
            return _confirmation(text, right)
        if not says_something(text):
            return "words_expected", "a reply that says nothing"
        if intent == "answer" and right:
            return _answer(text, right)
        if intent is None and not right:
            return _no_call(text)
    return None


def _no_call(text: str) -> Fault | None:
    """What is wrong with words where no tool is of use: a single one, or the claim that it was done all the same."""
    said = words(text)
    if len(said) < 2 and all(map(str.isascii, said)):
        return "words_expected", "a reply of one word"
    for part in sentences(text):
        found = None if denies(part) else DONE_FOR_YOU.search(part)
        if found is not None:
            return "claims_action", f"{found[0][:40]!r} claims or promises what no call was made for"
    return _claim(text)


def denies(text: str) -> bool:
    """Whether a sentence denies something."""
    return NEGATION.search(NO_DENIAL.sub(" ", text)) is not None


def _refusal(text: str, right: str) -> Fault | None:
    spoken = sentences(text)
    if not any(denies(part) and UNWILLING.search(part) and _names_something(part, right) for part in spoken):
        return "refusal_expected", "no sentence refuses anything where a refusal was expected"
    if devices(text) and devices(right) and not devices(text) & devices(right):
        return "wrong_facts", f"{min(devices(text))} is refused where {min(devices(right))} is to be"
    return _promise(clause for part in spoken for clause in BUT_CLAUSE.split(part) if not denies(clause))


def _promise(spoken: Iterable[str]) -> Fault | None:
    for part in spoken:
        found = DONE.search(part) or WILL.search(part)
        if found is not None:
            return "claims_action", f"{found[0][:40]!r} claims or promises what should be refused"
    return None


def _names_something(sentence: str, right: str) -> bool:
    """Whether a sentence points at what it denies: by a pronoun, by a content word, or as the right reply does."""
    if OBJECT.search(sentence) or devices(sentence) or _WRITTEN.search(sentence):
        return True
    rest = NEGATION.sub(" ", sentence)
    return bool(stems(rest) & stems(right)) or len([stem for stem in stems(rest) if len(stem) > 3]) > 1


def _claim(text: str) -> Fault | None:
    for part in sentences(text):
        asks = any(mark in part for mark in QUESTION_MARKS) and (ASKING.search(part) or OFFER.search(part))
        found = None if asks or denies(part) else DONE.search(part)
        if found is not None:
            return "claims_action", f"{found[0][:40]!r} claims what a reply without a call can't have done"
    return None


def _question(text: str, right: str) -> Fault | None:
    asked = questions(text) or " ".join(part for part in sentences(text) if REQUESTING.match(part))
    if not asked:
        return "question_expected", "the reply asks nothing where a question was expected"
    if len(words(asked)) < 2:
        return "question_expected", "a question of one word asks for nothing"
    open_ended = ASKING.search(asked) or OFFER.search(asked) or REQUEST.search(asked)
    if not open_ended and len(devices(asked)) < 2 and len(words(asked)) > _FEW_WORDS:
        return "question_expected", "the reply asks whether something is so, not for what is missing"
    if not right:
        return _claim(text)
    wanted = topics(questions(right) or right)
    if not wanted or not topics(questions(right)):
        wanted = topics(right)
    given = topics(asked)
    if not given and ASKING.search(asked):
        given = topics(text)  # "There are sda and sdb. Which one?"
    if wanted and not given & wanted:
        return "question_expected", f"the reply does not ask what was to be asked: {right[:80]}"
    heads = [concepts(head) for head in ASKED_FOR.findall(asked)]
    if concepts(right) and any(heads) and not any(head & concepts(right) for head in heads):
        return "question_expected", f"the reply does not ask for what was to be asked for: {right[:80]}"
    offered = devices(asked)
    if len(devices(right)) > 1 and len(offered) == 1 and not ASKING.search(asked):
        return "question_expected", f"the reply settles on {min(offered)} where a choice was to be asked for"
    more = concepts(asked) - concepts(right)
    if len(more) > _MOST_ASKED:
        return "question_expected", f"the reply asks for everything at once: {', '.join(sorted(more))}"
    return _claim(text)


def _confirmation(text: str, right: str) -> Fault | None:
    if not any(mark in text for mark in QUESTION_MARKS) and not CONFIRM.search(text):
        return "question_expected", "the reply does not ask to be confirmed"
    named, wanted = devices(text), devices(right)
    if wanted and named != wanted:
        other = ", ".join(sorted(named)) or "none"
        return "wrong_facts", f"the reply names {other} where {', '.join(sorted(wanted))} is to be confirmed"
    if not wanted and right and not topics(text) & topics(right):
        return "question_expected", f"the reply does not ask what was to be confirmed: {right[:80]}"
    return _claim(text)


def _contradicted(text: str, right: str) -> str | None:
    """The denial of a word or a figure that the right answer, which denies nothing, has; None where there is none."""
    if denies(right):
        return None
    for found in _DENIED.finditer(NO_DENIAL.sub(" ", text)):
        if stems(found[1]) & stems(right) or any(
            same_figure(one, other) for one in figures(found[1]) for other in figures(right)
        ):
            return found[0]
    return None


def _answer(text: str, right: str) -> Fault | None:
    given, wanted = figures(text), figures(right)
    agreeing = sum(any(same_figure(one, other) for other in wanted) for one in given)
    if wanted and given and agreeing * 2 < len(given):
        shown = ", ".join(number + unit for number, unit in sorted(given)[:4])
        return "wrong_facts", f"the figures {shown} are not those of the answer: {right[:80]}"
    for facts in (devices, acronyms):
        if facts(text) and facts(right) and not facts(text) & facts(right):
            return "wrong_facts", f"{min(facts(text))} where the answer has {min(facts(right))}"
    if (denied := _contradicted(text, right)) is not None:
        return "wrong_facts", f"{denied[:40]!r} denies what the answer says"
    first, right_first = text[:12], right[:12]
    if (YES.match(first) and NO.match(right_first)) or (NO.match(first) and YES.match(right_first)):
        return "wrong_facts", f"{words(text)[0]} where the answer is {words(right)[0]}"
    if denies(right) and not denies(text) and (claim := _claim(text)):
        return claim
    denial = denies(text) and denies(right)
    agreeing += len(acronyms(text) & acronyms(right))
    named = concepts(right) - _SAID_EVERYWHERE
    if (named or wanted) and not denial and not agreeing and not topics(text) & topics(right):
        return "off_topic", f"the reply does not speak of what was to be answered: {right[:80]}"
    return None
