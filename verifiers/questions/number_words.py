"""English words that stand for numbers, and the tokens that a question is read by.

One table for each kind of word, and `Tokens`: the words and digit groups of a text with their exact places.
`number_grammar` puts them together to amounts, `numbers` to the mentions of a question.

Not covered: other languages, misspelt number words.
"""

from __future__ import annotations

import re
from fractions import Fraction
from unicodedata import numeric

Number = int | Fraction

UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
TENS["fourty"] = 40  # the one misspelling that is nearly as common as the word
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
CARDINALS = {**UNITS, **TENS, "hundred": 100, **SCALES}

# "fives and twenties", "thousands of dollars": read alone, never as a part of a longer number.
# "ones" is left out: it is a pronoun.
PLURALS = {
    **{f"{word}s": value for word, value in UNITS.items() if 2 <= value <= 10 and word != "six"},
    "sixes": 6,
    **{f"{word[:-1]}ies": value for word, value in TENS.items()},
    **{f"{word}s": value for word, value in {"hundred": 100, **SCALES}.items()},
}

ORDINALS = {
    **{
        word: value
        for value, word in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
            " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
            start=1,
        )
    },
    **{f"{word[:-1]}ieth": value for word, value in TENS.items()},
    **{f"{word}th": value for word, value in {"hundred": 100, **SCALES}.items()},
}
_PARTS = {word: value for word, value in ORDINALS.items() if value >= 3}
DENOMINATORS = _PARTS | {f"{word}s": value for word, value in _PARTS.items()}
DENOMINATORS |= {"half": 2, "halves": 2, "quarter": 4, "quarters": 4}
HALVES = frozenset(["half", "halves", "halved", "halving", "halfway"])
QUARTERS = frozenset(["quarter", "quarters", "quartered"])
MULTIPLES = {
    word: value
    for value, words in {
        2: "twice double doubles doubled doubling twofold couple couples pair pairs duo twin twins",
        3: "thrice triple triples tripled tripling threefold trio triplets",
        4: "quadruple quadruples quadrupled quadrupling fourfold quadruplets quartet quartets",
        5: "quintuple quintuples quintupled fivefold quintuplets quintet quintets",
        6: "sextuple sextet sextets",
        8: "octet octets",
        10: "tenfold",
        12: "dozen dozens",
    }.items()
    for word in words.split()
}
SETS = {"score": 20, "scores": 20, "gross": 144}
"""Words that are numbers only where they count: a score is also a result, and gross is not net."""
_NO_THINGS = frozenset(
    "less this his its points hers ours yours theirs".split()
)  # "a score of points" is a game's
_MANY = frozenset("children fish geese men mice people sheep women".split())
VULGAR_FRACTIONS = {char: Fraction(numeric(char)).limit_denominator(10) for char in "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
NUMBER_WORDS = frozenset().union(
    CARDINALS, PLURALS, ORDINALS, DENOMINATORS, HALVES, QUARTERS, MULTIPLES, SETS, VULGAR_FRACTIONS
)

# Every replacement is one character for one, so that places in the folded text are places in the question.
_FOLD = str.maketrans(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"  # spaces
    "\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
    "\u2010\u2011\u2012\u2013\u2212\ufe63"  # hyphens, the short dash, the minus sign
    "\u2014\u2015"  # long dashes part clauses: never a minus, never a hyphen
    "\u2018\u2019\u02bc\u2044\u2215×"
    "\u0130"  # the one letter whose lower case is two characters long
    + "".join(map(chr, range(0xFF01, 0xFF5F))),  # full-width forms of ASCII
    " " * 21 + "-" * 6 + ";;" + "'''//x" + "i" + "".join(map(chr, range(0x21, 0x7F))),
)

# A run of letters, digits with separators and decimals (5, 1,080, 2.50, .5), or one vulgar fraction.
_VULGAR = "".join(VULGAR_FRACTIONS)
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+"
_TOKEN = re.compile(rf"[^\W\d_{_VULGAR}]+|{_DIGITS}|[{_VULGAR}]")
_ASCII_TOKEN = re.compile(rf"[a-z]+|{_DIGITS}")  # the same for most questions, and twice as fast


def plain(value: Number) -> Number:
    """The same number as an int where it is whole (it hashes and compares alike, and faster)."""
    return value.numerator if value.denominator == 1 else value


def fold(text: str) -> str:
    """Lower case, with plain spaces, dashes, quotes and digits; character by character, so places stay."""
    return text.lower() if text.isascii() else text.translate(_FOLD).lower()


class Tokens:
    """The words and digit groups of a text, in order, lower case, with their places.

    `words[i]` is `text[starts[i]:ends[i]]`, and `text` is the source, folded. Reading past either end gives empty
    words, so callers need no bounds.
    """

    __slots__ = ("count", "ends", "starts", "text", "words")

    def __init__(self, source: str) -> None:
        self.text = fold(source)
        pattern = _ASCII_TOKEN if self.text.isascii() else _TOKEN
        matches = list(pattern.finditer(self.text))
        self.words = [match.group() for match in matches]
        self.starts = [match.start() for match in matches]
        self.ends = [match.end() for match in matches]
        self.count = len(matches)

    def word(self, i: int) -> str:
        """The i-th word, or the empty string past either end."""
        return self.words[i] if -1 < i < self.count else ""

    def gap(self, i: int) -> str:
        """What stands between words i - 1 and i; a full stop past either end, which joins nothing."""
        return self.text[self.ends[i - 1] : self.starts[i]] if 0 < i < self.count else "."

    def joined(self, i: int) -> bool:
        """Whether nothing but spaces or one hyphen parts word i from the one before."""
        gap = self.gap(i)
        return gap in (" ", "-") or gap.isspace()

    def whole(self, i: int) -> int | None:
        """The value of word i if it is plain digits without separators, of at most 15 digits."""
        word = self.word(i)
        return int(word) if word.isdecimal() and len(word) <= 15 else None


def is_many(word: str) -> bool:
    """Whether a word names several things, of which there may be a score."""
    return word in _MANY or (word.endswith("s") and word not in _NO_THINGS)
