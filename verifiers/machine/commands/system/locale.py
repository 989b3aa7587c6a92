"""locale-gen, locale, localectl, loadkeys: languages and keyboards. locale-gen makes what /etc/locale.gen lists."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.text import from_pipe
from trace_trainer.verifiers.machine.commands.system.identity import (
    REMOTE,
    require_running_system,
    unknown_verb,
)
from trace_trainer.verifiers.machine.model.config_files import setting
from trace_trainer.verifiers.machine.model.locales import CHARSETS, KEYMAPS, is_locale, normal_locale
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("locale-gen")
def locale_gen(session: Session, arguments: Sequence[str]) -> Output:
    """Make the locales of /etc/locale.gen, and no others unless --keep-existing. Operands are ignored, as by Arch's."""
    options = read_options(session, arguments, "", ["keep-existing"])
    tree = session.tree
    made: set[str] = set(tree.locales) if options.has("--keep-existing") else set()
    lines = ["Generating locales...\n"]
    for line in session.read("/etc/locale.gen").split("\n"):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[1] not in CHARSETS:
            raise CommandError(f"error: Bad entry '{line.strip()}' in /etc/locale.gen")
        name = words[0] if "." in words[0] else f"{words[0]}.{words[1]}"
        if not is_locale(name):
            language = words[0].partition(".")[0]
            raise CommandError(
                f"[error] cannot open locale definition file `{language}': No such file or directory",
                exit=4,
                stdout="".join(lines),
            )
        lines.append(f"  {words[0]}... done\n")
        made.add(normal_locale(name))
    lines.append("Generation complete.\n")
    if made != tree.locales:
        tree.locales = made
        session.effect(f"locales {', '.join(sorted(made)) or 'none'}")
    return Output("".join(lines))


@command("locale")
def locale(session: Session, arguments: Sequence[str]) -> Output:
    """Show the locale in use, or with -a those that are there."""
    options = read_options(session, arguments, "am", ["all-locales", "charmaps"])
    if options.has("-m", "--charmaps"):
        return Output("".join(f"{name}\n" for name in sorted(CHARSETS)), info="charmaps")
    if options.has("-a", "--all-locales"):
        names = [
            "C",
            "C.utf8",
            "POSIX",
            *(name.replace("UTF-8", "utf8") for name in sorted(session.tree.locales)),
        ]
        return Output("".join(f"{name}\n" for name in names), info="locales")
    language = setting(session.tree.files.get("/etc/locale.conf", ""), "LANG") or "C.UTF-8"
    return Output(f"LANG={language}\nLC_ALL=\n", info="locale")


@command("loadkeys")
def loadkeys(session: Session, arguments: Sequence[str]) -> Output:
    """Switch the console's keyboard for now. Not part of the state: only the keymap's name is checked."""
    options = read_options(session, arguments, "cCduhmqsuv", ["default", "unicode", "quiet", "verbose"])
    for name in options.operands:
        if name.rpartition("/")[2].removesuffix(".gz").removesuffix(".map") not in KEYMAPS:
            raise CommandError(f"cannot open file {name}")
    if not options.operands and not options.has("-d", "--default"):
        from_pipe(session)
    return Output(info="console_keymap", operands=options.operands)


@command("localectl")
def localectl(session: Session, arguments: Sequence[str]) -> Output:
    """Show or set the live system's locale and keymap."""
    options = read_options(session, arguments, "H:M:l", ["no-convert", "full", *REMOTE])
    if options.has("-H", "-M", "--host", "--machine"):
        raise Unsupported("localectl on another machine")
    require_running_system(session)
    verb, *rest = options.operands or ("status",)
    if verb == "status":
        locale = setting(session.tree.files.get("/etc/locale.conf", ""), "LANG") or "C.UTF-8"
        keymap = setting(session.tree.files.get("/etc/vconsole.conf", ""), "KEYMAP") or "(unset)"
        return Output(
            f"System Locale: LANG={locale}\n    VC Keymap: {keymap}\n   X11 Layout: (unset)\n", info="locale"
        )
    if verb == "list-keymaps":
        return Output("".join(f"{name}\n" for name in sorted(KEYMAPS)), info="keymaps")
    if verb == "list-locales":
        return Output(
            "".join(f"{name}\n" for name in sorted({"C.UTF-8", *session.tree.locales})), info="locales"
        )
    if verb == "set-locale":
        assignments = [word if "=" in word else f"LANG={word}" for word in rest]
        if not rest:
            raise CommandError("Too few arguments.")
        for assignment in assignments:
            value = assignment.partition("=")[2]
            if not is_locale(value) and value not in ("C", "C.UTF-8", "POSIX"):
                raise CommandError(f"Failed to issue method call: Locale {value} not installed, refusing.")
        session.write("/etc/locale.conf", "".join(f"{assignment}\n" for assignment in assignments))
        return Output()
    if verb == "set-keymap":
        if not 1 <= len(rest) <= 2:
            raise CommandError("Too few arguments." if not rest else "Too many arguments.")
        if any(name not in KEYMAPS for name in rest):
            raise CommandError(f"Failed to set keymap: Keymap {rest[0]} is not installed.")
        session.write("/etc/vconsole.conf", f"KEYMAP={rest[0]}\n")
        return Output()
    if verb.startswith(("set-x11", "list-x11")):
        raise Unsupported(f"localectl {verb}")
    unknown_verb(session, verb)
