"""The certifiers that can be asked for, in the order in which they are offered. A new one is added here."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Collection, Iterator

from certificates.certifiers.certifier import Certifier
from certificates.certifiers.dipole import DIPOLE
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.certifiers.second_order import SECOND_ORDER


class CertifierRegistry(Collection[Certifier]):
    """Certifiers by their names."""

    def __init__(self, *certifiers: Certifier) -> None:
        self._by_name: dict[str, Certifier] = {}
        for certifier in certifiers:
            self.register(certifier)

    def register(self, certifier: Certifier) -> None:
        """Make a certifier known by its name, by which it is copied and pickled from now on.

        ValueError if there is one of that name already. Other processes must register it, too.
        """
        if certifier.name in self._by_name:
            raise ValueError(f"there is a certifier {certifier.name!r} already")
        self._by_name[certifier.name] = certifier
        copyreg.pickle(type(certifier), _by_name)

    def named(self, name: str) -> Certifier:
        """Return the certifier of this name. ValueError if there is none."""
        if name not in self._by_name:
            raise ValueError(f"{name!r} is no certifier; there are {', '.join(self.names())}")
        return self._by_name[name]

    def names(self) -> tuple[str, ...]:
        """Return all names."""
        return tuple(self._by_name)

    def __contains__(self, certifier: object) -> bool:
        return any(certifier is one for one in self)

    def __iter__(self) -> Iterator[Certifier]:
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)


def certifier_named(name: str) -> Certifier:
    """Return the certifier of this name. ValueError if there is none."""
    return CERTIFIERS.named(name)


def _by_name(certifier: Certifier) -> tuple[Callable[[str], Certifier], tuple[str]]:
    return certifier_named, (certifier.name,)


CERTIFIERS = CertifierRegistry(FIRST_ORDER, SECOND_ORDER, DIPOLE)

DEFAULT_CERTIFIER = DIPOLE
"""What a request is given that names none."""
