"""The registered certifiers, in the order in which they are offered. Add a new one here."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from typing import Final

from certificates.catalogue import Catalogue
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.dipole import DIPOLE
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.certifiers.second_order import SECOND_ORDER


class CertifierRegistry(Catalogue[Certifier]):
    """Certifiers by name. A copied or unpickled certifier is the registered object of its name."""

    def register(self, thing: Certifier) -> Certifier:
        """Make a certifier known by its name. ValueError if there is one of that name already.

        Other processes must register it, too.
        """
        copyreg.pickle(type(super().register(thing)), _by_name)
        return thing


def certifier_named(name: str) -> Certifier:
    """Return the certifier of this name. ValueError if there is none."""
    return CERTIFIERS.named(name)


def _by_name(certifier: Certifier) -> tuple[Callable[[str], Certifier], tuple[str]]:
    return certifier_named, (certifier.name,)


CERTIFIERS: Final = CertifierRegistry(
    "Certifier",
    'Which certificate is asked for (Levine et al., "Tight Second-Order Certificates").',
    FIRST_ORDER,
    SECOND_ORDER,
    DIPOLE,
)
