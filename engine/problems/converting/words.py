"""Other persons and other things in a word problem, the same all through its text.

A person is replaced by one of the same gender, so that pronouns stay right; only well-known first names are, and not
where they could be part of something else (`Ben & Jerry's`, a month, a sentence that opens with `Will`). Things change
within groups of their like, with their plurals and articles.
"""

from __future__ import annotations

import re
from random import Random

from trace_trainer.engine.problems.converting.persons import FEMALE, MALE
from trace_trainer.engine.problems.converting.things import GROUPS

_NAME = re.compile(r"\b([A-Z][a-z]+)\b")
# Names that open sentences as other words, or are other things: not replaced, whatever they are.
_SENTENCE_OPENERS = frozenset(
    "Amber Art Crystal Daisy Dale Earl Florence Georgia Grace Holly Ivy Jack Lance Lily Max Miles Olive Page"
    " Paris Pat Rich Rose Ruby Stan Sue Violet Virginia Wade Hazel Jordan Victoria Charlotte Austin Madison"
    " Jackson Ken Lou Al Don Iris Jean Dana Jamie".split()
)
_NAMED_AFTER = re.compile(r"(?:&\s*|\b(?:St\.?|Saint|Mount|Lake|Fort|Port|King|Queen|San|Santa|New)\s)\Z")
_GOES_ON = re.compile(
    r"\s*(?:&|(?:Street|Avenue|Road|Lake|Park|School|High|University|College|County|Day|Island|City|Beach)\b)"
)
_FRIENDLY_FEMALE = tuple(sorted(FEMALE - _SENTENCE_OPENERS))
_FRIENDLY_MALE = tuple(sorted(MALE - _SENTENCE_OPENERS))
_WORD = r"(?<![A-Za-z-]){}(?![A-Za-z-])"
_ARTICLE = r"\b([Aa])n?(\s+){}(?![A-Za-z-])"
_COMPOUND = re.compile(
    r"\s+(?:pie|pies|juice|sauce|cider|jam|tree|trees|cake|cakes|bread|smoothie|smoothies|chip|chips|mix|cart|litter|food|feed|eggs?"
    r"|meat|milk|leg|legs|wing|wings|soup|salad|seed|seeds|burger|nuggets?|breasts?|lessons?|strings?|pieces?|hutch|cage|box|case)\b"
)


def replace_words(question: str, rng: Random) -> str:
    """The question with other persons and, where there are any of the known groups, other things."""
    return _replace_things(_replace_persons(question, rng), rng)


def persons(question: str) -> list[str]:
    """The first names in a question that can be replaced, in their order."""
    found: dict[str, bool] = {}
    for match in _NAME.finditer(question):
        name = match.group(1)
        if name not in FEMALE and name not in MALE:
            continue
        safe = not _NAMED_AFTER.search(question, 0, match.start()) and not _GOES_ON.match(
            question, match.end()
        )
        found[name] = found.get(name, True) and safe and name not in _SENTENCE_OPENERS
    return [name for name, safe in found.items() if safe]


def _replace_persons(question: str, rng: Random) -> str:
    names = persons(question)
    written = set(_NAME.findall(question))
    new: dict[str, str] = {}
    for name in names:
        choices = _FRIENDLY_FEMALE if name in FEMALE else _FRIENDLY_MALE
        initials = {other[0] for other in new.values()}
        taken = written | set(new.values())
        free = [c for c in choices if c not in taken and c[0] not in initials and c[-1] != "s"]
        new[name] = rng.choice(free)
    if not new:
        return question
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, new)) + r")\b(['’](?!\w))?")
    return pattern.sub(lambda match: new[match.group(1)] + ("'s" if match.group(2) else ""), question)


def _replace_things(question: str, rng: Random) -> str:
    for group in GROUPS:
        present = [forms for forms in group if _occurs(question, forms)]
        if not present or any(_is_compound(question, forms) for forms in present):
            continue
        absent = [forms for forms in group if forms not in present]
        for old, new in zip(present, rng.sample(absent, min(len(present), len(absent))), strict=False):
            question = _replace_thing(question, old, new)
    return question


def _occurs(question: str, forms: tuple[str, str]) -> bool:
    return any(re.search(_WORD.format(form), question, re.IGNORECASE) for form in forms)


def _is_compound(question: str, forms: tuple[str, str]) -> bool:
    """Whether a thing is a part of another one, or of a name: "apple pie", "Apple"."""
    for match in re.finditer(_WORD.format(f"(?:{'|'.join(forms)})"), question, re.IGNORECASE):
        opens = re.search(r"(?:^|[.?!]\s+)\Z", question[: match.start()])
        if _COMPOUND.match(question, match.end()) or (match.group()[0].isupper() and not opens):
            return True
    return False


def _replace_thing(question: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    for before, after in zip(old[::-1], new[::-1], strict=True):  # the plural first; the two may be one word
        article = "n" if after[0] in "aeiou" else ""
        question = re.sub(_ARTICLE.format(before), rf"\g<1>{article}\g<2>{before}", question)
        question = re.sub(_WORD.format(before), after, question)
        question = re.sub(_WORD.format(before.capitalize()), after.capitalize(), question)
    return question
