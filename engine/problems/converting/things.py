"""Things that can take each other's place in a word problem without changing what makes sense.

Each line is a group of things of about the same size, price and use. A thing that is also a verb, a color or a part of
common compounds (`orange`, `book`, `stamp`) is left out.
"""

from __future__ import annotations

from trace_trainer.experts.problems.words import plural

_GROUPS = (
    "apple pear peach mango banana plum apricot nectarine",
    "strawberry blueberry raspberry blackberry cherry grape",
    "cookie muffin cupcake brownie donut bagel scone",
    "pencil crayon eraser ruler sharpener highlighter",
    "marble sticker button bead seashell pebble",
    "candle lantern vase flowerpot",
    "rose tulip daisy lily orchid",
    "cat rabbit hamster parrot",
    "chicken duck goose turkey",
    "cow horse pig sheep goat",
    "carrot cucumber potato onion eggplant zucchini",
    "sandwich hamburger burrito hotdog",
    "sweater jacket hoodie cardigan",
    "balloon kite whistle puzzle",
    "bracelet necklace earring",
    "magazine newspaper comic postcard",
    "violin guitar trumpet flute",
    "lollipop gumball toffee",
)
_IRREGULAR = {"goose": "geese", "potato": "potatoes", "mango": "mangoes", "sheep": "sheep"}


def _forms(thing: str) -> tuple[str, str]:
    return thing, _IRREGULAR.get(thing) or plural(thing)


GROUPS: tuple[tuple[tuple[str, str], ...], ...] = tuple(
    tuple(_forms(thing) for thing in group.split()) for group in _GROUPS
)
"""Groups of things, each with its singular and its plural."""
