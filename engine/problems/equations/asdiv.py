"""ASDiv's own file: problems of many types with formulas in natural text, as its authors wrote them.

8:15=48:90              a proportion: the answer is one of its numbers, the others are stated
757/65=11 r42           a division with a rest: quotient, quotient and one more, or rest is asked for
117-36=81; 81:36=9:4    a chain, in which results stand for what they were computed from
x:The number; 2x-12=20  unknowns and equations
3 (hour)*60 (min/hour)  units, which say nothing more
"""

from __future__ import annotations

import codecs
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.sources import open_bytes

_UNIT = re.compile(r"\s*\(\s*[A-Za-z°][^()\d+*=<>-]*\)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class AsdivProblem:
    """A problem of the file.

    Attributes:
        id: its own.
        question: body and question.
        kind: what its authors say the solution takes: "Floor-Division".
        answers: as they are written, without units.
        statements: the formula's parts, without units.
    """

    id: str
    question: str
    kind: str
    answers: tuple[str, ...]
    statements: tuple[str, ...]


def is_asdiv(path: str) -> bool:
    """Whether a path is a file of XML; one that can't be read is none."""
    if not Path(path).is_file():
        return False  # a pipe can be read only once
    try:
        with open_bytes(path) as stream:
            return stream.read(64).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")
    except (OSError, EOFError):
        return False


def read_asdiv(path: str) -> Iterator[AsdivProblem]:
    """The problems of a file. Raises UserError where it is no such XML, or can't be read."""
    try:
        with open_bytes(path) as stream:
            root = ElementTree.parse(stream).getroot()
    except (OSError, EOFError) as error:
        raise UserError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from None
    except ElementTree.ParseError as error:
        raise UserError(f"{path} is no XML that can be read: {error}") from None
    found = list(root.iter("Problem"))
    if not found:
        raise UserError(f"{path} holds no Problem; it takes ASDiv.xml as its authors publish it")
    for number, element in enumerate(found, 1):
        texts = {child.tag: _SPACE.sub(" ", child.text or "").strip() for child in element}
        yield _problem(texts, element.get("ID") or f"asdiv-{number}")


def _problem(texts: Mapping[str, str], identifier: str) -> AsdivProblem:
    formula = texts.get("Formula", "")
    has_unknowns = any(":" in part and re.match(r"\s*[A-Za-z]\s*:", part) for part in formula.split(";"))
    return AsdivProblem(
        identifier,
        _question(texts.get("Body", ""), texts.get("Question", "")),
        texts.get("Solution-Type", ""),
        tuple(_UNIT.sub("", answer).strip() for answer in texts.get("Answer", "").split(";")),
        tuple((part if has_unknowns else _UNIT.sub("", part)).strip() for part in formula.split(";")),
    )


def _question(body: str, question: str) -> str:
    """Body and question as one text: a question that the body's last sentence does not go on with is one of its own."""
    if body.endswith((".", "!", "?")) and question:
        question = question[0].upper() + question[1:]
    return re.sub(r"\s+([?.!,])(?=\s|\Z)", r"\1", f"{body} {question}".strip())
