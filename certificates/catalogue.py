"""Catalogues of objects that requests and records refer to by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, TypeVar


class Named(Protocol):
    """An object that a catalogue can hold."""

    @property
    def name(self) -> str:
        """Return its name in requests, records and certificates."""


T = TypeVar("T", bound=Named)


class Catalogue(Collection[T]):
    """All objects of one kind, in the order in which they were registered.

    ``kind`` is the name of the kind and ``about`` says what it is; the API's description shows both. An
    object must be registered in each process that uses it.
    """

    def __init__(self, kind: str, about: str, *things: T) -> None:
        self.kind = kind
        self.about = about
        self._by_name: dict[str, T] = {}
        for thing in things:
            self.register(thing)

    def register(self, thing: T) -> T:
        """Add an object and return it. ValueError if its name is taken."""
        if thing.name in self._by_name:
            raise ValueError(f"there is a {self.kind.lower()} {thing.name!r} already")
        self._by_name[thing.name] = thing
        return thing

    def named(self, name: str) -> T:
        """Return the object of this name. Raises ValueError with the list of names if there is none."""
        if name not in self._by_name:
            raise ValueError(f"{name!r} is no {self.kind.lower()}; there are {', '.join(self.names())}")
        return self._by_name[name]

    def names(self) -> tuple[str, ...]:
        """Return all names."""
        return tuple(self._by_name)

    def __contains__(self, thing: object) -> bool:
        return any(thing == one for one in self)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)
