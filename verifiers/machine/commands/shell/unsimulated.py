"""Programs that exist but are not simulated: those that draw a screen or ask, and general ones of many uses.

A line that uses one gets the verdict `unsupported`: it is neither right nor wrong. What is not on
an installer's image at all (apt, dnf) fails as in a shell, with `command not found`.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.session.declaring import UNSIMULATED, command
from trace_trainer.verifiers.machine.session.outcomes import Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_INTERACTIVE = """
    archinstall btop dialog emacs htop iwctl less login man mc micro more nano ne nmtui nvim screen ssh tmux top vi
    view vim vipw watch whiptail wifi-menu
""".split()
_NOT_SIMULATED = """
    . [[ apropos arp at base64 bc bcachefs bg bind bunzip2 bzcat bzip2 chattr chvt cksum column comm cpio crontab
    csplit curl declare dhclient dhcpcd dig dirs disown dmsetup dracut ed enable ethtool eval expand expr factor fc-
    list fg fmt fold fuser getcap getfacl getopt git gpg gunzip gzip help history host hostid iconv info inotifywait
    insmod install ipcs iptables iw iwconfig jobs join jq kernel-install kexec kpartx last lastlog ldconfig let link
    local localedef look losetup lsattr lsof lsscsi lvm mail make mdadm mkfifo mknod mktemp mountstats nc ncat
    netstat nft nslookup ntfsfix ntpd ntpdate od openssl openvt patch pathchk pcregrep perl pgrep pidof pinky popd
    pr pstree ptx pushd pv python python3 read readonly rename return rmmod route sbctl scp script setfacl setterm
    sftp shift showkey shuf slattach source split ss ssh-copy-id ssh-keygen startx strace strings sudoedit sum
    sysctl systemd-nspawn systemd-run systemd-tmpfiles tar tc tcpdump testdisk traceroute trap tset tsort typeset
    unexpand unlink unxz unzip uuidgen vdir vmstat wall wget whatis whereis wpa_passphrase wpa_supplicant xdg-open
    xxd xz zcat zcmp zgrep zless zmore zstd
""".split()


UNSIMULATED.update(_INTERACTIVE, _NOT_SIMULATED)


@command(*_INTERACTIVE)
def interactive(session: Session, arguments: Sequence[str]) -> Output:
    """Programs that somebody has to sit in front of."""
    raise Unsupported(f"interactive: {session.name}")


@command(*_NOT_SIMULATED)
def not_simulated(session: Session, arguments: Sequence[str]) -> Output:
    """Programs whose effect this machine can't tell."""
    raise Unsupported(f"{session.name} is not simulated")


@command("bash", "sh", "zsh", "fish", "dash")
def shell(session: Session, arguments: Sequence[str]) -> Output:
    """A shell within the shell (`sh -c` is run before it comes to this)."""
    raise Unsupported(f"interactive: {session.name}")
