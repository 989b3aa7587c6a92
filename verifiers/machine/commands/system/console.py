"""setfont, rfkill, modprobe: the live system's console font, radio switches and kernel modules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_FONT = re.compile(
    r"Lat\d{1,2}-(?:Terminus|Fixed|VGA)\d{2}\w*|ter-(?:[a-z]?\d{2,3}[bnf]?|[a-z]\d{2}[bnf])|lat\d{1,2}(?:a|u)?-\d{2}|latarcyrheb-sun(?:16|32)|eurlatgr|default8x(?:9|16)"
    r"|solar24x32|sun12x22|cp\d{3}-8x\d{2}|cyr-sun16|LatGrkCyr-(?:8x16|12x22)|gr\d{3}-8x16\w*|drdos8x\d+|iso\d\d-12x22"
)
_RADIOS = ("all", "wifi", "wlan", "bluetooth", "wwan", "gps", "fm", "nfc", "uwb", "ultrawideband", "wimax")
_MODULES = frozenset(
    """aes_x86_64 af_packet ahci amdgpu bluetooth bnx2 brcmfmac btrfs btusb dm_crypt dm_integrity dm_mod dm_raid
    dm_snapshot e1000 e1000e efivarfs ext4 f2fs fat fuse hid i915 igb igc iwlwifi kvm kvm_amd kvm_intel loop md_mod
    mmc_block nfs nls_cp437 nls_iso8859_1 nouveau nvidia nvme overlay r8169 raid0 raid1 raid10 raid456 rtl8xxxu
    sd_mod sg snd_hda_intel squashfs tcp_bbr tpm_crb tpm_tis tun uas usb_storage usbhid vfat virtio_blk virtio_net
    virtio_pci virtio_scsi vmd wireguard xfs xhci_pci zfs zram""".split()
)


def _set(session: Session, name: str, value: str) -> None:
    """Keep a setting of the live system; "" for none."""
    settings = session.state.settings
    if settings.get(name, "") != value:
        settings[name] = value
        if not value:
            del settings[name]
        session.effect(f"{name}: {value or 'none'}")


@command("setfont")
def setfont(session: Session, arguments: Sequence[str]) -> Output:
    """Another console font; the default one where none is named."""
    options = read_options(session, arguments, "C:dhm:M:o:O:u:v", ["double", "help", "reset", "verbose"])
    if len(options.operands) > 1:
        raise CommandError("setfont: too many input files")
    font = options.operands[0].rpartition("/")[2] if options.operands else ""
    font = re.sub(r"\.(?:psfu?|gz)+$|\.psfu?\.gz$", "", font)
    if font and _FONT.fullmatch(font) is None:
        raise CommandError(
            f"setfont: ERROR setfont.c:417 kfont_load_font: Unable to find file: {font}", exit=66
        )
    _set(session, "font", f"{font} double".strip() if options.has("-d", "--double") else font)
    return Output()


@command("rfkill")
def rfkill(session: Session, arguments: Sequence[str]) -> Output:
    """List the radios, or switch them off (block) and on (unblock)."""
    options = read_options(
        session, arguments, "Jno:rhV", ["json", "noheadings", "output=", "output-all", "raw"]
    )
    verb, *kinds = options.operands or ("list",)
    if verb not in ("list", "block", "unblock", "toggle", "event"):
        raise CommandError(f"rfkill: invalid command: {verb}")
    if verb in ("toggle", "event"):
        raise Unsupported(f"rfkill {verb}")
    for kind in kinds:
        if kind not in _RADIOS and kind not in ("0", "1"):
            raise CommandError(f"rfkill: invalid identifier: {kind}")
    if verb == "list":
        blocked = {
            name: session.state.settings.get(f"radio {name}", "unblocked") for name in ("wlan", "bluetooth")
        }
        rows = [
            f"{n}: {name}\n\tSoft blocked: {'yes' if how == 'blocked' else 'no'}\n"
            for n, (name, how) in enumerate(blocked.items())
        ]
        return Output("".join(rows), info="radios")
    if not kinds:
        raise CommandError("rfkill: no identifiers given")
    for kind in kinds:
        known = {"all": ("wlan", "bluetooth"), "wifi": ("wlan",), "0": ("wlan",), "1": ("bluetooth",)}.get(
            kind, (kind,)
        )
        for name in known:
            _set(session, f"radio {name}", "blocked" if verb == "block" else "")
    return Output(info="radios", operands=(verb, *kinds))


@command("modprobe")
def modprobe(session: Session, arguments: Sequence[str]) -> Output:
    """Load kernel modules, or take them away (-r)."""
    options = read_options(
        session, arguments, "abrfinqsv", ["all", "remove", "quiet", "verbose", "dry-run", "first-time"]
    )
    if not options.operands:
        raise CommandError("modprobe: ERROR: missing parameters. See -h.")
    names = options.operands if options.has("-a", "--all", "-r", "--remove") else options.operands[:1]
    for name in names:
        module = name.replace("-", "_")
        if module not in _MODULES:
            raise CommandError(
                f"modprobe: FATAL: Module {name} not found in directory /lib/modules/6.12.1-arch1-1"
            )
        if not options.has("-n", "--dry-run"):
            _set(session, f"module {module}", "removed" if options.has("-r", "--remove") else "loaded")
    return Output()
