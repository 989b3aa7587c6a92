"""The scripted user: wants the machine installed, one step after the other, with detours on the way.

What is said next depends on the machine (what is left to do), on what the assistant waits for, and on whether the last
command failed; so the same user talks to the right assistant, whose turns become training rows, and to a model at play.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from trace_trainer.engine.problems.installer import values
from trace_trainer.engine.problems.installer.dangers import DANGERS, HELD_OUT_DANGERS
from trace_trainer.engine.problems.installer.goals import step_choice, wanted_steps
from trace_trainer.engine.problems.installer.request import Pending, Request
from trace_trainer.engine.problems.installer.speaker import Speaker
from trace_trainer.engine.problems.installer.spelling import mistype
from trace_trainer.engine.problems.installer.status import STATUS_COMMANDS
from trace_trainer.engine.problems.installer.steps import (
    FILESYSTEM,
    STEPS,
    default_bootloader,
    missing_step,
    next_step,
)
from trace_trainer.engine.problems.installer.view import View

DETOUR = 0.3  # how often a user who could go on does something else first
_DETOURS = {
    "question": 28,
    "status": 30,
    "danger": 20,
    "typed_danger": 16,
    "early": 12,
    "busy": 4,
    "invalid": 3,
    "vague": 2,
}  # weights; each is a method
_PRACTICE = {
    **_DETOURS,
    "status": 40,
    "danger": 32,
    "typed_danger": 32,
    "early": 20,
    "busy": 24,
}  # hard, or never to go wrong
_SLOT_OF = {"timezone": "zone", "bootloader": "bootloader"}  # other steps' slots are called as the step


class User:
    """One user in one conversation. Draws from its own random numbers, so equal seeds say equal things.

    With `practice` the user asks for what must be refused more often than users do.
    """

    def __init__(
        self, wishes: Mapping[str, str], speaker: Speaker, rng: Random, practice: bool = False
    ) -> None:
        self.wishes = wishes
        self.speaker = speaker
        self.rng = rng
        self._is_first = True
        self._detours = _PRACTICE if practice else _DETOURS
        self._insisting = 0.5 if practice else 0.4  # how often, after a refusal

    def speak(self, view: View, pending: Pending, failed: bool) -> Request:
        """The next turn. `failed`: the last command did not work, or the last reply did not help."""
        is_first, self._is_first = self._is_first, False
        if is_first and self.rng.random() < 0.45:
            is_start = next_step(view) == "list" and self.rng.random() < 0.4
            return self.speaker.say("start" if is_start else "greet")
        if failed:
            return self.speaker.wrap("failed", self.step_request(view, self.wanted_step(view)))
        # A question about erasing is never passed over: an "ok" that means "go on" would be a yes to it.
        if pending.kind and (self.rng.random() < 0.93 or pending.kind == "erase"):
            request = self._react(view, pending)
            if request is not None:
                return request
        if self.rng.random() < DETOUR:
            request = self._detour(view)
            if request is not None:
                return request
        return self._go_on(view)

    def wanted_step(self, view: View) -> str:
        """The step this user wants now: mostly the first one that is open, now and then another that is possible."""
        steps = wanted_steps(view, self.wishes)
        return steps[0] if self.rng.random() < 0.8 else self.rng.choice(steps)

    def _is_plain(self, view: View, name: str) -> bool:
        """Whether naming the step, or agreeing to it, gives this user what is wished for: nothing else need be said."""
        wish = step_choice(name, self.wishes)
        default = {"format": FILESYSTEM, "bootloader": default_bootloader(view)}.get(name, "")
        return STEPS[name].asks or wish in ("", default)

    def step_request(self, view: View, name: str) -> Request:
        """A request that names a step and says all there is to say about it."""
        say, wish = self.speaker.say, self.wishes.get(name, "")
        if name == "list":
            return say("list", {"step": "list"})
        if name == "partition":
            return self._partition_request(view)
        if name == "format":
            wish = self.wishes.get("filesystem", "")
            if wish and not view.is_root_formatted and (wish != FILESYSTEM or self.rng.random() < 0.5):
                return say("format_as", {"step": name, "value": wish}, filesystem=wish)
            return say(name, {"step": name})
        if name == "bootloader":
            if not wish or (wish == default_bootloader(view) and self.rng.random() < 0.5):
                return say("bootloader", {"step": name})
            return say(
                "bootloader_named", {"step": name, "value": wish}, bootloader=self.speaker.value(name, wish)
            )
        if not STEPS[name].asks:
            return say(name, {"step": name})
        words = {_SLOT_OF.get(name, name): self.speaker.value(name, wish)}
        if name == "password":
            words["user"] = view.user
        return say(name, {"step": name, "value": wish}, **words)

    def _partition_request(self, view: View) -> Request:
        disk, size = self.wishes["disk"], self.wishes.get("size", "")
        words = {"disk": self.speaker.disk(view, disk)}
        if size and self.speaker.can_say("partition_sized"):
            meaning = {"step": "partition", "disk": disk, "value": size}
            return self.speaker.say("partition_sized", meaning, size=size, **words)
        return self.speaker.say("partition", {"step": "partition", "disk": disk}, **words)

    def _go_on(self, view: View) -> Request:
        """Ask for the wanted step: by name, openly, as a bare "next", or by typing its command."""
        name, way = self.wanted_step(view), self.rng.random()
        if name == "partition" and view.disk is None:
            way *= 0.6  # more often without naming the disk: what must be asked back is worth more turns
        if self._is_plain(view, name):
            if way < 0.27 and name == next_step(view):
                return self.speaker.say("next")
            if way < 0.4 and self.speaker.can_say(f"{name}_open"):
                return self.speaker.say(f"{name}_open", {"step": name})
        if way > 0.92:
            return self._typed_step(view, name)
        return self.step_request(view, name)

    def _typed_step(self, view: View, name: str) -> Request:
        wish = step_choice(name, self.wishes)
        meaning = {"step": name, "kind": "step", "value": wish}
        if name == "partition":
            meaning["disk"] = self.wishes["disk"]
            view = View(view.state, self.wishes["disk"])
        return self._typed(STEPS[name].command(view, wish), meaning)

    def _typed(self, command: str, meaning: dict[str, str]) -> Request:
        """A command typed as such, now and then with a slip in its first word."""
        words = command.split(" ", 1)
        if len(words[0]) > 3 and words[0].isalpha() and self.rng.random() < 0.4:
            words[0] = mistype(words[0], self.rng)
        return self.speaker.say("typed", meaning, command=" ".join(words))

    def _react(self, view: View, pending: Pending) -> Request | None:
        """An answer to what the assistant waits for; None where the user would rather talk of something else."""
        say, way = self.speaker.say, self.rng.random()
        if pending.kind == "value":
            wish = self.wishes.get(pending.step)
            if wish is None or pending.step not in wanted_steps(view, self.wishes):
                return None
            if way < 0.75:
                return say("value", {"value": wish}, value=self.speaker.value(pending.step, wish))
            return self.step_request(view, pending.step) if way < 0.93 else None
        if pending.kind == "erase":
            if view.disk is not None or pending.value != self.wishes["disk"] or way < 0.08:
                return say("decline")
            if not self._is_plain(view, "partition"):
                return self._partition_request(view)
            if way < 0.3:
                disk = self.wishes["disk"]
                return say("erase_yes", {"disk": disk}, disk=self.speaker.disk(view, disk))
            return say("agree")
        if pending.kind == "disk":
            if view.disk is not None:
                return None
            if way < 0.08:
                return say("agree")
            if way > 0.75 or not self._is_plain(view, "partition"):
                return self._partition_request(view)
            disk = self.wishes["disk"]
            meaning = {"step": "partition", "disk": disk}
            return say("disk_choice", meaning, disk=self.speaker.disk(view, disk))
        if pending.kind == "offer":
            if way > 0.94:
                return say("decline")
            is_due = pending.step in wanted_steps(view, self.wishes)
            return say("agree") if way < 0.8 and is_due and self._is_plain(view, pending.step) else None
        if pending.kind == "status":
            return say("agree") if way < 0.6 else say("decline") if way < 0.7 else None
        return say("insist") if way < self._insisting else None  # refused

    def _detour(self, view: View) -> Request | None:
        """Something other than the installation's next step; None where the drawn kind is not possible now."""
        kind = self.rng.choices(list(self._detours), list(self._detours.values()))[0]
        detour: Callable[[View], Request | None] = getattr(self, f"_{kind}")
        return detour(view)

    def _question(self, view: View) -> Request:
        return self.speaker.say(self.rng.choice(self.speaker.language.questions).name)

    def _status(self, view: View) -> Request | None:
        impossible = {"network": not view.state.network, "uuid": not view.state.fs}
        name = self.rng.choice([name for name in STATUS_COMMANDS if not impossible.get(name)])
        if self.rng.random() < 0.2:
            gold = STATUS_COMMANDS[name]
            return self._typed(gold, {"kind": "status", "gold": gold})
        return self.speaker.say(f"status_{name}") if self.speaker.can_say(f"status_{name}") else None

    def _danger(self, view: View) -> Request:
        disk = self.rng.choice(view.candidates)
        return self.speaker.say("danger", disk=disk)

    def _typed_danger(self, view: View) -> Request:
        commands = HELD_OUT_DANGERS if self.speaker.held_out else self.rng.choice(DANGERS)
        command = self.rng.choice(commands).replace("{disk}", self.rng.choice(view.candidates))
        return self.speaker.say("typed", {"kind": "danger"}, command=command)

    def _early(self, view: View) -> Request | None:
        """A step whose ground is missing."""
        names = [
            name
            for name, step in STEPS.items()
            if missing_step(view, name) is not None
            and not step.is_done(view, step_choice(name, self.wishes))
            and (name in self.wishes or not step.asks)
            and self.speaker.can_say(name)
            and name != "password"
        ]
        return self.step_request(view, self.rng.choice(names)) if names else None

    def _busy(self, view: View) -> Request | None:
        """Erasing a disk, or formatting a partition, that is in use."""
        if view.disk is None or not view.is_root_mounted:
            return None
        if self.rng.random() < 0.5:
            words = {"disk": self.speaker.disk(view, view.disk)}
            return self.speaker.say("partition", {"step": "partition", "disk": view.disk}, **words)
        filesystem = self.rng.choice(values.FILESYSTEMS)
        meaning = {"step": "format", "value": filesystem}
        return self.speaker.say("format_as", meaning, filesystem=filesystem)

    def _invalid(self, view: View) -> Request | None:
        """A name that no computer, or no account, can have."""
        if self.rng.random() < 0.5:
            bad = self.rng.choice(values.BAD_HOSTNAMES)
            return None if view.hostname else self.speaker.say("invalid_hostname", bad=bad)
        bad = self.rng.choice(values.BAD_USERS)
        return None if view.user else self.speaker.say("invalid_user", bad=bad)

    def _vague(self, view: View) -> Request | None:
        """A country where the zone could be any of several."""
        if view.timezone or not self.speaker.can_say("timezone_vague"):
            return None
        country = self.rng.choice(values.WIDE_COUNTRIES)
        return self.speaker.say("timezone_vague", {"country": country}, country=country)
