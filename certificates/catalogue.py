"""Things that are known by name: registered once, and found by what requests and records call them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What a catalogue can hold."""

    @property
    def name(self) -> str:
        """What requests, records and certificates call it."""


T = TypeVar("T", bound=Named)


class Catalogue(Generic[T]):
    """All things of one kind, in the order in which they were registered.

    ``kind`` names the kind, and ``about`` says what it is: both stand in the description of the API.
    """

    def __init__(self, kind: str, about: str) -> None:
        self.kind = kind
        self.about = about
        self._known: dict[str, T] = {}

    def register(self, thing: T) -> T:
        """Add a thing and return it. ValueError if its name is taken."""
        if thing.name in self._known:
            raise ValueError(f"there is already a {self.kind} named {thing.name!r}")
        self._known[thing.name] = thing
        return thing

    def find(self, name: str) -> T:
        """Return the thing of that name. ValueError, which lists the known names, if there is none."""
        if name not in self._known:
            raise ValueError(f"{self.kind} must be {' or '.join(map(repr, self._known))}, not {name!r}")
        return self._known[name]

    def names(self) -> tuple[str, ...]:
        """Return every name."""
        return tuple(self._known)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._known

    def __iter__(self) -> Iterator[T]:
        return iter(self._known.values())
