"""Things that are known by name: registered once, and found by what requests and records call them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, TypeVar


class Named(Protocol):
    """What a catalogue can hold."""

    @property
    def name(self) -> str:
        """What requests, records and certificates call it."""


T = TypeVar("T", bound=Named)


class Catalogue(Collection[T]):
    """All things of one kind, in the order in which they were registered.

    ``kind`` names the kind and ``about`` says what it is, in the words of the API's description. What is
    registered is known in this process alone.
    """

    def __init__(self, kind: str, about: str, *things: T) -> None:
        self.kind = kind
        self.about = about
        self._by_name: dict[str, T] = {}
        for thing in things:
            self.register(thing)

    def register(self, thing: T) -> T:
        """Make a thing known by its name, and return it. ValueError if there is one of that name already."""
        if thing.name in self._by_name:
            raise ValueError(f"there is a {self.kind.lower()} {thing.name!r} already")
        self._by_name[thing.name] = thing
        return thing

    def named(self, name: str) -> T:
        """Return the thing of this name. ValueError, which lists the names, if there is none."""
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
