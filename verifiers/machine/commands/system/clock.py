"""timedatectl, hwclock, date: the live system's time zone, time synchronisation and hardware clock.

What time it is is not part of the state; the clock stands still. timedatectl fails inside a chroot, hwclock does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.system.identity import (
    REMOTE,
    require_running_system,
    unknown_verb,
)
from trace_trainer.verifiers.machine.model.facts import timezone_of
from trace_trainer.verifiers.machine.model.virtual import ZONE_FOLDER
from trace_trainer.verifiers.machine.model.zones import ZONES
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_BOOLEANS = {
    **dict.fromkeys(("1", "yes", "y", "true", "t", "on"), True),
    **dict.fromkeys(("0", "no", "n", "false", "f", "off"), False),
}
_DATE_FIELDS = {
    "%Y": "2026",
    "%m": "01",
    "%d": "01",
    "%H": "12",
    "%M": "00",
    "%S": "00",
    "%F": "2026-01-01",
    "%T": "12:00:00",
    "%R": "12:00",
    "%s": "1767268800",
    "%Z": "UTC",
}


@command("timedatectl")
def timedatectl(session: Session, arguments: Sequence[str]) -> Output:
    """Show or set the live system's time zone and whether its clock is kept by NTP."""
    long = ["adjust-system-clock", "monitor", "all", "property=", "value", *REMOTE]
    options = read_options(session, arguments, "H:M:ap:", long)
    if options.has("-H", "-M", "--host", "--machine"):
        raise Unsupported("timedatectl on another machine")
    require_running_system(session)
    verb, *rest = options.operands or ("status",)
    state = session.state
    if verb in ("status", "show", "timesync-status", "show-timesync"):
        return _status(session, verb)
    if verb == "list-timezones":
        return Output("".join(f"{zone}\n" for zone in sorted(ZONES)), info="timezones")
    if verb not in ("set-timezone", "set-ntp", "set-time", "set-local-rtc"):
        unknown_verb(session, verb)
    if len(rest) != 1:
        raise CommandError("Too few arguments." if not rest else "Too many arguments.")
    if verb == "set-timezone":
        if rest[0] not in ZONES:
            raise CommandError(f"Failed to set time zone: Invalid or not installed time zone '{rest[0]}'")
        session.make_link("/etc/localtime", f"{ZONE_FOLDER}/{rest[0]}")
        return Output()
    if verb == "set-time":
        if state.ntp:
            raise CommandError("Failed to set time: Automatic time synchronization is enabled")
        raise Unsupported("setting the time")
    wanted = _BOOLEANS.get(rest[0].lower())
    if wanted is None:
        raise CommandError(
            f"Failed to parse {'NTP' if verb == 'set-ntp' else 'local RTC'} setting: {rest[0]}"
        )
    if verb == "set-local-rtc":
        raise Unsupported("a hardware clock in local time")
    if state.ntp != wanted:
        state.ntp = wanted
        session.effect(f"NTP {'on' if wanted else 'off'}")
    return Output()


def _status(session: Session, verb: str) -> Output:
    zone = timezone_of(session.state.live) or "UTC"
    synchronised = "yes" if session.state.ntp and session.state.network else "no"
    service = "active" if session.state.ntp else "inactive"
    if verb == "show":
        return Output(
            f"Timezone={zone}\nLocalRTC=no\nCanNTP=yes\nNTP={'yes' if session.state.ntp else 'no'}\n"
            f"NTPSynchronized={synchronised}\n",
            info="time",
        )
    return Output(
        f"               Local time: Thu 2026-01-01 12:00:00\n                Time zone: {zone}\n"
        f"System clock synchronized: {synchronised}\n              NTP service: {service}\n"
        "          RTC in local TZ: no\n",
        info="time",
    )


@command("hwclock")
def hwclock(session: Session, arguments: Sequence[str]) -> Output:
    """Set the hardware clock from the system's (--systohc, -w), the other way round (--hctosys, -s), or show it."""
    long = """systohc hctosys show utc localtime get noadjfile verbose adjust update-drift rtc= set date=
        adjfile= test directisa systz""".split()
    options = read_options(session, arguments, "wsrulvaf:", long)
    if options.operands:
        raise CommandError(f"hwclock: {len(options.operands)} too many arguments given")
    if not session.has_api:
        raise CommandError("hwclock: Cannot access the Hardware Clock via any known method.")
    if options.has("-a", "--adjust", "--set", "--systz", "-l", "--localtime"):
        raise Unsupported("hwclock with a time of its own, or local time")
    if options.has("-w", "--systohc"):
        if not session.state.rtc_synced and not options.has("--test"):
            session.state.rtc_synced = True
            session.effect("hardware clock set")
        return Output()
    if options.has("-s", "--hctosys"):
        return Output(info="time", operands=("hctosys",))
    return Output("2026-01-01 12:00:00.000000+00:00\n", info="time")


@command("date")
def date(session: Session, arguments: Sequence[str]) -> Output:
    """Show the time at which this machine's clock stands."""
    long = "utc universal rfc-email rfc-3339= date= set= iso-8601 file= reference= debug resolution".split()
    options = read_options(session, arguments, "d:f:uRIr:s:", long)
    if len(options.operands) > 1 or any(
        name not in ("-u", "--utc", "--universal") for name, _ in options.pairs
    ):
        raise Unsupported("date with another time")
    if not options.operands:
        return Output("Thu Jan  1 12:00:00 UTC 2026\n", info="time")
    shape = options.operands[0]
    if not shape.startswith("+"):
        raise CommandError(f"date: invalid date '{shape}'")
    text = shape[1:]
    for field, value in _DATE_FIELDS.items():
        text = text.replace(field, value)
    return Output(text + "\n", info="time", operands=(shape,))


@command("tzselect")
def tzselect(session: Session, arguments: Sequence[str]) -> Output:
    """It asks for continent, country and region."""
    raise Unsupported("interactive: tzselect asks")
