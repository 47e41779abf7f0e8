"""Certify the samples of a job once more, with a certifier whose counts are part of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certificates import CERTIFIERS, Certificate, Claim, EndedBy, Evidence, EvidenceKind


def shares_samples(certifier: str, with_certifier: str) -> bool:
    """Whether the counts of the first certifier are part of those of the second."""
    kinds = CERTIFIERS.named(certifier).evidence, CERTIFIERS.named(with_certifier).evidence
    return kinds == (EvidenceKind.VOTES, EvidenceKind.VOTES_AND_GRADIENT)


def certify_again(certificate: Mapping[str, Any], certifier: str) -> Certificate:
    """Return the certificate of the same samples by another certifier, with the same eta.

    Each of the two is wrong with probability at most eta; both together hold with probability at least ``1 -
    2 eta``. ValueError if the counts do not hold what that certifier needs.
    """
    claim = replace(Claim.from_dict(certificate["claim"]), certifier=CERTIFIERS.named(certifier))
    votes = Evidence(hits=Evidence.from_dict(certificate["counts"]).hits)
    early = claim.stop_radius is not None or certificate["ended_by"] == EndedBy.CANCELLED
    return claim.running(votes) if early else claim.final(votes)
