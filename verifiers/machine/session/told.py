"""What is left of information on its way: `lsblk | wc -l` tells a number, `head -c 1 FILE` nothing of the file."""

from __future__ import annotations

from typing import Final

MAX_WORDS: Final = 2000  # of a text, looked at
MAX_PARTS: Final = 50  # words shown that are looked for inside the words told
TOLD_SHARE: Final = 0.15  # of the words told that have to be left; one column of six is
MAX_DIGEST: Final = 200  # characters kept of what was made of information


def digest(shown: str) -> tuple[str, tuple[str, ...]]:
    """The class of information, with its operand, of a text that tells too little of what it was made of."""
    return "digest", (shown.strip()[:MAX_DIGEST],)


def still_told(source: str, shown: str) -> bool:
    """Whether what is shown holds a part of what was there to be told worth speaking of."""
    if source == shown:
        return True
    heading, _, rest = source.partition("\n")
    if shown.strip() == heading.strip() and len(rest.split()) > 1:
        return False  # the heading of a table, without the table
    told = [word for word in source.split()[:MAX_WORDS] if _says_something(word)]
    words = {word for word in shown.split()[:MAX_WORDS] if _says_something(word)}
    kept = sum(word in words for word in told)
    if kept < TOLD_SHARE * len(told):  # words cut out of others count, too
        parts = [word for word in words if len(word) > 2][:MAX_PARTS]
        kept = sum(word in words or any(part in word for part in parts) for word in told)
    return 0 < kept >= TOLD_SHARE * len(told)


def _says_something(word: str) -> bool:
    """Whether a word is more than a number or a sign."""
    return not word.isdigit() and any(map(str.isalnum, word))
