"""Record which certificates counts chosen by hand give, after a change that is meant to alter them.

    python -m tests.golden.record_claims > tests/golden/claims.json

Nothing is sampled, so these certificates depend on the mathematics alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    AllPairsSums,
    Bounds,
    Certifier,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    Noise,
    PairCounts,
    Weights,
    round_up_to_grid,
)
from tests.golden.record import in_lines, machine

N = 10_000
SHARES = (0.45, 0.5, 0.52, 0.7, 0.93, 0.999, 1.0)
"""Shares of the samples that hit: from none certified to all of them."""
D = 784


def main() -> None:
    """Write the file to standard output."""
    sys.stdout.write(in_lines({"recorded_on": machine(), "claims": list(_entries())}))


def _entries() -> Iterator[dict[str, Any]]:
    for share in SHARES:
        for certifier in CERTIFIERS:
            for bounds in (Bounds.TIGHT, Bounds.PAPER):
                claim = Claim(certifier, bounds, sigma=0.5, eta=0.001, n=N, d=D)
                evidence = _evidence(claim, share, N)
                yield _entry(f"{certifier} {bounds} {share}", claim, evidence, EndedBy.SAMPLES)
                yield _discrete(claim, evidence, share)
            yield from _early(certifier, share)
            if certifier is not DIPOLE:
                yield _multiclass(certifier, share)
        yield from _misses(share)
    yield _summed()


def _discrete(claim: Claim, evidence: Evidence, share: float) -> dict[str, Any]:
    """Certify with discrete noise, another sigma and another eta."""
    other = replace(claim, noise=Noise.DISCRETE, sigma=0.25, grid_steps=63.75, eta=1e-5)
    return _entry(f"{claim.certifier} {claim.bounds} discrete {share}", other, evidence, EndedBy.SAMPLES)


def _early(certifier: Certifier, share: float) -> Iterator[dict[str, Any]]:
    """Certify before all samples are counted: when cancelled, and at a stop radius where it is reached."""
    claim = Claim(certifier, Bounds.TIGHT, sigma=0.5, eta=0.001, n=4 * N, d=D)
    evidence = _evidence(claim, share, N, asked=4 * N)
    yield _entry(f"{certifier} cancelled {share}", claim, evidence, EndedBy.CANCELLED)
    stopping = replace(claim, stop_radius=0.05)
    if stopping.running(evidence).radius >= 0.05:
        yield _entry(f"{certifier} stopped {share}", stopping, evidence, EndedBy.STOP_RADIUS)
    whole = _evidence(claim, share, 4 * N, asked=4 * N)
    if stopping.running(whole).radius < 0.05:
        yield _entry(f"{certifier} never stopped {share}", stopping, whole, EndedBy.SAMPLES)


def _evidence(claim: Claim, share: float, n: int, asked: int | None = None) -> Evidence:
    """Return counts of which about this share hit; ``asked``: for anytime bounds, all samples asked for."""
    hits = round(share * n)
    if claim.certifier is DIPOLE:
        both = max(0, hits - n // 2) + (n - hits) // 5
        plus = (hits - 2 * both) // 2
        return Evidence(pairs=PairCounts(n // 2, both, plus, hits - 2 * both - plus, 1))
    votes = HitCounts(n, 1, ((n - hits) // 3, hits, n - hits - (n - hits) // 3))
    if claim.certifier is FIRST_ORDER:
        return Evidence(hits=votes)
    if claim.bounds is Bounds.PAPER:
        paired = round_up_to_grid(0.0625 * (1.0 - share) * n)
        return Evidence(hits=votes, gradient=GradientSums(D, n // 2, paired))
    mean = AllPairsMean(Weights.SCORES, n, D, 0.05 * (1.0 - share), 1e-9, asked)
    return Evidence(hits=votes, gradient=GradientSums(D, 0, 0.0, all_pairs=mean))


def _misses(share: float) -> Iterator[dict[str, Any]]:
    """Certify second order from misses alone: at the end and when cancelled."""
    for n in (N, 4 * N):
        claim = Claim(SECOND_ORDER, Bounds.TIGHT, sigma=0.5, eta=0.001, n=n, d=D)
        end, asked = (EndedBy.SAMPLES, None) if n == N else (EndedBy.CANCELLED, n)
        misses = AllPairsMean(Weights.MISSES, N, D, 0.05 * (1.0 - share), 1e-9, asked)
        evidence = replace(_evidence(claim, share, N), gradient=GradientSums(D, 0, 0.0, all_pairs=misses))
        yield _entry(f"second_order misses {end} {share}", claim, evidence, end)


def _multiclass(certifier: Certifier, share: float) -> dict[str, Any]:
    claim = Claim(certifier, Bounds.TIGHT, 0.5, 0.001, N, D, decision=Decision.MULTICLASS)
    evidence = _evidence(claim, share, N)
    if evidence.gradient is not None:
        left = 1.0 - share
        means = tuple(AllPairsMean(Weights.SCORES, N, D, u * left, 1e-9) for u in (0.02, 0.05, 0.01))
        evidence = replace(evidence, gradient=GradientSums(D, 0, 0.0, per_class=means))
    return _entry(f"{certifier} multiclass {share}", claim, evidence, EndedBy.SAMPLES)


def _summed() -> dict[str, Any]:
    """Certify from a vector; its products are whole numbers, which every order of adding them gives."""
    claim = Claim(SECOND_ORDER, Bounds.TIGHT, sigma=0.05, eta=0.001, n=N, d=2)
    sums = AllPairsSums.of_block(Weights.SCORES, N, (580.0, -100.0), 0.25 * 2 * N)
    evidence = Evidence(HitCounts(N, 0, (9000, 1000)), gradient=GradientSums(2, 0, 0.0, sums=sums))
    return _entry("second_order from vectors", claim, evidence, EndedBy.SAMPLES)


def _entry(name: str, claim: Claim, evidence: Evidence, ended_by: EndedBy) -> dict[str, Any]:
    """Return what is recorded: the certificate, with the claim and the counts it came from."""
    certificate = claim.certificate(evidence, ended_by)
    assert certificate.ended_by is ended_by, name
    stated = {**certificate.to_dict(), "counts": evidence.condensed().to_dict(), "claim": claim.to_dict()}
    return {"name": name, "certificate": stated}


if __name__ == "__main__":
    main()
