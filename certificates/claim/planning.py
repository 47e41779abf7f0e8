"""Plan a job before it samples: the radius to expect of a score, and the samples that a radius takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from certificates.bounds.top_k import top_k_radius
from certificates.claim.claim import Claim
from certificates.claim.farthest import check_possible, largest_radius
from certificates.curves.directed_rounding import radius_down

_CLOSE = 500
"""A number of samples is found to one part in so many. A choice: scores are known less well."""


def likely_radius(claim: Claim, score: float, classes: int = 2) -> float:
    """Return the radius, in input units, that a class with this score gets in about nine of ten jobs.

    Of all classifiers with this score, the one with the smallest radius is taken. ``classes`` is the model's
    number of classes, for multi-class claims. ValueError if the claim has problems, or the score is outside
    [0, 1].
    """
    check_possible(claim, classes)
    certifier, evidence = claim.certifier.likely_case(claim.n, classes, score, claim.k or 1)
    return replace(claim, certifier=certifier).final(evidence).radius


def largest_of_score(claim: Claim, score: float) -> float | None:
    """Return the radius that a score gives with unlimited samples; None if it grows with them for ever."""
    if score >= 1.0:
        return None
    rivals = claim.k or 1
    left = (1.0 - score) / rivals
    radius = max(top_k_radius(score, size * left, size) for size in range(1, rivals + 1))
    return radius_down(claim.sigma * radius)


def samples_for(
    claim: Claim, radius: float, most: int, score: float | None = None, classes: int = 2
) -> int | None:
    """Return about how many samples it takes to certify a radius; None if ``most`` do not.

    With a score, so many give it in about nine of ten jobs, as ``likely_radius`` tells. Without one, fewer
    cannot give it at all. The claim's own ``n`` is not read. ValueError as for ``likely_radius``.
    """
    check_possible(replace(claim, n=2), classes)

    def reached(n: int) -> bool:
        asked = replace(claim, n=n)
        if asked.problems(classes):
            return False
        if score is None:
            return largest_radius(asked, classes) >= radius
        return likely_radius(asked, score, classes) >= radius

    return _least_even(reached, most)


def _least_even(holds: Callable[[int], bool], most: int) -> int | None:
    """Return about the least even number up to ``most`` for which ``holds``, which larger ones keep true."""
    low, high = 0, 2
    while not holds(high):
        low, high = high, 2 * high
        if low >= most:
            return None
    while high - low > max(2, low // _CLOSE):
        middle = (low + high) // 4 * 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high if high <= most else None
