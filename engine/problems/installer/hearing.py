"""What a user hears in an assistant's words: the question at their end, which a bare "yes" or a bare name answers.

A model may ask another question than the right one, or none; the user answers what was asked. Words are recognised by
the templates of the language's replies (answer.py), with any values in their slots.
"""

from __future__ import annotations

import re

from trace_trainer.engine.problems.installer.language import Language, slot_pattern
from trace_trainer.engine.problems.installer.request import NOTHING, Pending


def heard(text: str, language: Language) -> Pending:
    """What the words wait for; NOTHING where their end is no question of the language. A refusal is none."""
    for reply, template in language.replies.items():
        slots = _at_end(template, text, language)
        if slots is not None:
            return _asked(reply, slots, language)
    offer = _at_end(language.offer, text, language)
    if offer is not None:
        return Pending("offer", _step(offer, language))
    for question in language.questions:
        looks_up = question.offer is not None and question.offer != "next"
        if looks_up and _at_end(f"{question.answer} {language.offer_status}", text, language) is not None:
            return Pending("status", value=str(question.offer))
    return NOTHING


def _asked(reply: str, slots: dict[str, str], language: Language) -> Pending:
    """What the reply of this name waits for."""
    if reply == "confirm_erase":
        return Pending("erase", "partition", slots["disk"])
    if reply == "ask_disk":
        return Pending("disk", "partition")
    if reply == "ask_zone_city":
        return Pending("value", "timezone")
    if reply.startswith(("ask_", "invalid_")):
        return Pending("value", reply.partition("_")[2])
    if reply == "no_efi":
        return Pending("offer", "bootloader")
    if "step" in slots:
        return Pending("offer", _step(slots, language))
    return NOTHING


def _step(slots: dict[str, str], language: Language) -> str:
    """The step that is called so."""
    return next(name for name, words in language.steps.items() if words.lower() == slots["step"].lower())


def _at_end(template: str, text: str, language: Language) -> dict[str, str] | None:
    """The values of a template's slots in the words at the end of a text; None where it does not end so."""
    steps = "|".join(map(re.escape, language.steps.values()))
    pattern = slot_pattern(template.strip(), step=steps)
    found = re.search(rf"(?:^|\s){pattern}\s*$", text, re.IGNORECASE)
    return found.groupdict() if found else None
