"""The words of the questions: names with pronouns, things that can be counted, places, days and the like.

A problem draws each word once (`WordDraw`), so that a name stays the same through its question, and two names, or two
things, are never the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

_FEMALE = (
    "Alice Amelia Amina Anna Aisha Bella Beth Carla Carmen Chloe Clara Daisy Diana Elena Ella Emily Emma Eva Fatima "
    "Fiona Freya Grace Hana Hannah Helen Ingrid Irene Isabel Ivy Jane Jasmine Jenna Julia Kate Keiko Kim Lara Laura "
    "Leila Lena Lily Linda Lucy Mabel Maria Martha Mary Maya Mei Mia Mina Molly Nadia Naomi Nina Nora Olga Olivia "
    "Paula Petra Priya Rachel Rita Rosa Rose Ruth Sally Sandra Sara Sofia Stella Susan Tara Tessa Tina Uma Vera "
    "Wendy Yara Yuki Zara Zoe"
).split()
_MALE = (
    "Aaron Adam Ahmed Alan Alex Andre Anton Arjun Ben Boris Brian Carl Carlos Chen Chris Colin Dan David Diego Dmitri "
    "Eddie Eli Emil Eric Ethan Felix Finn Frank Fred George Gus Hans Harry Hassan Henry Hugo Ian Igor Ivan Jack James "
    "Jamal Jason Joe John Jorge Juan Karl Ken Kofi Kyle Leo Liam Louis Luca Luis Marco Mark Max Miguel Mike Nick Noah "
    "Oliver Omar Oscar Otto Pablo Paul Pedro Peter Quinn Rafael Ravi Raj Rob Roy Ryan Sam Scott Sean Simon Stefan Steve "
    "Tariq Ted Theo Tim Tom Tony Victor Vikram Walter Will Yusuf Zack"
).split()


class Person(NamedTuple):
    """A name with its pronouns."""

    name: str
    he: str
    his: str
    him: str


_PERSONS = [
    *(Person(name, "she", "her", "her") for name in _FEMALE),
    *(Person(name, "he", "his", "him") for name in _MALE),
]

_THINGS = (
    "apple orange banana pear plum lemon melon mango coconut carrot onion turnip pumpkin pepper cookie muffin cupcake "
    "donut bagel sandwich pretzel candy egg marble sticker stamp coin button bead shell feather pebble card magnet "
    "crayon pencil pen marker eraser notebook book comic magazine postcard poster photo ribbon balloon candle whistle "
    "badge key ticket toy doll robot puzzle kite ball block brick tile nail screw bolt plate cup mug spoon bowl glass "
    "bottle jar towel pillow blanket sock glove hat scarf flower rose tulip daisy seed acorn cactus lamp clock watch "
    "bracelet necklace ring map flag drum guitar"
).split()
_GOODS = (
    "jacket coat sweater shirt dress skirt hat backpack suitcase wallet purse watch bicycle skateboard helmet tent "
    "sleeping bag camera phone tablet laptop printer keyboard monitor headset radio speaker lamp desk chair sofa table "
    "bookcase mattress mirror carpet vase clock kettle toaster blender oven microwave fridge vacuum umbrella guitar "
    "violin drum piano telescope globe board game video game puzzle novel dictionary painting necklace bracelet "
    "ladder drill hammer toolbox lawnmower"
)
# Two-word goods are kept together.
_TWO_WORDS = ("sleeping bag", "board game", "video game")
_CONTAINERS = "box bag basket crate jar tray bin drawer carton bucket packet".split()
_ANIMALS = (
    "dog cat rabbit horse cow goat sheep duck chicken parrot hamster turtle pony donkey llama alpaca"
).split()
_TREES = "oak tree,maple tree,pine tree,apple tree,cherry tree,birch tree,palm tree,willow tree".split(",")
_JOBS = (
    "baker carpenter painter gardener tailor plumber driver teacher nurse mechanic farmer waiter barber potter "
    "florist cook cleaner photographer electrician tutor"
).split()
_IRREGULAR = {"sheep": "sheep", "scarf": "scarves"}

_PLAIN = {
    "place": "the market,the park,the fair,the beach,the library,the museum,the zoo,the station,the school,the farm,"
    "the gym,the office,the theater,the stadium,the harbor,the airport,the garden,the playground",
    "shop": "bakery,bookstore,toy store,supermarket,hardware store,grocery store,pet shop,gift shop,clothing store,"
    "music store,flower shop,pharmacy,garden center,shoe store,corner shop,furniture store",
    "day": "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
    "month": "January,February,March,April,May,June,July,August,September,October,November,December",
    "vehicle": "car,train,bus,truck,van,motorcycle,ferry,tram,taxi",
    "drink": "juice,milk,water,lemonade,tea,coffee,soda,cocoa",
    "color": "red,blue,green,yellow,white,black,purple,orange,brown,gray,pink,silver",
    "room": "kitchen,bedroom,hallway,garage,attic,basement,classroom,office,living room,dining room",
    "sport": "soccer,tennis,basketball,hockey,baseball,volleyball,rugby,cricket,badminton",
    "subject": "history,math,science,geography,music,art,biology,chemistry,physics,English",
    "family": "sister,brother,aunt,uncle,cousin,mother,father,grandmother,grandfather,friend,neighbor",
    "event": "picnic,party,wedding,concert,festival,parade,school trip,bake sale,tournament,reunion",
    "city": "Paris,London,Rome,Madrid,Berlin,Oslo,Cairo,Lima,Tokyo,Delhi,Boston,Denver,Austin,Chicago,Toronto,Sydney",
}


def plural(noun: str) -> str:
    """The plural by the regular rules, with the few exceptions of these lists."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    if re.search(r"(s|x|ch|sh)$", noun):
        return noun + "es"
    return noun + "s"


def with_article(noun: str) -> str:
    """The noun with "a" or "an" by its first letter; the lists hold no silent h and no "u" as in unicorn."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _split_goods() -> list[str]:
    text = _GOODS
    for phrase in _TWO_WORDS:
        text = text.replace(phrase, phrase.replace(" ", "_"))
    return [word.replace("_", " ") for word in text.split()]


_COUNTABLE: Mapping[str, Sequence[str]] = {
    "thing": _THINGS,
    "good": _split_goods(),
    "container": _CONTAINERS,
    "animal": _ANIMALS,
    "tree": _TREES,
    "job": _JOBS,
}
_POOLS: Mapping[str, Sequence[Person | str]] = {
    "person": _PERSONS,
    **_COUNTABLE,
    **{key: words.split(",") for key, words in _PLAIN.items()},
}
# Key without its trailing index -> (pool, form). Keys of one pool are drawn from it without repetition.
_FORMS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("person", lambda person: person.name),
    "extra_name": ("person", lambda person: person.name),
    "he": ("person", lambda person: person.he),
    "his": ("person", lambda person: person.his),
    "him": ("person", lambda person: person.him),
    "He": ("person", lambda person: person.he.capitalize()),
    "His": ("person", lambda person: person.his.capitalize()),
    **{noun: (noun, str) for noun in _COUNTABLE},
    **{f"{noun}s": (noun, plural) for noun in _COUNTABLE},
    **{f"a_{noun}": (noun, with_article) for noun in _COUNTABLE},
    **{key: (key, str) for key in _PLAIN},
}
_KEY = re.compile(r"(.+?)([2-9]?)$")
_EXTRA = "extra"
"""The index of the person that only a distractor mentions."""


def _parse(key: str) -> tuple[str, str] | None:
    match = _KEY.fullmatch(key)
    if match is None or match.group(1) not in _FORMS:
        return None
    return match.group(1), _EXTRA if match.group(1) == "extra_name" else match.group(2)


class WordDraw:
    """The words of one problem: `words["name2"]` draws the second person at first use and keeps it."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._drawn: dict[tuple[str, str], Person | str] = {}

    @staticmethod
    def knows(key: str) -> bool:
        """Whether there is such a word."""
        return _parse(key) is not None

    def __getitem__(self, key: str) -> str:
        parsed = _parse(key)
        if parsed is None:
            raise KeyError(f"no word {key!r}")
        form, index = parsed
        pool, inflect = _FORMS[form]
        if (pool, index) not in self._drawn:
            # Compared across pools: a lamp is both a thing that is counted and a good that is bought.
            taken = list(self._drawn.values())
            item = self._rng.choice(_POOLS[pool])
            while item in taken:
                item = self._rng.choice(_POOLS[pool])
            self._drawn[pool, index] = item
        return inflect(self._drawn[pool, index])

    def variable(self, template: str) -> str:
        """A trace variable from a template over words: "{name}.{things}" -> "Alice.marbles".

        Names keep their capital: a small model copies the token that the question used, but has to learn a lower-case
        spelling name by name (docs/decisions.md has the figures).
        """
        text = re.sub(r"\{(\w+)\}", lambda match: self[match.group(1)], template)
        return re.sub(r"[^A-Za-z0-9_.]", "_", text)
