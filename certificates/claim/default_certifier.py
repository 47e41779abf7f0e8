"""The certifier of a request that names none: the first of a fixed order that can do what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from certificates.certifiers.certifier import Certifier
from certificates.certifiers.dipole import DIPOLE
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.certifiers.second_order import SECOND_ORDER
from certificates.claim.claim import Claim

PREFERRED: Final = (SECOND_ORDER, DIPOLE, FIRST_ORDER)
"""By their mean radii at equal samples (docs/auto.md). First order comes last: it can do all that any can."""


def default_certifier(claim_by: Callable[[Certifier], Claim], classes: int | None = None) -> Certifier:
    """Return the first preferred certifier with which the claim has no problems.

    ``claim_by`` makes the claim of a certifier. If all have problems, which are of the request itself then,
    returns the most preferred. It depends on the request and the model alone, never on an input or on votes.
    """
    fitting = (one for one in PREFERRED if not claim_by(one).problems(classes))
    return next(fitting, PREFERRED[0])
