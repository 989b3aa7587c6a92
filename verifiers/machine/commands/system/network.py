"""ping, ip, nmcli and their like: whether there is a network. Changing it is not simulated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.packages import PACKAGE_OF_UNIT
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", re.ASCII)
MAX_PINGS = 600  # a second each
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_DEVICES = ("lo", "enp0s3")


@command("ping", "ping4", "ping6")
def ping(session: Session, arguments: Sequence[str]) -> Output:
    """Ask a host for a sign of life; without -c or -w it never ends."""
    options = read_options(session, arguments, "c:w:W:i:s:I:t:q46nvfAaDOR", ["help"])
    if len(options.operands) != 1:
        raise CommandError("ping: usage error: Destination address required", exit=1)
    count = options.last("-c") or options.last("-w")
    if count is None:
        raise Unsupported("interactive: ping without -c never ends")
    if not re.fullmatch(r"\d{1,5}", count) or int(count) == 0:
        raise CommandError(
            f"ping: invalid argument: '{count}': out of range: 1 <= value <= 9223372036854775807"
        )
    if int(count) > MAX_PINGS:
        raise Unsupported("interactive: ping that goes on for long")
    host = options.operands[0]
    is_address = _ADDRESS.fullmatch(host) is not None
    if not is_address and (_HOST.fullmatch(host) is None or (host not in _LOCAL and "." not in host)):
        raise CommandError(f"ping: {host}: Name or service not known", exit=2)
    if not session.state.network and host not in _LOCAL:
        reason = "Network is unreachable" if is_address else f"{host}: Temporary failure in name resolution"
        raise CommandError(f"ping: {reason}", exit=2)
    return Output(
        f"PING {host} 56(84) bytes of data.\n64 bytes from {host}: icmp_seq=1 ttl=64 time=11.2 ms\n\n"
        f"--- {host} ping statistics ---\n{count} packets transmitted, {count} received, 0% packet loss\n",
        info="connectivity",
        operands=(host,),
    )


@command("ip", "ifconfig")
def ip(session: Session, arguments: Sequence[str]) -> Output:
    """Devices, addresses and routes."""
    words = [word for word in arguments if not word.startswith("-")]
    if session.name == "ifconfig":
        words = ["address"] if not words or words[0] in _DEVICES else ["address", "set"]
    if not words:
        raise CommandError("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }", exit=255)
    kinds = ("address", "link", "route", "neighbour", "rule", "netns")
    kind = next((name for name in kinds if name.startswith(words[0]) and words[0]), None)
    if kind is None:
        raise CommandError(f'Object "{words[0]}" is unknown, try "ip help".')
    action = words[1] if len(words) > 1 else "show"
    if action == "set" and kind == "link" and words[-1] in ("up", "down") and len(words) >= 4:
        device = words[-2]
        if device not in _DEVICES:
            raise CommandError(f'Cannot find device "{device}"')
        raise Unsupported("switching network devices")
    if not any(name.startswith(action) for name in ("show", "list", "lst")):
        raise Unsupported(f"ip {kind} {action}")
    is_up = session.state.network
    if kind == "route":
        return Output(
            "default via 10.0.2.2 dev enp0s3\n" if is_up else "", info="network", operands=("route",)
        )
    state = "UP" if is_up else "DOWN"
    address = "    inet 10.0.2.15/24 scope global enp0s3\n" if is_up and kind == "address" else ""
    local = "    inet 127.0.0.1/8 scope host lo\n" if kind == "address" else ""
    return Output(
        f"1: lo: <LOOPBACK,UP> state UNKNOWN\n{local}2: enp0s3: <BROADCAST,MULTICAST> state {state}\n{address}",
        info="network",
        operands=(kind,),
    )


@command("nmcli")
def nmcli(session: Session, arguments: Sequence[str]) -> Output:
    """Status of NetworkManager."""
    if PACKAGE_OF_UNIT["NetworkManager.service"] not in session.tree.packages:
        raise CommandError("bash: nmcli: command not found", exit=127)
    words = [word for word in arguments if not word.startswith("-")] or ["general"]
    if words[:1] == ["radio"] and words[-1] in ("on", "off", "radio", "all", "wifi", "wwan"):
        return Output(
            "WIFI-HW  WIFI\nenabled  enabled\n" if words[-1] not in ("on", "off") else "", info="radio"
        )
    if any(
        word in ("connect", "add", "up", "down", "modify", "delete", "edit", "on", "off", "hotspot")
        for word in words
    ):
        raise Unsupported("nmcli that changes the network")
    state = "connected" if session.state.network else "disconnected"
    return Output(f"STATE         DEVICE\n{state:<13} enp0s3\n", info="network", operands=("status",))
