"""hostname, hostnamectl, systemd-firstboot, systemd-machine-id-setup: what a system is called and how it first starts.

The kernel's host name and the live system's /etc/hostname are one. hostnamectl talks to the running system, so inside a
chroot it fails; the installed system's name is a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from trace_trainer.verifiers.machine.model.config_files import is_host_name
from trace_trainer.verifiers.machine.model.facts import hostname_of
from trace_trainer.verifiers.machine.model.locales import KEYMAPS, is_locale
from trace_trainer.verifiers.machine.model.packages import SHELLS, shell_path
from trace_trainer.verifiers.machine.model.passwords import hash_identity, identity
from trace_trainer.verifiers.machine.model.state import Frame
from trace_trainer.verifiers.machine.model.virtual import ZONE_FOLDER
from trace_trainer.verifiers.machine.model.zones import ZONES
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Refused, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

REMOTE = ["host=", "machine=", "no-ask-password", "no-pager", "json="]  # options of every tool of systemd


def live_session(session: Session) -> Session:
    """A shell of the live system, which `hostname NAME` changes from anywhere."""
    return session.inner(Frame())


def require_running_system(session: Session) -> None:
    """Raise CommandError inside a chroot, as tools do that ask a service of the running system."""
    if session.in_chroot:
        raise CommandError(
            "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
            "Failed to connect to bus: Host is down"
        )


def unknown_verb(session: Session, verb: str) -> NoReturn:
    """Raise the CommandError of systemd's tools for a subcommand that does not exist."""
    raise CommandError(f"Unknown command verb '{verb}'.")


@command("hostname")
def hostname(session: Session, arguments: Sequence[str]) -> Output:
    """Show the host name, or set it."""
    options = read_options(session, arguments, "sfiIdAybF:", ["short", "fqdn", "long", "ip-address", "file="])
    live = live_session(session)
    names = list(options.operands)
    path = options.last("-F", "--file")
    if path is not None:
        names.append(session.read(path).strip())
    if not names:
        if options.has("-i", "-I", "--ip-address"):
            return Output("10.0.2.15\n", info="network")
        return Output(f"{hostname_of(session.state.live) or 'localhost'}\n", info="hostname")
    if len(names) > 1 or not is_host_name(names[0]):
        raise CommandError("hostname: the specified hostname is invalid")
    live.write("/etc/hostname", names[0] + "\n")
    return Output()


@command("hostnamectl")
def hostnamectl(session: Session, arguments: Sequence[str]) -> Output:
    """Show or set the live system's host name. With --pretty alone only /etc/machine-info changes."""
    options = read_options(session, arguments, "H:M:j", ["static", "transient", "pretty", *REMOTE])
    if options.has("-H", "-M", "--host", "--machine"):
        raise Unsupported("hostnamectl on another machine")
    require_running_system(session)
    verb, *rest = options.operands or ("status",)
    if verb == "status" or (verb == "hostname" and not rest):
        name = hostname_of(session.state.live) or "localhost"
        if verb == "hostname":
            return Output(name + "\n", info="hostname")
        return Output(
            f" Static hostname: {name}\n       Icon name: computer\nOperating System: LevitateOS\n"
            "          Kernel: Linux 6.12.1-arch1-1\n    Architecture: x86-64\n",
            info="hostname",
        )
    if verb in ("icon-name", "set-icon-name", "chassis", "set-chassis", "deployment", "location"):
        raise Unsupported(f"hostnamectl {verb}")
    if verb not in ("set-hostname", "hostname"):
        unknown_verb(session, verb)
    if not rest:
        raise CommandError("Too few arguments.")
    if len(rest) > 1:
        raise CommandError("Too many arguments.")
    if options.has("--transient") and not options.has("--static"):
        raise Unsupported("a transient host name")
    if options.has("--pretty"):
        session.write("/etc/machine-info", f'PRETTY_HOSTNAME="{rest[0]}"\n')
        if not options.has("--static"):
            return Output()
    if not is_host_name(rest[0]):
        raise CommandError(f"Could not set static hostname: Invalid static hostname '{rest[0]}'")
    session.write("/etc/hostname", rest[0] + "\n")
    return Output()


_FIRSTBOOT_LONG = """root= image= locale= locale-messages= keymap= timezone= hostname= machine-id= root-password=
    root-password-file= root-password-hashed= root-shell= kernel-command-line= prompt-locale prompt-keymap
    prompt-timezone prompt-hostname prompt-root-password prompt-root-shell prompt copy-locale copy-keymap copy-timezone
    copy-root-password copy-root-shell copy setup-machine-id force delete-root-password welcome=""".split()


@command("systemd-firstboot")
def systemd_firstboot(session: Session, arguments: Sequence[str]) -> Output:
    """Write the basic settings of an installed system.

    The real tool leaves files alone that are there, unless --force; here it always writes, because a copy of the live
    system already has every one of them.
    """
    options = read_options(session, arguments, "", _FIRSTBOOT_LONG)
    if options.operands:
        raise CommandError("Too many arguments.")
    if any(name.startswith("--prompt") for name, _ in options.pairs):
        raise Unsupported("interactive: systemd-firstboot --prompt")
    if options.has("--image", "--kernel-command-line", "--machine-id"):
        raise Unsupported("systemd-firstboot on an image, or with a machine ID")
    inner = session.chroot(options.last("--root") or "/", has_api=False)
    if not inner.holds_system:
        raise CommandError(f"{options.last('--root') or '/'} does not hold an operating system, ignoring.")
    shell = options.last("--root-shell")
    if shell is not None and SHELLS.get(shell_path(shell)) not in inner.tree.packages:
        raise CommandError(f"{shell} does not exist.")
    _copy_settings(session, inner, [name for name, _ in options.pairs if name.startswith("--copy")])
    name, zone = options.last("--hostname"), options.last("--timezone")
    locale, keymap = options.last("--locale"), options.last("--keymap")
    if name is not None and not is_host_name(name):
        raise CommandError(f"Host name {name} is not valid.")
    if zone is not None and zone not in ZONES:
        raise CommandError(f"Timezone {zone} is not valid.")
    for value in (locale, options.last("--locale-messages")):
        if value is not None and not is_locale(value):
            raise CommandError(f"Locale {value} is not valid.")
    if keymap is not None and keymap not in KEYMAPS:
        raise CommandError(f"Keymap {keymap} is not valid.")
    if name is not None:
        inner.write("/etc/hostname", name + "\n")
    if zone is not None:
        inner.make_link("/etc/localtime", f"{ZONE_FOLDER}/{zone}")
    if locale is not None:
        messages = options.last("--locale-messages")
        inner.write(
            "/etc/locale.conf", f"LANG={locale}\n" + (f"LC_MESSAGES={messages}\n" if messages else "")
        )
    if keymap is not None:
        inner.write("/etc/vconsole.conf", f"KEYMAP={keymap}\n")
    if options.has("--setup-machine-id"):
        _write_machine_id(inner)
    _set_root(session, inner, options, shell)
    return Output()


def _set_root(session: Session, inner: Session, options: Options, shell: str | None) -> None:
    """Give root of the system below a shell and a password."""
    old = inner.tree.users["root"]
    root = replace(old, shell=old.shell if shell is None else shell_path(shell))
    if (password := options.last("--root-password")) is not None:
        root = replace(root, password=identity(password))
    if (hashed := options.last("--root-password-hashed")) is not None:
        root = replace(root, password=hash_identity(hashed))
    if options.has("--root-password-file"):
        root = replace(
            root, password=identity(session.read(options.last("--root-password-file") or "").rstrip("\n"))
        )
    if options.has("--delete-root-password"):
        raise Refused("an account that needs no password")
    if root != old:
        inner.tree.users["root"] = root
        session.effect(f"root's account in {inner.frame.root}")


def _copy_settings(session: Session, inner: Session, options: Sequence[str]) -> None:
    """Take settings over from the system this runs on: --copy, or --copy-locale and its like."""
    both = "--copy" in options
    if (both or "--copy-timezone" in options) and "/etc/localtime" in session.tree.links:
        inner.make_link("/etc/localtime", session.tree.links["/etc/localtime"])
    for option, path in (("--copy-locale", "/etc/locale.conf"), ("--copy-keymap", "/etc/vconsole.conf")):
        if (both or option in options) and session.is_file(path):
            inner.write(path, session.read(path))


@command("systemd-machine-id-setup")
def systemd_machine_id_setup(session: Session, arguments: Sequence[str]) -> Output:
    """Write /etc/machine-id."""
    options = read_options(session, arguments, "", ["root=", "image=", "commit", "print"])
    _write_machine_id(session.chroot(options.last("--root") or "/", has_api=False))
    return Output("", "Initializing machine ID from random generator.\n")


def _write_machine_id(session: Session) -> None:
    if not session.tree.files.get("/etc/machine-id"):
        session.write("/etc/machine-id", "b2f1c0de5a7e4d1c9e0f3a6b8c7d5e42\n")
