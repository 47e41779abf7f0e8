"""Answers of the service for claims and counts that a test chooses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Claim,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
)

HITS = HitCounts(1000, 1, (12, 980, 8))


EVIDENCE = {
    FIRST_ORDER: Evidence(hits=HITS),
    SECOND_ORDER: Evidence(hits=HITS, gradient=GradientSums(784, 500, 1.5)),
    DIPOLE: Evidence(pairs=PairCounts(500, 480, 8, 7, 1)),
}


SHAPE = (1, 28, 28)


def document(
    claim: Claim,
    evidence: Evidence,
    ended_by: EndedBy = EndedBy.SAMPLES,
    shape: Sequence[int] = SHAPE,
) -> dict[str, Any]:
    """Return what the service answers, after a round trip through JSON."""
    given = {"shape": list(shape), "scale": "[0,1]", "sha256": "00"}
    certificate = claim.certificate(evidence, ended_by).to_dict() | {
        "prediction": {"index": 1, "label": "one"},
        "counts": evidence.to_dict(),
        "claim": claim.to_dict(),
        "n0": 100,
        "seed": "7",
        "input": given,
        "model": {"name": "mnist", "sha256": "aa"},
    }
    names = ("certifier", "bounds", "sigma", "eta", "n", "decision", "k", "noise")
    request = {name: claim.to_dict()[name] for name in names}
    request |= {"n0": 100, "seed": "7", "input": given, "model": "mnist", "model_sha256": "aa"}
    stop = {"radius": claim.stop_radius, "give_up": claim.give_up}
    request["stop"] = None if claim.stop_radius is None else stop
    status = "cancelled" if ended_by is EndedBy.CANCELLED else "succeeded"
    answer = {"id": "x", "status": status, "request": request, "certificate": certificate}
    read: dict[str, Any] = json.loads(json.dumps(answer))
    return read


def plain_claim(certifier: Certifier, **other: Any) -> Claim:
    fields: dict[str, Any] = {
        "bounds": Bounds.PAPER,
        "sigma": 0.25,
        "eta": 0.001,
        "n": 1000,
        "d": 784,
    } | other
    return Claim(certifier, **fields)


def plain(certifier: Certifier) -> dict[str, Any]:
    return document(plain_claim(certifier), EVIDENCE[certifier])
