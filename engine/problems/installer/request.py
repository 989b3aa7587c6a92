"""What a user says in one turn: an intent with its slots, and the words of it; and what the assistant waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One user turn.

    Attributes:
        intent: as the phrasing files call it; `typed` for a command typed as such.
        text: what the user writes.
        source: the id of the phrasing; several, joined by `+`, where one holds another.
        slots: what the text says, by slot. Not what it was called but what it means: `disk` is always a name, `zone`
            always a zone.
    """

    intent: str
    text: str
    source: str
    slots: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_held_out(self) -> bool:
        """Whether any part of it is a held-out phrasing."""
        return "!" in self.source


@dataclass(frozen=True, slots=True)
class Pending:
    """What the assistant's last turn waits for, which is what a bare "yes" or a bare name answers.

    Attributes:
        kind: `disk` (which one?), `erase` (a yes to erasing `value`), `value` (of the step), `offer` (a yes to doing
            the step), `status` (a yes to looking `value` up), `refused` (nothing; but users insist), or "".
        step: the step meant.
        value: see kind.
    """

    kind: str = ""
    step: str = ""
    value: str = ""


NOTHING = Pending()
