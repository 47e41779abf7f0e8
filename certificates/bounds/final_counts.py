"""Upper bounds on what all samples of a job will count, from those counted so far.

Proof: docs/running-certificates.md, Theorem 18. They certify nothing: a job that may give up uses them to
decide whether what it was asked for is still within reach.
"""

from __future__ import annotations

import math

import numpy as np

from certificates.bounds.anytime import log_mixture
from certificates.bounds.error_probability import check_error
from certificates.counts.evidence import HitCounts, PairCounts


def final_hits_upper(hits: int, samples: int, n: int, doubt: float) -> int:
    """Return an upper bound on the hits among ``n`` samples, of which the first ``samples`` had ``hits``.

    Given how many of all ``n`` samples hit, every order of them is equally likely. So, whatever the
    classifier, the bounds after 1, 2, ..., ``n`` samples are all correct with probability at least ``1 -
    doubt``. A total is excluded if the mixture of docs/theorems.md, Theorem 7 makes this beginning at
    least ``1/doubt`` times as likely as the total does. ValueError unless ``0 <= hits <= samples <= n`` and
    ``0 < doubt < 1``.
    """
    check_error("doubt", doubt)
    if not 0 <= hits <= samples <= n:
        raise ValueError(f"{hits} hits in {samples} of {n} samples cannot be")
    misses, open_ones = samples - hits, n - samples
    mixture = log_mixture(np.array([hits, misses], dtype=np.float64))

    def excluded(total: int) -> bool:
        return mixture - _log_likelihood(hits, misses, total, n) >= -math.log(doubt)

    low, high = min((n + 1) * hits // samples, hits + open_ones) if samples else n, hits + open_ones
    while low < high:
        middle = (low + high + 1) // 2
        if excluded(middle):
            high = middle - 1
        else:
            low = middle
    return low


def hits_to_come(counts: HitCounts, n: int, doubt: float) -> HitCounts:
    """Return the best votes that ``n`` samples may have in the end: as many hits as are not excluded."""
    hits = final_hits_upper(counts.hits, counts.n, n, doubt)
    votes = [0] * max(2, len(counts.per_class))
    votes[counts.target], votes[counts.target - 1] = hits, n - hits
    return HitCounts(n, counts.target, tuple(votes))


def pairs_to_come(counts: PairCounts, pairs: int, doubt: float) -> PairCounts:
    """Return the best outcomes that ``pairs`` pairs may have in the end.

    Half of ``doubt`` each bounds the pairs that hit on both sides, and those that hit on either. The dipole
    radius rises with the first at a fixed number of the second, and with the second at a fixed number of the
    first (docs/theorems.md, Theorem 5, step 2).
    """
    some = counts.both + counts.plus_only + counts.minus_only
    any_side = final_hits_upper(some, counts.pairs, pairs, 0.5 * doubt)
    both = min(any_side, final_hits_upper(counts.both, counts.pairs, pairs, 0.5 * doubt))
    return PairCounts(pairs, both, any_side - both, 0, counts.target)


def _log_likelihood(hits: int, misses: int, total: int, n: int) -> float:
    """Return the log-probability of one sequence as the beginning of ``n`` samples with ``total`` hits."""
    return _log_falling(total, hits) + _log_falling(n - total, misses) - _log_falling(n, hits + misses)


def _log_falling(x: int, factors: int) -> float:
    """Return the logarithm of ``x (x - 1) ... (x - factors + 1)``."""
    return math.lgamma(x + 1) - math.lgamma(x - factors + 1)
