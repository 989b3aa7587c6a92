"""bootctl and efibootmgr: systemd-boot on the EFI system partition.

The boot loader belongs to the system whose tree the EFI system partition is mounted in: `arch-chroot /mnt bootctl
install` and `bootctl --esp-path=/mnt/boot/efi install` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.system.identity import unknown_verb
from trace_trainer.verifiers.machine.model.devices import find_partition, partition_name
from trace_trainer.verifiers.machine.model.paths import is_under, parent
from trace_trainer.verifiers.machine.model.state import LIVE, Bootloader, Mount, State, Tree
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import device_at, require_package
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

ESP_TYPE = "ef00"
_ESP_FOLDERS = ("/efi", "/boot", "/boot/efi")
_LOADER_CONF = "#timeout 3\n#console-mode keep\n"


def mount_at(state: State, live_path: str) -> Mount | None:
    """What is mounted at exactly this folder of the live view; the last where there are several."""
    return next((mount for mount in reversed(state.mounts) if mount.target == live_path), None)


def system_around(state: State, live_path: str) -> Tree | None:
    """The innermost installed system whose tree a folder is in: /mnt's for /mnt/boot/efi. None: only the live one's."""
    while live_path != "/":
        mount = max(
            (item for item in state.mounts if is_under(live_path, item.target)),
            key=lambda item: len(item.target),
            default=None,
        )
        if mount is None:
            return None
        tree = state.tree_of(mount)
        if mount.device != LIVE and tree.is_system:
            return tree
        live_path = parent(mount.target)
    return None


def esp_problem(state: State, mount: Mount | None, path: str) -> str | None:
    """Why what is mounted at a folder is no EFI system partition; None where it is one."""
    if mount is None or mount.type != "vfat":
        return f'File system "{path}" is not a FAT EFI System Partition (ESP) file system.'
    found = find_partition(state, mount.device)
    if found is None or found[2].type != ESP_TYPE:
        return f'File system "{path}" has wrong type for an EFI System Partition (ESP).'
    return None


_BOOTCTL_LONG = """esp-path= path= boot-path= root= image= install-source= print-esp-path print-boot-path no-variables
    variables= random-seed= no-pager graceful quiet make-entry-directory= entry-token= all-architectures
    efi-boot-option-description= dry-run json= print-root-device help version secure-boot-auto-enroll=""".split()


@command("bootctl")
def bootctl(session: Session, arguments: Sequence[str]) -> Output:
    """install, update, remove, is-installed, list, status."""
    options = read_options(session, arguments, "xqpRh", _BOOTCTL_LONG)
    if options.has("--image"):
        raise Unsupported("bootctl on an image")
    if options.has("-h", "--help", "--version"):
        return Output("bootctl [OPTIONS...] COMMAND ...\n", info="help")
    verb, *rest = options.operands or ("status",)
    if verb not in "install update remove status list is-installed random-seed systemd-efi-options".split():
        if (
            verb
            in "set-default set-oneshot set-timeout kernel-identify kernel-inspect unlink cleanup".split()
        ):
            raise Unsupported(f"bootctl {verb}")
        unknown_verb(session, verb)
    if rest:
        raise CommandError("Too many arguments.")
    root = options.last("--root")
    shell = session.chroot(root, has_api=True) if root is not None else session
    path = options.last("--esp-path", "--path")  # below --root, where one is given
    if verb == "status" and (path is None or session.state.boot_mode != "UEFI"):
        path = _find_esp(shell)
    else:
        path = _esp_to_use(shell, path)
    if path is None:
        firmware = "UEFI" if session.state.boot_mode == "UEFI" else "n/a"
        return Output(f"System:\n     Firmware: {firmware}\n", info="bootloader")
    live_path = shell.live_path(path)
    mount = mount_at(session.state, live_path)
    problem = esp_problem(session.state, mount, path)
    if options.has("-p", "--print-esp-path"):
        return Output(path + "\n", info="bootloader")
    if problem is not None or mount is None:
        raise CommandError(problem or "")
    system = system_around(session.state, parent(live_path)) or session.state.live
    loader = system.bootloader
    installed = loader is not None and loader.name == "systemd-boot" and loader.place == mount.device
    if verb in ("status", "list", "is-installed", "systemd-efi-options"):
        state_text = "yes" if installed else "no"
        status = int(verb == "is-installed" and not installed)
        return Output(
            f"{state_text}\n" if verb == "is-installed" else f"systemd-boot installed: {state_text}\n",
            exit=status,
            info="bootloader",
            operands=(live_path,),
        )
    if verb == "random-seed":
        return Output()
    if verb == "install":
        return _install(session, system, mount, path)
    if not installed:
        raise CommandError("systemd-boot is not installed in the ESP.")
    if verb == "remove":
        system.bootloader = None
        session.effect(f"no boot loader on {mount.device}")
    return Output()


def _esp_to_use(shell: Session, path: str | None) -> str:
    """The ESP as asked for, or the one found. Raises CommandError where there is none to work on."""
    if shell.state.boot_mode != "UEFI":
        raise CommandError("Not booted with EFI.")
    if not shell.has_api:
        raise CommandError("Failed to determine whether we are booted with EFI: /sys is not mounted.")
    found = _find_esp(shell) if path is None else path
    if found is None:
        raise CommandError(
            "Couldn't find EFI system partition. It is recommended to mount it to /boot or /efi.\n"
            "Alternatively, use --esp-path= to specify path to mount point."
        )
    return found


def _find_esp(shell: Session) -> str | None:
    """The first of /efi, /boot and /boot/efi that holds an EFI system partition."""
    for folder in _ESP_FOLDERS:
        if esp_problem(shell.state, mount_at(shell.state, shell.live_path(folder)), folder) is None:
            return folder
    return None


def _install(session: Session, system: Tree, mount: Mount, path: str) -> Output:
    tree = session.state.tree_of(mount)
    tree.dirs.update(("/EFI", "/EFI/BOOT", "/EFI/systemd", "/loader", "/loader/entries"))
    tree.files["/EFI/BOOT/BOOTX64.EFI"] = tree.files["/EFI/systemd/systemd-bootx64.efi"] = ""
    tree.files.setdefault("/loader/loader.conf", _LOADER_CONF)
    loader = Bootloader("systemd-boot", mount.device, "x86_64-efi", configured=True)
    if system.bootloader != loader:
        system.bootloader = loader
        session.effect(f"systemd-boot on {mount.device}")
    return Output(
        "",
        f'Created "{path}/EFI/systemd".\nCreated "{path}/loader".\n'
        f'Copied "/usr/lib/systemd/boot/efi/systemd-bootx64.efi" to "{path}/EFI/systemd/systemd-bootx64.efi".\n'
        f'Copied "/usr/lib/systemd/boot/efi/systemd-bootx64.efi" to "{path}/EFI/BOOT/BOOTX64.EFI".\n'
        'Created EFI boot entry "Linux Boot Manager".\n',
    )


_EFI_LONG = """verbose unicode= quiet create create-only bootnum= delete-bootnum bootorder= disk= part= label=
    loader= bootnext= delete-bootnext timeout= delete-timeout active inactive append-binary-args= delete-bootorder
    remove-dups edd= full-dev-path file-dev-path""".split()


def _with_line(arguments: Sequence[str]) -> list[str]:
    """The arguments with a kernel's command line behind -u, which may be left out where it is the last one."""
    words = list(arguments)
    return [*words, ""] if words[-1:] in (["-u"], ["--unicode"]) else words


def _create_entry(session: Session, options: Options) -> None:
    """Add an entry: a loader on the EFI system partition of a disk. Raises CommandError."""
    state = session.state
    disk = device_at(session, options.last("-d", "--disk") or "/dev/sda")
    number = options.last("-p", "--part") or "1"
    found = state.disks[disk].parts.get(int(number)) if disk in state.disks and number.isdigit() else None
    if disk is None or found is None:
        raise CommandError("Could not prepare Boot variable: No such file or directory", exit=5)
    loader = (options.last("-l", "--loader") or "\\EFI\\arch\\grub.efi").replace("\\", "/")
    label = options.last("-L", "--label") or "Linux"
    line = options.last("-u", "--unicode", "-@", "--append-binary-args") or ""
    entry = " ".join(f"{partition_name(disk, int(number))} {'/' + loader.lstrip('/')} {line}".split())
    if state.entries.get(label) == entry:
        return
    state.entries[label] = entry
    session.effect(f"boot entry {label}")


def _delete_entry(session: Session, number: str, names: Sequence[str]) -> None:
    place = int(number, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", number) else len(names)
    if place >= len(names):
        raise CommandError("Could not delete variable: No such file or directory", exit=15)
    if names[place] not in session.state.entries:
        raise Unsupported("removing a boot loader's own entry")
    del session.state.entries[names[place]]
    session.effect(f"no boot entry {names[place]}")


@command("efibootmgr")
def efibootmgr(session: Session, arguments: Sequence[str]) -> Output:
    """List the firmware's boot entries, add one (-c) or take one away that was added (-b NUM -B)."""
    require_package(session)
    options = read_options(session, _with_line(arguments), "vqcCBb:o:d:p:L:l:n:Nt:TaAOD@:ei:fu:", _EFI_LONG)
    if session.state.boot_mode != "UEFI" or not session.has_api:
        raise CommandError("EFI variables are not supported on this system.", exit=2)
    systems = [fs.tree for fs in session.state.fs.values() if fs.tree.bootloader is not None]
    names = [
        "GRUB" if tree.bootloader.name == "grub" else "Linux Boot Manager"
        for tree in systems
        if tree.bootloader is not None and tree.bootloader.target == "x86_64-efi"
    ]
    if options.has("-c", "--create", "-C", "--create-only"):
        _create_entry(session, options)
    elif options.has("-B", "--delete-bootnum"):
        _delete_entry(session, options.last("-b", "--bootnum") or "", [*names, *session.state.entries])
    elif options.has("-o", "--bootorder"):
        order = (options.last("-o", "--bootorder") or "").upper()
        if session.state.settings.get("boot order") != order:
            session.state.settings["boot order"] = order
            session.effect(f"boot order {order}")
    elif any(name not in ("-v", "-q", "--verbose", "--quiet") for name, _ in options.pairs):
        raise Unsupported("changing the firmware's boot entries")
    names += session.state.entries
    entries = "".join(
        f"Boot{number:04X}* {name}\n" for number, name in enumerate([*names, "UEFI USB Device"])
    )
    return Output(f"BootCurrent: {len(names):04X}\nTimeout: 3 seconds\n{entries}", info="boot_entries")
