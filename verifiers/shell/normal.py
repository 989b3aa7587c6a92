"""The normal form of a command line as text, for metrics that compare spellings."""

from __future__ import annotations

import re

_SPAN = re.compile(
    r"""
    [ \t]*\n[ \t\n]*                     # newlines and the blanks around them
  | [ \t]+ | ;
  | (?<![^ \t\n;&|()<>])\#[^\n]*         # a comment
  | [^ \t\n;'"\\]+
  | '[^']*' | "[^"\\]*(?:\\.[^"\\]*)*"  # quotes
  | \\.                                 # an escaped character
  | .+                                  # from a quote that isn't closed on, the text is left as it is
    """,
    re.VERBOSE | re.DOTALL,
)


def normal_form(text: str) -> str:
    """The text with each run of blanks outside quotes as one space; blanks at both ends and `;` at the end are dropped.

    Runs of newlines are one newline. Quoted and escaped characters stay; nothing is parsed, so any text has a normal
    form, which is its own normal form.
    """
    spans: list[str] = []
    for span in _SPAN.findall(text):
        if "\n" in span and not span.strip(" \t\n"):
            span = "\n"
        elif span[0] in " \t":
            span = " "
        spans.append(span)
    while spans and spans[-1] in (" ", "\n", ";"):
        spans.pop()
    return "".join(spans[1:] if spans and spans[0] in (" ", "\n") else spans)
