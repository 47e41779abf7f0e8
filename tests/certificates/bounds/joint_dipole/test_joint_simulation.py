"""Coverage of the dipole certificate on worst cases, 10,000 repetitions at eta = 0.05."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from benchmarks.decided_runs import count_wrong
from certificates import Bounds, PairCounts, certify_dipole
from tests.support.multinomials import SLACK, true_radius

ETA = 0.05
REPETITIONS = 10_000


def slab_pairs(a: float, b: float) -> tuple[float, float]:
    """Pair probabilities of a classifier that hits where ``a <= u . g <= b``, ``a < 0 < b``."""
    inner = min(-a, b)
    s = float(ndtr(inner) - ndtr(-inner))
    return s, 2.0 * float(ndtr(b) - ndtr(a) - s)


CASES = {
    "extremal slab of the paper's Theorem 1": slab_pairs(-2.2, 1.3),
    "odd: no pair without exactly one hit": (0.0, 1.0),
    "odd but for a few": (0.06, 0.92),
    "even: both sides always agree": (0.62, 0.0),
    "p near one half": (0.27, 0.50),
    "none is rare": (0.80, 0.199),
    "all hits": (1.0, 0.0),
    "nearly all hits": (0.985, 0.014),
}


@pytest.mark.parametrize("pairs", [40, 150])
@pytest.mark.parametrize("name", CASES)
def test_dipole_certificate_covers(name: str, pairs: int) -> None:
    s, d = CASES[name]
    rng = np.random.default_rng(pairs)
    draws = rng.multinomial(pairs, [s, d, max(1.0 - s - d, 0.0)], REPETITIONS)
    truth = true_radius(s, d) if s < 1.0 else math.inf
    both, one = draws[:, 0], draws[:, 1]

    def wrong(run: int) -> bool:
        hit = int(one[run])
        counts = PairCounts(pairs, int(both[run]), hit // 2, hit - hit // 2, 0)
        return certify_dipole(counts, 1.0, ETA, Bounds.TIGHT).radius > truth + SLACK

    assert count_wrong(both + one, -both, wrong) <= binom.ppf(1.0 - 1e-6, REPETITIONS, ETA)
