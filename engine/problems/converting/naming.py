"""Variables named after what the question says its numbers are: `eggs`, `dollars_per_hour`, `more_apples`, `discount`.

Two numbers of one name are told apart by what the question says of them: an adjective (`large_pizzas`), a day, a person
(`alice_marbles`), what has the price; else by their order (`first_miles`, `second_miles`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from trace_trainer.engine.problems.converting.formula import Form, Given, is_fraction
from trace_trainer.engine.problems.converting.phrases import Phrase, Words, is_plural
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import Mention

_RATES = {
    "discount": "discount",
    "off": "discount",
    "tax": "tax",
    "taxes": "tax",
    "tip": "tip",
    "interest": "interest",
    "commission": "commission",
    "raise": "raise",
    "deposit": "deposit",
    "profit": "profit",
    "fee": "fee",
    "bonus": "bonus",
    "increase": "increase",
    "increased": "increase",
    "increases": "increase",
    "decrease": "decrease",
    "decreased": "decrease",
}
_CHANGES = {"more": "increase", "less": "decrease", "fewer": "decrease", "off": "discount"}
_MONEY_VERBS = {
    **dict.fromkeys("cost costs costing priced price worth".split(), "price"),
    **dict.fromkeys("pay pays paid paying".split(), "paid"),
    **dict.fromkeys("earn earns earned earning makes made make salary wage wages paycheck".split(), "earned"),
    **dict.fromkeys("spend spends spent spending".split(), "spent"),
    **dict.fromkeys("save saves saved saving savings".split(), "saved"),
    **dict.fromkeys("charge charges charged charging".split(), "charge"),
    **dict.fromkeys("owe owes owed".split(), "debt"),
    **dict.fromkeys("sell sells sold selling".split(), "price"),
    **{noun: noun for noun in "budget fee rent bill tip allowance income profit discount refund".split()},
}
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december morning afternoon evening night weekday weekdays weekend weekends yesterday today"
    " tomorrow".split()
)
_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_RESERVED = re.compile(r"step\d+|result|prev|sub\d+|yes|no|on|off|true|false|null|y|n|x")
_MAX_LENGTH = 40
_COMMON = frozenset(
    "a an the of to in on at for and or but is are was were be has have had he she it they his her their its him them"
    " this that these those with by from as if then so how many much each every per there some any all not no will"
    " would can could does do did also only".split()
)


def name_numbers(question: str, mentions: Sequence[Mention], given: Sequence[Given]) -> dict[Given, str]:
    """A variable for each of these numbers, all different."""
    return _Namer(Words(question), mentions).names(given)


class _Namer:
    def __init__(self, words: Words, mentions: Sequence[Mention]) -> None:
        self._words = words
        self._mentions = mentions

    def names(self, given: Sequence[Given]) -> dict[Given, str]:
        names = {number: _variable(self._base(number)) for number in given}
        for qualify in (self._adjective, self._target, self._day, self._person, self._owner):
            names = self._told_apart(names, qualify)
        counts = Counter(names.values())
        seen: Counter[str] = Counter()
        taken = set(names.values())
        for number in sorted(names, key=lambda g: (g.mention, g.value)):
            name = names[number]
            if counts[name] > 1:
                seen[name] += 1
                names[number] = _free(f"{_order(seen[name])}_{name}", taken)
                taken.add(names[number])
        return names

    def _told_apart(self, names: dict[Given, str], qualify: Callable[[Given], str]) -> dict[Given, str]:
        """The names, with a qualifier where numbers share one and that makes them different."""
        groups: dict[str, list[Given]] = {}
        for number, name in names.items():
            groups.setdefault(name, []).append(number)
        result = dict(names)
        for name, group in groups.items():
            if len(group) == 1:
                continue
            qualified = {
                number: _variable(f"{qualify(number)}_{name}" if qualify(number) not in ("", name) else name)
                for number in group
            }
            others = set(result.values()) - {name}
            if len(set(qualified.values())) == len(group) and others.isdisjoint(qualified.values()):
                result.update(qualified)
        return result

    def _base(self, given: Given) -> str:
        mention = self._mentions[given.mention]
        phrase = self._words.phrase(mention)
        if mention.kind == "percent":
            return self._percentage(mention, phrase)
        if is_fraction(mention) and given.form is Form.SAME:
            return f"{phrase.noun}_fraction" if phrase.noun else "fraction"
        if given.form is Form.TOP:
            return "numerator"
        if given.form is Form.BOTTOM:
            return "parts"
        if mention.kind == "cents" and given.form is Form.SAME:
            return "cents"
        if mention.kind in ("money", "cents") or phrase.noun == "dollars":
            return self._money(mention, phrase)
        if mention.kind == "clock" or given.value != plain(mention.value):
            return "time" if mention.kind == "clock" else "number"
        return self._counted(mention, phrase)

    def _counted(self, mention: Mention, phrase: Phrase) -> str:
        noun = phrase.noun or self._noun_before(mention)
        name = f"{noun}_per_{phrase.per}" if phrase.per and phrase.noun else noun
        return f"{phrase.quantifier}_{name}" if phrase.quantifier else name

    def _percentage(self, mention: Mention, phrase: Phrase) -> str:
        near = [word.text for word in self._words.after(mention.end)[:4]]
        if near and near[0] in _CHANGES:
            return _CHANGES[near[0]]
        near += [word.text for word in self._words.before(mention.start, 4)]
        rate = next((_RATES[word] for word in near if word in _RATES), None)
        if rate:
            return rate
        return f"{phrase.noun}_percent" if phrase.noun else "percent"

    def _money(self, mention: Mention, phrase: Phrase) -> str:
        if phrase.per:
            return f"dollars_per_{phrase.per}"
        before = [word.text for word in self._words.before(mention.start, 6)]
        verb = next((_MONEY_VERBS[word] for word in before if word in _MONEY_VERBS), None)
        following = next((w.text for w in self._words.after(mention.end)[:3] if w.text in _MONEY_VERBS), None)
        if verb:
            return verb
        if following:
            return _MONEY_VERBS[following]
        if phrase.noun and phrase.noun != "dollars":
            return f"{phrase.noun}_price"
        return f"{phrase.quantifier}_dollars" if phrase.quantifier else "dollars"

    def _noun_before(self, mention: Mention) -> str:
        before = [word.text for word in self._words.before(mention.start)]
        nouns = [word for word in before if word not in _COMMON and len(word) > 2]
        return next((word for word in nouns if is_plural(word)), nouns[0] if nouns else "number")

    def _adjective(self, given: Given) -> str:
        return "_".join(self._words.phrase(self._mentions[given.mention]).adjectives[-2:])

    def _target(self, given: Given) -> str:
        return self._words.phrase(self._mentions[given.mention]).target

    def _day(self, given: Given) -> str:
        mention = self._mentions[given.mention]
        near = [*self._words.after(mention.end), *self._words.before(mention.start)]
        return next((word.text for word in near if word.text in _DAYS), "")

    def _person(self, given: Given) -> str:
        """The capitalised name nearest before the number in its sentence."""
        for word in self._words.before(self._mentions[given.mention].start):
            if word.written[0].isupper() and word.text not in _COMMON and word.text not in _DAYS:
                return word.text
        return ""

    def _owner(self, given: Given) -> str:
        """The noun that stands before the number or is introduced after it: "apples cost $2", "$2 for apples"."""
        mention = self._mentions[given.mention]
        after = self._words.after(mention.end)
        if len(after) > 1 and after[0].text in ("for", "on"):
            nouns = [w.text for w in after[1:4] if w.text not in _COMMON]
            if nouns:
                return nouns[0]
        before = [w.text for w in self._words.before(mention.start, 6)]
        nouns = [w for w in before if w not in _COMMON and w not in _MONEY_VERBS and len(w) > 2]
        return nouns[0] if nouns else ""


def _variable(name: str) -> str:
    """The name in the form of a variable: ASCII letters, digits and underscores, and no word of the language."""
    name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_MAX_LENGTH].strip("_")
    if not name or not name[0].isalpha():
        return "number"
    return f"{name}_count" if _RESERVED.fullmatch(name) else name


def _order(position: int) -> str:
    return _ORDER[position - 1] if position <= len(_ORDER) else f"number{position}"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"other_{name}"
    return name
