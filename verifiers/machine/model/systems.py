"""What an operating system looks like as a tree: the live one of the installer's image, and those installed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trace_trainer.verifiers.machine.model.paths import is_under
from trace_trainer.verifiers.machine.model.state import Tree, User

IMAGE_HOSTNAMES = frozenset({"archiso", "levitateos", "localhost"})  # names that nobody chose

_FOLDERS = tuple(
    """/ /boot /dev /etc /etc/default /etc/skel /etc/sudoers.d /etc/systemd /etc/systemd/network /etc/systemd/system
    /etc/modprobe.d /etc/profile.d /etc/pacman.d /etc/ssh /etc/X11 /home /mnt /opt /proc /root /run /srv /sys /sys/class
    /sys/firmware /tmp /usr /usr/bin /usr/lib /usr/lib/modules /usr/lib/systemd /usr/local /usr/local/bin /usr/share
    /usr/src /var /var/cache /var/lib /var/lib/pacman /var/log /var/tmp""".split()
)
IMAGE = "/arch/x86_64/airootfs.sfs"  # the system, packed, from the root of the medium
_BOOT_MOUNT = "/run/archiso/bootmnt"
_LIVE_FOLDERS = (
    "/run/archiso",
    _BOOT_MOUNT,
    f"{_BOOT_MOUNT}/arch",
    f"{_BOOT_MOUNT}/arch/x86_64",
    "/run/user",
)
_NOT_COPIED = ("/dev", "/proc", "/sys", "/run", "/tmp", "/mnt")
_LINKS = {"/bin": "usr/bin", "/lib": "usr/lib", "/lib64": "usr/lib", "/sbin": "usr/bin"}
_GROUPS = frozenset(
    """adm audio bin daemon dbus disk docker floppy ftp games http input kvm libvirt lp lock log mail mem network nobody
    optical power proc rfkill root scanner seat storage sys tty users utmp uucp video wheel""".split()
)
_LOCALES = "en_US es_ES pt_BR pt_PT fr_FR de_DE it_IT en_GB nl_NL pl_PL ru_RU ja_JP zh_CN ko_KR sv_SE".split()
_LOCALE_GEN = "".join(f"#{name}.UTF-8 UTF-8\n" for name in sorted(_LOCALES))
_SUDOERS = "root ALL=(ALL:ALL) ALL\n# %wheel ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"
_OS_RELEASE = 'NAME="LevitateOS"\nID=levitateos\nPRETTY_NAME="LevitateOS"\n'
_MIRRORS = "Server = https://geo.mirror.pkgbuild.com/$repo/os/$arch\n"
_PACMAN = (
    "[options]\nHoldPkg = pacman glibc\nArchitecture = auto\n#Color\nCheckSpace\n#ParallelDownloads = 5\n"
    "SigLevel = Required DatabaseOptional\n\n[core]\nInclude = /etc/pacman.d/mirrorlist\n\n[extra]\n"
    "Include = /etc/pacman.d/mirrorlist\n\n#[multilib]\n#Include = /etc/pacman.d/mirrorlist\n"
)
_BASE = frozenset("base bash coreutils linux linux-firmware pacman sudo systemd util-linux".split())
_LIVE_PACKAGES = _BASE | frozenset(
    """arch-install-scripts btrfs-progs dosfstools e2fsprogs efibootmgr gptfdisk grub iproute2 iputils nano
    networkmanager openssh parted rsync vim xfsprogs f2fs-tools cryptsetup lvm2 squashfs-tools""".split()
)


def _base_files() -> dict[str, str]:
    return {
        "/etc/fstab": "# Static information about the filesystems.\n",
        "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "/etc/locale.gen": _LOCALE_GEN,
        "/etc/os-release": _OS_RELEASE,
        "/etc/sudoers": _SUDOERS,
        "/etc/default/grub": 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX=""\n',
        "/etc/mkinitcpio.conf": "HOOKS=(base udev autodetect modconf block filesystems keyboard fsck)\n",
        "/etc/resolv.conf": "nameserver 10.0.2.3\n",
        "/etc/pacman.conf": _PACMAN,
        "/etc/pacman.d/mirrorlist": _MIRRORS,
    }


def live_tree(hostname: str = "archiso") -> Tree:
    """The live system: root only, an administrators' group, the tools of an installer image, no time zone chosen."""
    files = _base_files()
    files["/etc/hostname"] = f"{hostname}\n"
    files["/boot/vmlinuz-linux"] = files["/boot/initramfs-linux.img"] = files[_BOOT_MOUNT + IMAGE] = ""
    return Tree(
        dirs={*_FOLDERS, *_LIVE_FOLDERS},
        files=files,
        links=dict(_LINKS),
        installed="live",
        packages=set(_LIVE_PACKAGES),
        users={"root": User(home="/root", group="root")},
        groups=set(_GROUPS),
        services={"NetworkManager.service", "systemd-timesyncd.service"},
    )


def copy_system(source: Tree, target: Tree, is_excluded: Callable[[str], bool] = lambda path: False) -> None:
    """Put a running system into a tree, as rsync does: files over what is there, accounts, packages and services."""
    for folder in source.dirs:
        if not is_excluded(folder):
            target.dirs.add(folder)
    for path, text in source.files.items():
        if not is_excluded(path):
            target.files[path] = text
    for path, to in source.links.items():
        if not is_excluded(path):
            target.links[path] = to
    target.installed = "rsync"
    target.packages |= source.packages
    target.users |= source.users
    target.groups |= source.groups
    target.services |= source.services
    target.locales |= source.locales


def install_packages(target: Tree, packages: Iterable[str]) -> None:
    """Put a new system into a tree, as pacstrap does; on a system that is there, add the packages."""
    packages = set(packages)
    target.dirs.update(_FOLDERS)
    for path, text in _base_files().items():
        target.files.setdefault(path, text)
    if "linux" in packages or any(
        name.startswith("linux-") and name != "linux-firmware" for name in packages
    ):
        target.files.setdefault("/boot/vmlinuz-linux", "")
        target.files.setdefault("/boot/initramfs-linux.img", "")
    for path, to in _LINKS.items():
        target.links.setdefault(path, to)
    if target.installed == "none":
        target.installed = "pacstrap"
    target.packages |= packages | {"bash", "coreutils", "pacman", "systemd", "util-linux"}
    target.users.setdefault("root", User(home="/root", group="root"))
    target.groups |= _GROUPS


def installed_copy_excludes(path: str) -> bool:
    """What a copy of the live system leaves out: the content of the kernel's folders, temporary files and /mnt."""
    return any(path != folder and is_under(path, folder) for folder in _NOT_COPIED)
