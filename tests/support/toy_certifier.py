"""``python -m tests.support.toy_certifier``: a program that knows one certifier more.

Arguments: the program's module, and its own arguments. The certifier below and its registration are all that
is new; the evidence that it needs is counted for another one already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from certificates import CERTIFIERS, Certificate, Evidence
from certificates.certifiers.first_order import FirstOrder
from tests.support.extended_service import run_program

NAME: Final = "doubting"


class Doubting(FirstOrder):
    """First order at half of eta: it trusts its samples less, and states a smaller radius."""

    name: ClassVar[str] = NAME

    def _tight(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        return replace(super()._tight(evidence, sigma, 0.5 * eta), eta=eta)


def register() -> None:
    CERTIFIERS.register(Doubting())


if __name__ == "__main__":
    register()
    run_program()
