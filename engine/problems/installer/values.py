"""What machines, people and places of the dialogues are called, and which split each of these values belongs to.

The hash of a value (a host name, a user, a set of disks) says which of train, validation and test may use it, whatever
the seed: so no two splits share one. Time zones, locales and keyboards are few, and every split uses all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from trace_trainer.experts.problems.buckets import bucket_of

# Of 20 buckets of values, those of each family of splits; all test splits draw from "test".
_BUCKETS = {"train": range(14), "validation": range(14, 16), "test": range(16, 20)}
_MAX_DRAWS = 1000

_PEOPLE = (
    "adam ahmed alex alice amina anna anton ben bella boris carla carlos chloe clara daniel dave diana diego "
    "elena eli emil emma eric eva fatima felix finn fred grace greta hana hans henry hugo ian ines irene ivan "
    "jack james jana jens joana joe john jonas jorge julia karl kate kim lara laura lea lena leo lina liam "
    "lucas lucy luis maja marco maria mark marta max maya mia miguel mike mina nadia nico nina noah nora olga "
    "oliver omar oscar otto paul paula pedro peter pia priya rafael raj rita rob rosa ruth sam sandra sara "
    "sarah sean silvia simon sofia stefan susan tariq tess theo tim tina tom uma vera victor walter wendy "
    "yara yuki yusuf zoe"
).split()
_THINGS = (
    "atlas aurora badger beacon birch bolt cabin cedar chip cloud comet coral delta dragon eagle ember falcon "
    "forge fox galaxy garden ghost gizmo harbor hawk home iris kernel kitchen lab lark lemon linux lion lotus "
    "maple mars meteor mill mint moon nebula nova oak office olive onyx orbit otter owl panda pearl pico pine "
    "pixel planet quartz raven river robin rocket saturn school shed spark star station studio swift tiger "
    "titan tower tux venus willow wolf work zen"
).split()
_HOST_FORMS = (
    "{0}", "{0}pc", "{0}-pc", "{0}box", "{0}{n}", "{0}-{n}", "my{0}", "{0}-laptop", "{0}-{1}", "{0}-desktop"
)  # fmt: skip
_USER_FORMS = ("{0}", "{0}", "{0}{n}", "{0}_{i}", "{i}{0}", "{0}{i}")
_PASSWORD_FORMS = ("{0}{n}", "{0}-{1}", "{0}{1}{n}", "{n}{0}", "{0}.{1}")

FILESYSTEMS = ("ext4", "btrfs", "xfs")
KEYMAPS = ("de", "fr", "es", "it", "pt", "br-abnt2", "uk", "us", "dvorak", "pl", "sv-latin1", "no")
SERVICES = ("sshd", "fstrim.timer", "systemd-resolved", "systemd-networkd", "systemd-oomd", "systemd-homed")
BOOT_SIZES = ("256M", "300M", "550M", "600M", "1G", "2G")
LOCALES = {
    "English": "en_US.UTF-8",
    "British English": "en_GB.UTF-8",
    "German": "de_DE.UTF-8",
    "French": "fr_FR.UTF-8",
    "Spanish": "es_ES.UTF-8",
    "Italian": "it_IT.UTF-8",
    "Portuguese": "pt_PT.UTF-8",
    "Brazilian Portuguese": "pt_BR.UTF-8",
    "Dutch": "nl_NL.UTF-8",
    "Polish": "pl_PL.UTF-8",
    "Swedish": "sv_SE.UTF-8",
    "Japanese": "ja_JP.UTF-8",
}  # by what a user may call it in English
ZONES = (
    "Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Brussels Europe/Budapest Europe/Copenhagen "
    "Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Lisbon Europe/London Europe/Madrid Europe/Moscow "
    "Europe/Oslo Europe/Paris Europe/Prague Europe/Riga Europe/Rome Europe/Sofia Europe/Stockholm "
    "Europe/Vienna Europe/Warsaw Europe/Zurich America/Bogota America/Chicago America/Denver America/Halifax "
    "America/Lima America/Los_Angeles America/Mexico_City America/New_York America/Phoenix America/Santiago "
    "America/Sao_Paulo America/Toronto America/Vancouver Asia/Bangkok Asia/Dubai Asia/Hong_Kong Asia/Jakarta "
    "Asia/Karachi Asia/Kolkata Asia/Manila Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Tokyo Africa/Cairo "
    "Africa/Johannesburg Africa/Lagos Africa/Nairobi Australia/Melbourne Australia/Perth Australia/Sydney "
    "Pacific/Auckland Pacific/Honolulu"
).split()
WIDE_COUNTRIES = ("Australia", "Brazil", "Canada", "Mexico", "Russia", "the US", "the United States")
BAD_HOSTNAMES = (
    "my pc",
    "-box",
    "box-",
    "home_pc",
    "pc!",
    "my.host.",
    "laptop#1",
    "work pc 2",
    "under_score",
    "top@home",
)
BAD_USERS = ("Bob Smith", "1user", "bob!", "the boss", "9lives", "user@home", "tom jones", "a.b!c")


def family_of(split: str) -> str:
    """The family of values a split draws from: every test split draws from `test`."""
    return "test" if split.startswith("test") else split


def belongs(value: str, family: str) -> bool:
    """Whether a value may occur in the splits of this family."""
    return bucket_of(value, 20) in _BUCKETS[family]


def draw_in(family: str, draw: Callable[[], str]) -> str:
    """Draw until a value belongs to the family. Raises ValueError where none does in a thousand draws."""
    for _ in range(_MAX_DRAWS):
        value = draw()
        if belongs(value, family):
            return value
    raise ValueError(f"no value of {family} in {_MAX_DRAWS} draws")


def _filled(rng: Random, forms: tuple[str, ...], words: list[str]) -> str:
    first, second = rng.choice(words), rng.choice(words)
    return rng.choice(forms).format(first, second, n=rng.randint(2, 99), i=rng.choice("abcdefghjkmprstvw"))


def draw_hostname(rng: Random, family: str) -> str:
    """A valid host name of a family of splits."""
    return draw_in(family, lambda: _filled(rng, _HOST_FORMS, _THINGS))


def draw_user(rng: Random, family: str) -> str:
    """A valid user name of a family of splits."""
    return draw_in(family, lambda: _filled(rng, _USER_FORMS, _PEOPLE))


def draw_password(rng: Random, family: str) -> str:
    """A password without quotes, spaces and colons, of a family of splits."""
    return draw_in(family, lambda: _filled(rng, _PASSWORD_FORMS, _THINGS))
