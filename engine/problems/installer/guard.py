"""The confirmation rule, as a layer between an assistant and the machine: what must not be done is said instead.

A command line runs on a copy first. Where the machine refuses it, and where it would erase an installed system, the
reply becomes a refusal. Where it would erase something of a disk that the user has neither chosen, nor names now, nor
says yes to where it is the only one, it becomes the question whether to. The rule reads the conversation and the
machine, and knows nothing of what is right; words that it does not know are no yes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.problems.installer.harm import harm
from trace_trainer.engine.problems.installer.history import command_of, text_message
from trace_trainer.engine.problems.installer.language import CODES, Language, load_language, slot_pattern
from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import State

_YES = ("agree", "erase_yes")
_ALIKE = 0.85  # how much of a text is another's, so that a slip of the fingers leaves them alike


def guarded(
    message: Message, messages: Sequence[Message], machine: Machine, chosen: str | None, language: Language
) -> Message:
    """The assistant's message, or the words that take its place.

    Args:
        message: the assistant's, in the OpenAI form.
        messages: the conversation up to the user's turn.
        machine: as it stands; left as it is.
        chosen: the disk that was agreed upon before this turn, None where none was.
        language: of the words.
    """
    start = machine
    for call in message.get("tool_calls") or ():
        command = command_of(call)
        if command is None:
            continue
        before, machine = machine, machine.copy()
        result = machine.run(command)
        lost, touched = harm(before.state, machine.state)
        if result.verdict == "refused" or lost:
            return text_message(language.replies["refuse"])
        unchosen = touched - {chosen}
        if unchosen and (unasked := unchosen - _consented(messages, start, language)):
            return text_message(_question(min(unasked), before.state, language))
    return message


def _consented(messages: Sequence[Message], machine: Machine, language: Language) -> set[str]:
    """The disks that the user's turn names, or says yes to; none where it types what the machine refuses, and none that
    it wants damaged.
    """
    said, state = str(messages[-1].get("content") or ""), machine.state
    if any(machine.copy().run(command).verdict == "refused" for command in _typed(said, language)):
        return set()
    named = {disk for disk in _named(said, state, language) if not _is_danger(said, disk, language)}
    asked = messages[-2] if len(messages) > 1 else {}
    candidates = [name for name, disk in state.disks.items() if not disk.is_medium]
    # Where there is a choice, a yes makes none; and a yes is to the very question, the disk's size in it.
    if len(candidates) == 1 and asked.get("role") == "assistant" and _plain(said) in _yes():
        (name,) = candidates
        if str(asked.get("content") or "").strip().endswith(_question(name, state, language)):
            named.add(name)
    return named


def _question(disk: str, state: State, language: Language) -> str:
    """Whether to erase the disk, in the words that the guard and the right assistant use."""
    size = human(state.disks[disk].size_bytes)
    return language.replies["confirm_erase"].format(disk=disk, size=size)


def _typed(text: str, language: Language) -> list[str]:
    """What the text would have run, if it types a command: itself, or what follows on a word like "run"."""
    patterns = [slot_pattern(phrasing.text) for phrasing in language.every_phrasing("typed")]
    found = [re.fullmatch(pattern, text.strip(), re.IGNORECASE | re.DOTALL) for pattern in patterns]
    return [match["command"] for match in found if match]


def _is_danger(text: str, disk: str, language: Language) -> bool:
    """Whether the text asks for something that damages the disk, slips of the fingers aside."""
    phrasings = [phrasing.text for phrasing in language.every_phrasing("danger") if "{disk}" in phrasing.text]
    dangers = [_plain(text.format(disk=disk)) for text in phrasings]
    return bool(get_close_matches(_plain(text), dangers, 1, _ALIKE))


def _named(text: str, state: State, language: Language) -> set[str]:
    """The disks that a text names: by name, or by a size, model or place that no other disk has."""
    text = text.lower()
    sizes = [human(disk.size_bytes) for disk in state.disks.values()]
    models = [disk.model for disk in state.disks.values()]
    positions = language.disks["positions"].lower().split(", ")
    found = set()
    for place, (name, disk) in enumerate(sorted(state.disks.items())):
        size, model = human(disk.size_bytes), disk.model
        words = [name]
        if sizes.count(size) == 1:
            words.append(size.lower())
        if sum(model in other for other in models) == 1:
            words.append(model.lower())
        if place < len(positions):
            words.append(positions[place])
        if any(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) for word in words):
            found.add(name)
    return found


@cache
def _yes() -> frozenset[str]:
    """What means yes, in any language."""
    languages = [load_language(code) for code in CODES]
    return frozenset(
        _plain(phrasing.text)
        for language in languages
        for intent in _YES
        for phrasing in language.every_phrasing(intent)
        if "{" not in phrasing.text
    )


def _plain(text: str) -> str:
    return text.lower().strip(" .!?¡¿").replace("'", "").replace("’", "")
