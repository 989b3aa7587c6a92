"""Catalogues: the open lists of things that are declared where they stand and found by name.

Experts, operations, schemas, wire formats, reward policies, machine commands, tasks, objectives and samplers are each
one catalogue. A thing is declared once, in a module of the package that is found by its folder, in a plugin
(`engine/plugins.py`), or in a notebook; nothing else lists it. What is worked out from a catalogue and remembered is
decorated with `cached`, so that a thing that is declared late counts everywhere.

This lies at the bottom of the tree because experts, verifiers and engine all declare things.
"""

from __future__ import annotations

import difflib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, cast

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")


class DeclarationError(Exception):
    """Something is declared wrongly. Only who writes declarations sees it."""


class UnknownNameError(KeyError, ValueError):
    """A name that nothing is declared under. The message names what exists."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show it in quotes


class Catalogue(Mapping[str, T], Generic[T]):
    """Things of one kind by name, in the order in which they were declared; those of its folder come first.

    `Catalogue.declarations` counts those of every catalogue but for what is found in its folder.

    Args:
        noun: what one of them is called, for messages.
        folder: the package whose modules declare those that are shipped; they are imported at the first look.
    """

    declarations: ClassVar[int] = 0

    def __init__(self, noun: str, folder: str | None = None) -> None:
        self.noun = noun
        self._folder = folder
        self._things: dict[str, T] = {}
        self._places: dict[str, str] = {}
        self._forgetting: list[Callable[[], None]] = []

    def declare(self, name: str, thing: T, depth: int = 1, place: str | None = None) -> T:
        """Add a thing and return it.

        Args:
            depth: how many calls above this one the declaration stands, for messages.
            place: where it stands, as FILE:LINE, if not there.

        Raises DeclarationError where the name is taken, naming both places.
        """
        frame = sys._getframe(depth)
        if self._folder is not None and not str(frame.f_globals.get("__name__")).startswith(self._folder):
            self._discover()  # what is shipped has its names already
        place = place or f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if name in self._things:
            raise DeclarationError(
                f"{self.noun} {name} is declared twice: at {self._places[name]} and at {place}"
            )
        self._things[name] = thing
        self._places[name] = place
        Catalogue.declarations += 1
        self.changed()
        return thing

    def find(self, name: str) -> T:
        """The thing of that name. Raises UnknownNameError, a KeyError and a ValueError, naming what exists."""
        try:
            return self[name]
        except KeyError:
            pass
        raise UnknownNameError(f"no {self.noun} {name!r}{nearest(name, self)}; there are {', '.join(self)}")

    def place(self, name: str) -> str:
        """Where a thing was declared, as FILE:LINE."""
        return self._places[name]

    def cached(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorator: remembers results until something more is declared."""
        remembered = lru_cache(maxsize=None)(function)
        self._forgetting.append(remembered.cache_clear)
        return cast("Callable[P, R]", remembered)

    def on_change(self, forget: Callable[[], None]) -> None:
        """Have `forget` called whenever something more is declared."""
        self._forgetting.append(forget)

    def changed(self) -> None:
        """Have everything forgotten that was worked out from the catalogue."""
        for forget in self._forgetting:
            forget()

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Inside, things may be declared that are forgotten at the end."""
        self._discover()
        things, places = dict(self._things), dict(self._places)
        try:
            yield
        finally:
            self._things, self._places = things, places
            self.changed()

    def __getitem__(self, name: str) -> T:
        self._discover()
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        self._discover()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        self._discover()
        return iter(self._things)

    def __len__(self) -> int:
        self._discover()
        return len(self._things)

    def _file(self, name: str) -> str:
        return self._places[name].rpartition(":")[0]

    def _discover(self) -> None:
        if self._folder is not None:
            folder, self._folder = self._folder, None  # first, because the modules may look, too
            before = Catalogue.declarations
            discover(folder)
            Catalogue.declarations = before
            # In the order of the files, whichever of them was imported first.
            self._things = dict(sorted(self._things.items(), key=lambda item: self._file(item[0])))


def discover(package: str, *, below: bool = False) -> None:
    """Import every module of a package, in the order of their names; those of its subpackages, too, where `below`."""
    path: Any = import_module(package).__path__
    found = pkgutil.walk_packages(path, f"{package}.") if below else pkgutil.iter_modules(path, f"{package}.")
    for info in found:
        if below or not info.ispkg:
            import_module(info.name)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the known name most like this one; empty where none is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
