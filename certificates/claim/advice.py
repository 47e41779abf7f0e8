"""What to change where nothing was certified: n, sigma or the classifier, from a certificate's numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Final

from certificates.claim.claim import Claim
from certificates.claim.farthest import largest_radius

_CHANCE: Final = 0.5
"""A majority decision certifies a class only if its score is above this."""


def advice(certificate: Mapping[str, Any]) -> str:
    """Say what may help: a larger n, a smaller sigma or another model, as the counts suggest.

    ``certificate``: one that abstains, as the service answers with it.
    """
    claim, classes = claim_and_classes(certificate)
    if largest_radius(claim, classes) == 0.0:
        return (
            f"n = {claim.n:,} is too small to certify anything at eta {claim.eta:g}, even if every sample "
            "were a hit: use a larger n."
        )
    seen, majority = certificate["p_a"]["estimate"], certificate["decision"] == "majority"
    if seen is None:
        return "No samples were counted: let the job run longer."
    limit = _CHANCE if majority else _other(certificate["counts"]["hits"], certificate["k"] or 1)
    if seen <= limit:
        return _hopeless(certificate, seen, limit, majority)
    needed = max(_needed(seen, limit, claim.eta, majority), 2 * certificate["n"])
    return (
        f"It was the answer for {_percent(seen)} of them, which is more than {_percent(limit)}: if that "
        f"holds, about n = {needed:,} samples will show it. A smaller sigma may do the same."
    )


def claim_and_classes(certificate: Mapping[str, Any]) -> tuple[Claim, int]:
    """Return the claim and the number of classes (2 for a dipole: its pairs do not count each class)."""
    hits = certificate["counts"]["hits"]
    return Claim.from_dict(certificate["claim"]), 2 if hits is None else len(hits["per_class"])


def _other(hits: Mapping[str, Any], rank: int) -> float:
    """Return the share of votes of the class at this rank, from 1, among those other than the target."""
    others = [votes for index, votes in enumerate(hits["per_class"]) if index != hits["target"]]
    share: float = sorted(others, reverse=True)[rank - 1] / hits["n"]
    return share


def _hopeless(certificate: Mapping[str, Any], seen: float, limit: float, majority: bool) -> str:
    other = "half of them" if majority else f"the {_percent(limit)} of another class"
    said = (
        f"It was the answer for {_percent(seen)} of them, not more than {other}. A larger n changes nothing "
        "about that: use a smaller sigma, or a classifier trained with noise of this sigma."
    )
    hits = certificate["counts"]["hits"]
    if majority and certificate["bounds"] == "tight" and hits is not None:
        leads = hits["per_class"][hits["target"]] == max(hits["per_class"])
        said += " The multiclass decision asks for less: to be ahead of every other class." if leads else ""
    return said


def _needed(seen: float, limit: float, eta: float, majority: bool) -> int:
    """Return about how many samples show that a share exceeds a limit, rounded up to two digits.

    The limit is 1/2, or the share of another class. The number is that of the normal approximation, and a
    fifth more.
    """
    variance = seen * (1.0 - seen) if majority else seen + limit - (seen - limit) ** 2
    number = 1.2 * (NormalDist().inv_cdf(eta) / (seen - limit)) ** 2 * variance
    step: int = 10 ** max(math.floor(math.log10(max(number, 1.0))) - 1, 0)
    return 2 * math.ceil(number / step / 2) * step


def _percent(share: float) -> str:
    return f"{100.0 * share:.4g}%"
