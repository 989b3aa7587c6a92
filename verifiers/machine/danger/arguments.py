"""A command's arguments as its own option reader would resolve them, for the danger rules.

Long options may be shortened (`--recurs`), short ones clustered (`-rf`) or followed by their value (`-t/tmp`), and `--`
ends them. Unlike the commands' readers this one never fails: what a command would not know is kept as a flag, and a
shortened option that could mean several means all of them, since a rule must see the worst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple


class Spelling(NamedTuple):
    """The options of a command that matter here: short ones with a value, and its long ones (`=`: with a value)."""

    short: str
    long: tuple[str, ...]


def _spelling(short: str, long: str) -> Spelling:
    return Spelling(short, tuple(long.split()))


_MKFS = _spelling("tbcCdDeEgGhiIJlLmMnNoOrRsSTUFp", "type= label= uuid= data= metadata= features=")
_OWNERS = _spelling(
    "",
    "changes dereference no-dereference from= preserve-root no-preserve-root reference= recursive silent quiet verbose",
)
# By command; one that is not here has no long options that a rule asks for, and no short ones with values.
SPELLINGS: Final[dict[str, Spelling]] = {
    "badblocks": _spelling("bcdeiopt", ""),
    "blkdiscard": _spelling("olps", "offset= length= step= secure zeroout verbose force quiet"),
    "chattr": _spelling("vp", ""),
    "chgrp": _OWNERS,
    "chmod": _spelling(
        "", "changes no-preserve-root preserve-root reference= recursive silent quiet verbose"
    ),
    "chown": _OWNERS,
    "cp": _spelling(
        "tS",
        """archive attributes-only backup copy-contents debug dereference force interactive keep-directory-symlink
        link no-clobber no-dereference no-preserve= no-target-directory one-file-system parents preserve
        recursive reflink remove-destination sparse= strip-trailing-slashes suffix= symbolic-link
        target-directory= update verbose""",
    ),
    "cryptsetup": _spelling(
        "cdhiklosSTtM",
        """align-payload= batch-mode cipher= hash= header= iter-time= key-file= key-size= key-slot= label= pbkdf=
        sector-size= type= use-random use-urandom uuid= verify-passphrase verbose force-password
        allow-discards""",
    ),
    "install": _spelling(
        "tSmgo",
        "backup compare directory group= mode= owner= suffix= target-directory= no-target-directory verbose",
    ),
    "ln": _spelling("tS", "backup force no-dereference relative symbolic suffix= target-directory= verbose"),
    "lvremove": _spelling("S", "force yes select="),
    "mkfs": _MKFS,
    "mount": _spelling("tLUoTO", "types= source= target= options= mkdir bind rbind move fake verbose"),
    "setfacl": _spelling("mMxX", "modify= remove= recursive"),
    "mkswap": _spelling("pLvUeo", "label= uuid= pagesize= check force endianness= offset= verbose lock="),
    "mv": _spelling(
        "tS",
        """backup debug exchange force interactive no-clobber no-copy no-target-directory strip-trailing-slashes
        suffix= target-directory= update verbose""",
    ),
    "pvcreate": _spelling(
        "u", "force yes uuid= zero= dataalignment= metadatasize= restorefile= norestorefile"
    ),
    "rm": _spelling(
        "", "dir force interactive no-preserve-root one-file-system preserve-root recursive verbose"
    ),
    "rmdir": _spelling("", "ignore-fail-on-non-empty parents verbose"),
    "rsync": _spelling("efBTM@", "archive delete exclude= include= filter= info= rsh= recursive"),
    "sed": _spelling("efl", "in-place expression= quiet regexp-extended file="),
    "sfdisk": _spelling(
        "NOobXwWYLBa",
        """activate append backup backup-file= backup-pt-sectors bytes color colors= delete disk-id dump force json
        label= label-nested= list list-free list-types lock move-data no-act no-reread no-tell-kernel
        output= part-attrs part-label part-type part-uuid partno= quiet reorder relocate show-geometry
        show-pt-geometry show-size sector-size= unit= verify wipe= wipe-partitions=""",
    ),
    "sgdisk": _spelling(
        "ntdciaAuUSTRlbrmjkxyN",
        """zap zap-all clear mbrtogpt print verify move-second-header sort randomize-guids end-of-largest new=
        largest-new= typecode= delete= change-name= info= set-alignment= attributes= partition-guid=
        disk-guid= resize-table= transform-bsd= replicate= backup= load-backup= recompute-chs hybrid=
        transpose= align-end pretend list-types""",
    ),
    "shred": _spelling("ns", "exact force iterations= random-source= remove size= verbose zero"),
    "tee": _spelling("", "append ignore-interrupts output-error"),
    "truncate": _spelling("rs", "no-create io-blocks reference= size="),
    "useradd": _spelling("bcdefgGkKpRPsuZ", "password= root= prefix="),
    "usermod": _spelling("cdefgGlpRPsuvVwWZ", "password= root= prefix= login="),
    "wipefs": _spelling(
        "oOt", "all backup force noheadings json lock no-act offset= output= parsable quiet types= version"
    ),
}
_NONE = Spelling("", ())


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: options by letter or full name, in order, each with its value ("" for none), and operands."""

    options: tuple[tuple[str, str], ...]
    operands: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether any of these was given: has("r", "R", "recursive")."""
        return any(name in names for name, _ in self.options)

    def values(self, *names: str) -> list[str]:
        """The values of all of these, in order."""
        return [value for name, value in self.options if name in names]


def given(command: str, arguments: Sequence[str]) -> Given:
    """The options and operands that a command's arguments stand for. Never raises."""
    spelling = SPELLINGS.get("mkfs" if command.startswith(("mkfs.", "mke2fs", "mkdosfs")) else command, _NONE)
    options: list[tuple[str, str]] = []
    operands: list[str] = []
    rest = list(reversed(arguments))
    while rest:
        word = rest.pop()
        if word == "--":
            operands += reversed(rest)
            break
        if word.startswith("--"):
            name, has_value, value = word[2:].partition("=")
            for full in _meant(name, spelling.long):
                takes = full.endswith("=")
                if takes and not has_value and rest:
                    value = rest.pop()
                options.append((full.rstrip("="), value))
        elif word.startswith("-") and len(word) > 1:
            _read_cluster(word[1:], spelling.short, rest, options)
        else:
            operands.append(word)
    return Given(tuple(options), tuple(operands))


def _meant(name: str, long: Sequence[str]) -> list[str]:
    """The long options that a spelling may stand for; itself where there is none."""
    exact = [full for full in long if full.rstrip("=") == name]
    return exact or [full for full in long if name and full.startswith(name)] or [name]


def _read_cluster(letters: str, with_value: str, rest: list[str], options: list[tuple[str, str]]) -> None:
    for position, letter in enumerate(letters):
        if letter in with_value:
            value = letters[position + 1 :] or (rest.pop() if rest else "")
            options.append((letter, value))
            return
        options.append((letter, ""))
