"""grub-install and grub-mkconfig: GRUB on an EFI system partition, or in a disk's boot record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.commands.system.bootloader import esp_problem, mount_at, system_around
from trace_trainer.verifiers.machine.model.devices import drop_filesystem, partitions_of
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.model.state import LIVE, Bootloader, Tree
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import device_at, require_package
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

BIOS_BOOT_TYPE = "ef02"
_LONG = """target= efi-directory= bootloader-id= removable boot-directory= root-directory= recheck force no-nvram
    no-bootsector no-floppy modules= install-modules= themes= locales= fonts= compress= directory= verbose
    force-file-id skip-fs-probe uefi-secure-boot no-uefi-secure-boot disk-module= core-compress= allow-floppy
    product-version= pubkey= sbat= disable-shim-lock label-color= label-font= macppc-directory= grub-mkimage=""".split()


@command("grub-install")
def grub_install(session: Session, arguments: Sequence[str]) -> Output:
    """Install GRUB for the platform the machine started in, or the one --target names."""
    require_package(session)
    options = read_options(session, arguments, "vsd:k:", _LONG)
    platform = options.last("--target") or ("x86_64-efi" if session.state.boot_mode == "UEFI" else "i386-pc")
    if platform not in ("x86_64-efi", "i386-pc"):
        raise Unsupported(f"GRUB for {platform}")
    if len(options.operands) > 1:
        raise CommandError("grub-install: error: More than one install device?")
    if not session.has_api:
        raise CommandError("/usr/bin/grub-probe: error: cannot find a device for /boot (is /dev mounted?).")
    root = options.last("--root-directory") or ""
    boot = options.last("--boot-directory") or f"{root}/boot"
    if not session.is_dir(boot):
        raise PathError(boot)
    system = system_around(session.state, session.live_path(boot))
    if system is None:  # the live root is no device that could be started from
        raise CommandError("grub-install: error: failed to get canonical path of `airootfs'.")
    is_efi = platform == "x86_64-efi"
    place = _efi(session, options, f"{root}/boot") if is_efi else _boot_record(session, options)
    boot = boot.rstrip("/")
    session.make_dir(f"{boot}/grub", parents=True)
    loader = Bootloader("grub", place, platform, _has_config(session, boot))
    if system.bootloader != loader:
        system.bootloader = loader
        session.effect(f"GRUB for {platform} on {place}")
    return Output("", f"Installing for {platform} platform.\nInstallation finished. No error reported.\n")


def _has_config(session: Session, boot: str) -> bool:
    return session.is_file(f"{boot}/grub/grub.cfg")


def _efi(session: Session, options: Options, boot: str) -> str:
    """The device of the EFI system partition. Raises CommandError where there is none, or no EFI firmware."""
    if session.state.boot_mode != "UEFI":
        raise CommandError(
            "Installing for x86_64-efi platform.\nEFI variables are not supported on this system.\n"
            "grub-install: error: efibootmgr failed to register the boot entry: No such file or directory."
        )
    path = options.last("--efi-directory")
    if path is None:
        folders = (f"{boot}/efi", f"{boot}/EFI", boot)
        path = next(
            (folder for folder in folders if mount_at(session.state, session.live_path(folder))), None
        )
        if path is None:
            raise CommandError(
                "Installing for x86_64-efi platform.\ngrub-install: error: cannot find EFI directory."
            )
    mount = mount_at(session.state, session.live_path(path))
    problem = esp_problem(session.state, mount, path)
    if problem is not None or mount is None:
        raise CommandError(
            f"Installing for x86_64-efi platform.\ngrub-install: error: {path} doesn't look like an EFI partition."
        )
    tree = session.state.tree_of(mount)
    name = "BOOT" if options.has("--removable") else options.last("--bootloader-id") or "GRUB"
    tree.dirs.update(("/EFI", f"/EFI/{name}"))
    tree.files[f"/EFI/{name}/{'BOOTX64' if name == 'BOOT' else 'grubx64'}.efi"] = ""
    return mount.device


def _boot_record(session: Session, options: Options) -> str:
    """The disk whose boot record GRUB goes to. Raises CommandError where there is no room for it."""
    if not options.operands:
        raise CommandError(
            "Installing for i386-pc platform.\ngrub-install: error: install device isn't specified."
        )
    text = options.operands[0]
    device = device_at(session, text)
    if device is None:
        raise CommandError(
            f"Installing for i386-pc platform.\ngrub-install: error: cannot find a GRUB drive for {text}."
            "  Check your device.map."
        )
    disk = session.state.disks.get(device)
    if disk is None:
        raise CommandError(
            "Installing for i386-pc platform.\ngrub-install: warning: Embedding is not possible.  GRUB can only be "
            "installed in this setup by using blocklists.\ngrub-install: error: will not proceed with blocklists."
        )
    if disk.is_medium or disk.label == "none":
        raise CommandError(
            f"Installing for i386-pc platform.\ngrub-install: error: unable to identify a filesystem in hostdisk/{text}"
            "; safety check can't be performed."
        )
    embedding = [n for n, partition in disk.parts.items() if partition.type == BIOS_BOOT_TYPE]
    if disk.label == "gpt" and not embedding:
        raise CommandError(
            "Installing for i386-pc platform.\ngrub-install: warning: this GPT partition label contains no BIOS Boot "
            "Partition; embedding won't be possible.\ngrub-install: error: will not proceed with blocklists."
        )
    if disk.label == "gpt":
        names = partitions_of(session.state, device)
        drop_filesystem(session.state, names[sorted(disk.parts).index(embedding[0])])
    return device


@command("grub-mkconfig")
def grub_mkconfig(session: Session, arguments: Sequence[str]) -> Output:
    """Write the menu of the system at this shell's root; without -o print it."""
    require_package(session)
    options = read_options(session, arguments, "o:hv", ["output=", "help", "version"])
    system = session.tree
    if session.resolve("/").device == LIVE:
        raise CommandError("/usr/bin/grub-probe: error: failed to get canonical path of `airootfs'.")
    if not session.has_api:
        raise CommandError("/usr/bin/grub-probe: error: cannot find a device for / (is /dev mounted?).")
    path = options.last("-o", "--output")
    if path is None:
        return Output(_config(system), info="grub_config")
    is_installed = system.bootloader is not None and system.bootloader.name == "grub"
    if not is_installed or not session.is_dir(path.rpartition("/")[0] or "/"):
        raise CommandError(f"/usr/bin/grub-mkconfig: line 263: {path}.new: No such file or directory")
    session.write(path, _config(system))
    loader = system.bootloader
    if path.endswith("/grub/grub.cfg") and loader is not None and not loader.configured:
        system.bootloader = replace(loader, configured=True)
        session.effect("GRUB configured")
    return Output(
        "", "Generating grub configuration file ...\nFound linux image: /boot/vmlinuz-linux\ndone\n"
    )


def _config(system: Tree) -> str:
    kernels = sorted(name for name in system.packages if name.startswith("linux") and "firmware" not in name)
    return "".join(f"menuentry 'LevitateOS' {{ linux /boot/vmlinuz-{name} }}\n" for name in kernels)
