"""A full answer of the service for every kind of certificate, and how a forger makes another of it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any, Final

from certificates import (
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    Noise,
    Weights,
)
from service.api.examples import ANSWERS

Document = dict[str, Any]

N: Final = 100_000
VOTES: Final = (0, 112, 931, 505, 93_250, 0, 0, 100, 1026, 4076)
SECOND: Final = Claim(SECOND_ORDER, Bounds.TIGHT, 0.25, 0.001, N, 784)
FIRST: Final = replace(SECOND, certifier=FIRST_ORDER)
DISCRETE: Final[dict[str, Any]] = {"noise": Noise.DISCRETE, "grid_steps": 63.75}


def _mean(n: int, mean: float, n_asked: int | None = None, weights: Weights = Weights.SCORES) -> AllPairsMean:
    return AllPairsMean(weights, n, 784, mean, 2e-8, n_asked)


def _votes(share: float) -> HitCounts:
    votes = tuple(2 * int(0.5 * share * one) for one in VOTES)
    return HitCounts(sum(votes), 4, votes)


def _sums(*means: AllPairsMean) -> GradientSums:
    if len(means) > 1:
        return GradientSums(784, 0, 0.0, per_class=means)
    return GradientSums(784, 0, 0.0, all_pairs=means[0])


_ALL, _PART = HitCounts(N, 4, VOTES), _votes(0.48)
_OTHERS: Final = {
    "first order, stopped": (replace(FIRST, stop_radius=0.3), Evidence(_PART), EndedBy.STOP_RADIUS),
    "first order, cancelled": (FIRST, Evidence(_PART), EndedBy.CANCELLED),
    "first order, top k": (
        replace(FIRST, decision=Decision.TOP_K, k=3),
        Evidence(_ALL),
        EndedBy.SAMPLES,
    ),
    "first order, discrete": (replace(FIRST, **DISCRETE), Evidence(_ALL), EndedBy.SAMPLES),
    "second order, stopped": (
        replace(SECOND, stop_radius=0.3),
        Evidence(_PART, gradient=_sums(_mean(26_000, 0.0125, N))),
        EndedBy.STOP_RADIUS,
    ),
    "second order, cancelled": (
        SECOND,
        Evidence(_PART, gradient=_sums(_mean(26_000, 0.0125, N))),
        EndedBy.CANCELLED,
    ),
    "second order, discrete": (
        replace(SECOND, **DISCRETE),
        Evidence(_ALL, gradient=_sums(_mean(N, 0.0125))),
        EndedBy.SAMPLES,
    ),
    "second order, multi-class": (
        replace(SECOND, decision=Decision.MULTICLASS),
        Evidence(_ALL, gradient=_sums(*(_mean(N, 0.002 + 0.001 * c) for c in range(10)))),
        EndedBy.SAMPLES,
    ),
    "second order, misses": (
        SECOND,
        Evidence(_ALL, gradient=_sums(_mean(N, 0.0125, weights=Weights.MISSES))),
        EndedBy.SAMPLES,
    ),
}
EXAMPLES: Final = tuple(name for name, answer in ANSWERS.items() if answer["certificate"] is not None)
KINDS: Final = (*EXAMPLES, *_OTHERS)
SLOW: Final = frozenset({"dipole", "stop", "discrete", "cancelled"})
"""Kinds whose certificate takes a hundredth of a second: dipole with sharper bounds."""


def document_of(kind: str) -> Document:
    """Return the service's whole answer for a job of this kind."""
    if kind in EXAMPLES:
        return _read(ANSWERS[kind])
    claim, evidence, ended_by = _OTHERS[kind]
    made = certified(document_of("first_order"), claim, evidence, ended_by)
    made["status"] = "cancelled" if ended_by is EndedBy.CANCELLED else "succeeded"
    fixed = claim.to_dict()
    made["request"] |= {name: fixed[name] for name in made["request"].keys() & fixed.keys()}
    made["request"]["stop"] = (
        None if claim.stop_radius is None else {"radius": claim.stop_radius, "give_up": claim.give_up}
    )
    return _read(made)


def _read(document: object) -> Document:
    """Return a document as it is read back: names of kinds are plain text then."""
    read: Document = json.loads(json.dumps(document))
    return read


def claim_and_counts(document: Document) -> tuple[Claim, Evidence, EndedBy]:
    """Read what a document's certificate is computed from."""
    stated = document["certificate"]
    return (
        Claim.from_dict(stated["claim"]),
        Evidence.from_dict(stated["counts"]),
        EndedBy(stated["ended_by"]),
    )


def certified(document: Document, claim: Claim, evidence: Evidence, ended_by: EndedBy) -> Document:
    """Return a document whose certificate is that of another claim and other counts, all else left alone.

    ValueError if they give no certificate: a forger cannot state one then.
    """
    made = copy.deepcopy(document)
    computed = claim.certificate(evidence, ended_by).to_dict()
    made["certificate"] |= {**computed, "claim": claim.to_dict(), "counts": evidence.to_dict()}
    return made
