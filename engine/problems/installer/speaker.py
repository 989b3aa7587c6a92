"""How a user puts an intent into words: a phrasing of the language, in the user's style, with its slots filled."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from trace_trainer.engine.problems.installer import values
from trace_trainer.engine.problems.installer.language import Language
from trace_trainer.engine.problems.installer.request import Request
from trace_trainer.engine.problems.installer.spelling import Style, spell
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine.model.sizes import human


class Speaker:
    """One user's way of writing. `held_out` uses the held-out phrasings wherever there are some."""

    def __init__(self, language: Language, style: Style, rng: Random, held_out: bool = False) -> None:
        self.language = language
        self.style = style
        self.rng = rng
        self.held_out = held_out

    def can_say(self, intent: str) -> bool:
        """Whether the language has words for an intent."""
        return intent in self.language.requests

    def sayable(self, wishes: Mapping[str, str]) -> dict[str, str]:
        """The wishes that the language has words for."""
        phrase = {"disk": "partition", "size": "partition_sized", "filesystem": "format_as"}
        return {name: wish for name, wish in wishes.items() if self.can_say(phrase.get(name, name))}

    def say(self, intent: str, meaning: Mapping[str, str] | None = None, **words: str) -> Request:
        """A request: `meaning` becomes its slots, `words` fill the phrasing's."""
        phrasing = self.rng.choice(self.language.phrasings(intent, self.held_out))
        text = spell(phrasing.text, self.style, self.rng).format(**words)
        return Request(intent, text, phrasing.id, meaning or {})

    def wrap(self, intent: str, request: Request) -> Request:
        """A request within another phrasing, as in "that failed, mount it"."""
        outer = self.say(intent, request=request.text)
        return Request(request.intent, outer.text, f"{outer.source}+{request.source}", request.slots)

    def disk(self, view: View, name: str) -> str:
        """Words for a disk that mean no other: its name, its device, or its size, model or place where that tells."""
        forms = [self.language.disks["name"], self.language.disks["name"], self.language.disks["path"]]
        disks = view.state.disks
        size = human(disks[name].size_bytes)
        if len(view.candidates) > 1:
            if [human(disk.size_bytes) for disk in disks.values()].count(size) == 1:
                forms.append(self.language.disks["size"])
            if sum(disks[name].model in disk.model for disk in disks.values()) == 1:
                forms.append(self.language.disks["model"])
            positions = self.language.disks["positions"].split(", ")
            if len(view.candidates) == len(disks) <= len(positions):
                forms.append(positions[sorted(disks).index(name)])
        return self.rng.choice(forms).format(name=name, size=size, model=disks[name].model)

    def value(self, step: str, value: str) -> str:
        """Words for a value: a city for a zone, in English a language for a locale, or the value itself."""
        if step == "timezone" and self.rng.random() < 0.6:
            return value.rpartition("/")[2].replace("_", " ")
        if step == "locale" and self.language.code == "en" and self.rng.random() < 0.5:
            return next((name for name, locale in values.LOCALES.items() if locale == value), value)
        if step == "bootloader" and value == "grub" and self.rng.random() < 0.3:
            return "GRUB"
        return value
