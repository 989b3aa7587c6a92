"""The right reply to a request: what a careful assistant does with this machine at this point of the conversation.

Rules, in their order: what damages the system is refused, also when the user insists; a step whose ground is missing is
answered with what comes first; a disk is erased only when the user has named it or said yes to its name; a value nobody
has given is asked for; everything else is done at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from trace_trainer.engine.problems.installer.language import Language
from trace_trainer.engine.problems.installer.request import NOTHING, Pending, Request
from trace_trainer.engine.problems.installer.status import STATUS_COMMANDS
from trace_trainer.engine.problems.installer.steps import STEPS, missing_step, next_step
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine.model.devices import in_use
from trace_trainer.verifiers.machine.model.sizes import human


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply: a command line or a text.

    Attributes:
        category: `command`, `status`, `answer`, `order` (something else comes first), `ask`, `confirm` or `refuse`.
        command: the command line to run; "" for a text.
        text: the text; "" for a command.
        pending: what the reply waits for.
        disk: the disk agreed upon from now on.
    """

    category: str
    command: str = ""
    text: str = ""
    pending: Pending = NOTHING
    disk: str | None = None


class Assistant:
    """Answers in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def answer(self, request: Request, view: View, pending: Pending) -> Answer:
        """The reply to a request. `pending` is what the assistant's last turn waited for."""
        intent, slots = request.intent, request.slots
        if intent in ("agree", "insist", "erase_yes"):
            return self._agreed(request, view, pending)
        if intent == "decline":
            return self._text(view, "answer", "declined")
        if intent == "danger" or slots.get("kind") == "danger":
            return self._text(view, "refuse", "refuse", Pending("refused"))
        if intent.startswith("status_"):
            return Answer("status", STATUS_COMMANDS[intent.removeprefix("status_")], disk=view.disk)
        if intent == "typed" and slots["kind"] == "status":
            return Answer("status", slots["gold"], disk=view.disk)
        if intent.startswith("ask."):
            return self._question(intent, view)
        if intent == "greet":
            step = next_step(view)
            text = f"{self.language.replies['greet']} {self._offer(step)}"
            return Answer("answer", text=text, pending=Pending("offer", step), disk=view.disk)
        if intent.startswith("invalid_"):
            step = intent.removeprefix("invalid_")
            return self._missing(step, view) or self._text(view, "ask", intent, Pending("value", step))
        if intent == "timezone_vague":
            reply = self._text(view, "ask", "ask_zone_city", Pending("value", "timezone"), **slots)
            return self._missing("timezone", view) or reply
        if intent in ("next", "start"):
            return self._do(next_step(view), "", view)
        if intent == "value":
            return self._do(pending.step, slots["value"], view)
        step = slots.get("step", intent)
        return self._do(step, slots.get("value", ""), view, slots.get("disk"))

    def _agreed(self, request: Request, view: View, pending: Pending) -> Answer:
        if request.intent == "erase_yes":
            return self._do("partition", "", view, request.slots["disk"])
        if pending.kind == "refused":
            return self._text(view, "refuse", "refuse")
        if pending.kind == "erase":
            return self._do("partition", "", view, pending.value)
        if pending.kind == "status":
            return Answer("status", STATUS_COMMANDS[pending.value], disk=view.disk)
        if pending.kind in ("offer", "value"):
            return self._do(pending.step, pending.value, view)
        return self._do(next_step(view), "", view)

    def _do(self, name: str, value: str, view: View, disk: str | None = None) -> Answer:
        """Do a step, or say what is in the way."""
        step = STEPS[name]
        if name == "partition":
            return self._partition(value, view, disk)
        early = self._missing(name, view)
        if early is not None:
            return early
        if name == "format" and view.is_root_mounted:
            return self._text(view, "refuse", "refuse_busy", Pending("refused"), disk=view.root_partition)
        if step.asks and not value:
            pending = Pending("value", name)
            return self._text(view, "ask", f"ask_{name}", pending, user=view.user)
        if name == "bootloader" and value == "systemd-boot" and not view.is_uefi:
            return self._text(view, "answer", "no_efi", Pending("offer", "bootloader"))
        return Answer("command", step.command(view, value), disk=view.disk)

    def _partition(self, size: str, view: View, disk: str | None) -> Answer:
        if disk is None and view.disk is None:
            if len(view.candidates) > 1:
                return self._text(
                    view, "ask", "ask_disk", Pending("disk", "partition"), disks=self._choices(view)
                )
            only = view.candidates[0]
            pending = Pending("erase", "partition", only)
            return self._text(view, "confirm", "confirm_erase", pending, disk=only, size=_size(view, only))
        chosen = View(view.state, disk or view.disk)
        busy = in_use(view.state, chosen.disk or "")
        if busy is not None:
            return self._text(view, "refuse", "refuse_busy", Pending("refused"), disk=str(chosen.disk))
        return Answer("command", STEPS["partition"].command(chosen, size), disk=chosen.disk)

    def _missing(self, name: str, view: View) -> Answer | None:
        step = missing_step(view, name)
        if step is None:
            return None
        reply = "reboot_early" if name == "reboot" else "missing"
        return self._text(view, "order", reply, Pending("offer", step), step=self.language.steps[step])

    def _question(self, intent: str, view: View) -> Answer:
        question = self.language.question(intent)
        names = view.candidates
        text = question.answer.format(
            boot=view.state.boot_mode,
            count=len(names),
            disks=", ".join(f"{name} ({_size(view, name)})" for name in names),
            step=self.language.steps[next_step(view)],
        )
        pending = NOTHING
        if question.offer == "next":
            step = next_step(view)
            text, pending = f"{text} {self._offer(step)}", Pending("offer", step)
        elif question.offer is not None and (question.offer != "network" or view.state.network):
            text, pending = f"{text} {self.language.offer_status}", Pending("status", value=question.offer)
        return Answer("answer", text=text, pending=pending, disk=view.disk)

    def _text(
        self, view: View, category: str, reply: str, pending: Pending = NOTHING, **slots: str
    ) -> Answer:
        return Answer(category, "", self.language.replies[reply].format(**slots), pending, view.disk)

    def _offer(self, step: str) -> str:
        return self.language.offer.format(step=self.language.steps[step])

    def _choices(self, view: View) -> str:
        names = [f"{name} ({_size(view, name)})" for name in view.candidates]
        return f"{', '.join(names[:-1])} {self.language.either} {names[-1]}"


def _size(view: View, disk: str) -> str:
    return human(view.state.disks[disk].size_bytes)
