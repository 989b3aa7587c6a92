"""systemctl: units of the system at a root enabled and disabled, those of the live system started and stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.system.identity import REMOTE, unknown_verb
from trace_trainer.verifiers.machine.commands.system.power import go_down
from trace_trainer.verifiers.machine.model.packages import PACKAGE_OF_UNIT
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LONG = """now root= force quiet no-block no-reload runtime global system user type= state= all failed full lines=
    output= no-legend plain no-wall message= firmware-setup boot-loader-menu= boot-loader-entry= check-inhibitors=
    recursive reverse property= value after before wait show-types job-mode= no-ask-password preset-mode=""".split()
_SUFFIX = re.compile(r".+\.(?:service|socket|timer|target|mount|path|slice|device|swap|scope|automount)")
_POWER = {
    "reboot": "rebooted",
    "kexec": "rebooted",
    "soft-reboot": "rebooted",
    "poweroff": "off",
    "halt": "off",
}
_CHANGES_RUNNING = frozenset("start stop restart reload try-restart reload-or-restart".split())
_NEEDS_RUNNING_SYSTEM = _CHANGES_RUNNING | frozenset(
    "daemon-reload daemon-reexec isolate status is-active".split()
)


@command("systemctl")
def systemctl(session: Session, arguments: Sequence[str]) -> Output:
    """enable, disable, start, stop, restart, status, is-enabled, is-active, set-default, and the power commands."""
    options = read_options(session, arguments, "H:M:t:an:o:p:Plqfir", [*_LONG, *REMOTE])
    if options.has("-H", "-M", "--host", "--machine", "--user", "--global", "--runtime", "--preset-mode"):
        raise Unsupported("systemctl on another machine, for users, or until the next start")
    verb, *names = options.operands or ("list-units",)
    shell = session.chroot(options.last("--root") or "/", has_api=False) if options.has("--root") else session
    is_offline = session.in_chroot or options.has("--root")
    if verb in _POWER:
        return go_down(session, "rebooted" if _POWER[verb] == "rebooted" else "off")
    if is_offline and verb in _NEEDS_RUNNING_SYSTEM:
        return Output("", f"Running in chroot, ignoring command '{verb}'\n")
    if verb in ("list-units", "list-unit-files", "list-timers", "list-sockets", "is-system-running"):
        known = sorted(unit for unit, package in PACKAGE_OF_UNIT.items() if package in shell.tree.packages)
        return Output("".join(f"{unit}\n" for unit in known), info="services")
    if verb in ("daemon-reload", "daemon-reexec", "reset-failed"):
        return Output()
    if verb in (
        "isolate",
        "edit",
        "cat",
        "show",
        "preset",
        "preset-all",
        "link",
        "revert",
        "suspend",
        "hibernate",
        "kill",
        "get-default",
        "list-dependencies",
        "emergency",
        "rescue",
        "default",
    ):
        raise Unsupported(f"systemctl {verb}")
    if not names:
        raise CommandError("Too few arguments.")
    units = [name if _SUFFIX.fullmatch(name) else f"{name}.service" for name in names]
    if verb in ("mask", "unmask"):
        return _mask(shell, units, verb == "mask")
    if verb in ("enable", "disable", "reenable"):
        return _enable(shell, verb, units, options.has("--now") and not is_offline)
    if verb in _CHANGES_RUNNING:
        return _start(session, verb, units)
    if verb in ("status", "is-active", "is-enabled", "is-failed"):
        return _tell(shell, verb, units)
    if verb == "set-default":
        return _set_default(shell, units)
    unknown_verb(session, verb)


def _mask(session: Session, units: Sequence[str], hides: bool) -> Output:
    """Make units impossible to start, by a link to /dev/null, or possible again."""
    lines = ""
    for unit in units:
        path = f"/etc/systemd/system/{unit}"
        if hides:
            session.make_link(path, "/dev/null")
            lines += f"Created symlink '{path}' -> '/dev/null'.\n"
        elif session.is_link(path):
            session.remove(path)
            lines += f"Removed '{path}'.\n"
    return Output("", lines)


def _exists(session: Session, unit: str) -> bool:
    if re.fullmatch(r"(?:serial-)?getty@\w+\.service", unit):
        unit = "getty@tty1.service"
    package = PACKAGE_OF_UNIT.get(unit)
    return package in session.tree.packages or session.is_file(f"/etc/systemd/system/{unit}")


def _enable(session: Session, verb: str, units: Sequence[str], now: bool) -> Output:
    for unit in units:
        if not _exists(session, unit):
            raise CommandError(f"Failed to {verb} unit: Unit {unit} does not exist")
    services, lines = session.tree.services, ""
    for unit in units:
        if verb == "disable" and unit in services:
            services.remove(unit)
            session.effect(f"disabled {unit} in {session.frame.root}")
            lines += f"Removed '/etc/systemd/system/multi-user.target.wants/{unit}'.\n"
        elif verb != "disable" and unit not in services:
            services.add(unit)
            session.effect(f"enabled {unit} in {session.frame.root}")
            lines += f"Created symlink '/etc/systemd/system/multi-user.target.wants/{unit}'.\n"
    if now:
        _start(session, "stop" if verb == "disable" else "start", units)
    return Output("", lines)


def _start(session: Session, verb: str, units: Sequence[str]) -> Output:
    running = session.state.running
    for unit in units:
        if not _exists(session, unit):
            raise CommandError(f"Failed to {verb} {unit}: Unit {unit} not found.", exit=5)
        if verb == "stop" and unit in running:
            running.remove(unit)
            session.effect(f"stopped {unit}")
        elif verb in ("start", "restart", "reload-or-restart") and unit not in running:
            running.add(unit)
            session.effect(f"started {unit}")
    return Output()


def _tell(session: Session, verb: str, units: Sequence[str]) -> Output:
    lines, status = [], 0
    for unit in units:
        is_running, is_enabled = unit in session.state.running, unit in session.tree.services
        if not _exists(session, unit):
            raise CommandError(f"Unit {unit} could not be found.", exit=4)
        active = "active" if is_running else "inactive"
        enabled = "enabled" if is_enabled else "disabled"
        if verb == "is-enabled":
            lines.append(enabled)
            status = status if is_enabled else 1
        elif verb == "status":
            lines.append(
                f"{unit}\n     Loaded: loaded (/usr/lib/systemd/system/{unit}; {enabled})\n     Active: {active}"
            )
            status = status if is_running else 3
        else:
            lines.append(active)
            status = status if is_running == (verb == "is-active") else 3
    about = (*sorted(units), *([session.frame.root] if session.in_chroot else []))
    return Output("".join(f"{line}\n" for line in lines), exit=status, info="service", operands=about)


def _set_default(session: Session, units: Sequence[str]) -> Output:
    target = units[0].removesuffix(".service")
    target = target if target.endswith(".target") else f"{target}.target"
    if target not in PACKAGE_OF_UNIT:
        raise CommandError(f"Failed to set default target: Unit file {target} does not exist")
    session.make_link("/etc/systemd/system/default.target", f"/usr/lib/systemd/system/{target}")
    return Output()
