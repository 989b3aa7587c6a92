"""The phrasings of a language: what users say by intent, and what the assistant answers. One YAML file a language.

A request phrasing has an id, `en.mount.3`; `!` at its end marks one that is held out: `en.mount.1!`. Languages other
than English may lack intents (a user of that language then has no such wish), but never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

CODES = ("en", "pt", "es", "fr", "de", "it")
WEIGHTS = (70, 6, 6, 6, 6, 6)  # of episodes, in per cent
WEIGHTS_IN_PRACTICE = (50, 10, 10, 10, 10, 10)  # for training: what is rare has to be right as well

_SLOT = re.compile(r"\{(\w+)\}")
_ESCAPED_SLOT = re.compile(r"\\\{(\w+)\\\}")
_TOP_KEYS = ("requests", "held_out", "replies", "steps", "disks", "offer", "offer_status", "or", "questions")


class PhrasingError(ValueError):
    """A phrasing file is malformed; one line that names the file and the key."""


class Phrasing(NamedTuple):
    """One way to say something: its id, and its text with {slots}."""

    id: str
    text: str

    @property
    def is_held_out(self) -> bool:
        """Whether it is for test_phrasings only."""
        return self.id.endswith("!")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that wants a text answer, and what the assistant offers along with it: the `next` step, a status."""

    name: str
    answer: str
    offer: str | None


@dataclass(frozen=True, slots=True)
class Language:
    """All phrasings of one language. `requests` and `held_out` are by intent; a question's intent is `ask.N`."""

    code: str
    requests: Mapping[str, tuple[Phrasing, ...]]
    held_out: Mapping[str, tuple[Phrasing, ...]]
    replies: Mapping[str, str]
    steps: Mapping[str, str]
    disks: Mapping[str, str]
    offer: str
    offer_status: str
    either: str
    questions: tuple[Question, ...]

    def phrasings(self, intent: str, held_out: bool) -> tuple[Phrasing, ...]:
        """The ways to express an intent; with `held_out`, the held-out ones where there are any."""
        return (held_out and self.held_out.get(intent)) or self.requests[intent]

    def every_phrasing(self, intent: str) -> tuple[Phrasing, ...]:
        """All ways to express an intent, the held-out ones too; empty where the language has none."""
        return (*self.requests.get(intent, ()), *self.held_out.get(intent, ()))

    def question(self, intent: str) -> Question:
        """The question of an intent `ask.N`."""
        return self.questions[int(intent.removeprefix("ask."))]


@cache
def slot_pattern(template: str, **values: str) -> str:
    """A regular expression for what a template may become: each slot is a group of its name.

    Args:
        values: patterns of the slots that hold something in particular; any other holds any text.
    """
    return _ESCAPED_SLOT.sub(lambda slot: f"(?P<{slot[1]}>{values.get(slot[1], '.+?')})", re.escape(template))


@cache
def load_language(code: str) -> Language:
    """The language of a code of CODES. Raises PhrasingError for a malformed file."""
    name = f"{code}.yaml"
    source = (
        files("trace_trainer.engine.problems.installer")
        .joinpath("phrasings", name)
        .read_text(encoding="utf-8")
    )
    return read_language(code, source, name)


def read_language(code: str, source: str, place: str) -> Language:
    """The language that a YAML text describes; `place` names it in errors.

    Raises PhrasingError, one line, for text that is no YAML, missing or unknown keys, values that are no text, and a
    slot in a held-out phrasing that the intent's other phrasings do not have.
    """
    try:
        data = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise PhrasingError(f"{place}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise PhrasingError(f"{place}: expected a mapping with {', '.join(_TOP_KEYS)}")
    for key in _TOP_KEYS:
        if key not in data:
            raise PhrasingError(f"{place}: {key} is missing")
    for key in data:
        if key not in _TOP_KEYS:
            raise PhrasingError(f"{place}: unknown key {key}; there are {', '.join(_TOP_KEYS)}")
    requests = {
        intent: _lines(text, f"{code}.{intent}", "", f"{place}: requests.{intent}")
        for intent, text in _mapping(data, "requests", place).items()
    }
    held_out = {
        intent: _lines(text, f"{code}.{intent}", "!", f"{place}: held_out.{intent}")
        for intent, text in _mapping(data, "held_out", place).items()
    }
    questions = []
    for number, entry in enumerate(data["questions"]):
        where = f"{place}: questions[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("answer"), str):
            raise PhrasingError(f"{where}: expected ask, answer and optionally held_out and offer")
        intent = f"ask.{number}"
        requests[intent] = _lines(entry.get("ask"), f"{code}.{intent}", "", f"{where}.ask")
        if "held_out" in entry:
            held_out[intent] = _lines(entry["held_out"], f"{code}.{intent}", "!", f"{where}.held_out")
        questions.append(Question(intent, entry["answer"], entry.get("offer")))
    for intent, phrasings in held_out.items():
        if intent not in requests:
            raise PhrasingError(f"{place}: held_out.{intent}: requests has no such intent")
        known = {slot for phrasing in requests[intent] for slot in _SLOT.findall(phrasing.text)}
        for phrasing in phrasings:
            if not set(_SLOT.findall(phrasing.text)) <= known:
                raise PhrasingError(
                    f"{place}: held_out.{intent}: {phrasing.text!r} has a slot that requests.{intent} lacks"
                )
    return Language(
        code,
        requests,
        held_out,
        _mapping(data, "replies", place),
        _mapping(data, "steps", place),
        _mapping(data, "disks", place),
        _text(data["offer"], f"{place}: offer"),
        _text(data["offer_status"], f"{place}: offer_status"),
        _text(data["or"], f"{place}: or"),
        tuple(questions),
    )


def _mapping(data: dict[str, Any], key: str, place: str) -> dict[str, str]:
    value = data[key]
    if not isinstance(value, dict):
        raise PhrasingError(f"{place}: {key} must be a mapping")
    for name in value:
        if not isinstance(name, str):  # YAML reads a bare yes, no, on and off as true and false
            raise PhrasingError(f"{place}: {key}: {name!r} is no name; quote it or choose another")
    return {name: _text(text, f"{place}: {key}.{name}") for name, text in value.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PhrasingError(f"{where} must be text, not {value!r}")
    return value


def _lines(value: Any, id: str, mark: str, where: str) -> tuple[Phrasing, ...]:
    lines = [line.strip() for line in _text(value, where).splitlines() if line.strip()]
    return tuple(Phrasing(f"{id}.{number}{mark}", line) for number, line in enumerate(lines))
