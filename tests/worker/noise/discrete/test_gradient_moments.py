"""docs/floating-point.md, Theorem 14: conditional means only shrink the moment generating functions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import logsumexp, ndtr

from tests.support.level_sets import CASES, INF, LevelSet

TAU2 = 0.4021809
"""The proxy constant of the centred statistic, valid for every classifier under Gaussian noise."""
STEPS = [Fraction(1, 4), Fraction(1), Fraction(2), Fraction(51, 5)]


@pytest.mark.parametrize("s", STEPS)
@pytest.mark.parametrize("threshold", [-2.0, -0.5, 0.0, 1.0])
def test_moment_generating_function_of_a_half_line_is_below_the_gaussian_one(
    s: Fraction, threshold: float
) -> None:
    """``E exp(l (f - 1/2) m(J)) <= E exp(l (f - 1/2) g)``; the right side in closed form."""
    edge = math.ceil(threshold * float(s) + 0.5)
    case = LevelSet(s, ((edge, INF),))
    t = (edge - 0.5) / float(s)
    statistic = (case.hit - 0.5) * case.means
    for rate in (-6.0, -1.0, 0.1, 1.0, 4.0, 8.0):
        drawn = float(np.sum(case.mass * np.exp(rate * statistic)))
        gaussian = math.exp(rate**2 / 8) * float(ndtr(rate / 2 - t) + ndtr(t + rate / 2))
        assert drawn <= gaussian * (1 + 1e-12)
    assert float(case.mass @ statistic) == pytest.approx(
        math.exp(-t * t / 2) / math.sqrt(2 * math.pi), abs=1e-14
    )


@pytest.mark.parametrize("s", STEPS)
def test_the_proxy_constant_of_the_split_bound_holds_for_its_worst_classifiers(s: Fraction) -> None:
    """``X = |m| / 2`` beyond a threshold, ``-|m| / 2`` within: the classifiers that attain the constant."""
    case = LevelSet(s, ((0, INF),))
    size = np.abs(case.means)
    rates = np.concatenate((-np.geomspace(0.05, 40, 60), np.geomspace(0.05, 40, 60)))
    for threshold in np.unique(size[size < 6])[:60]:
        for sign in (1, -1):
            x = sign * np.where(size > threshold, size, -size) / 2
            mean = float(case.mass @ x)
            log_mgf = logsumexp(rates[:, None] * (x - mean), b=case.mass, axis=1)
            assert np.all(log_mgf <= TAU2 * rates**2 / 2 + 1e-13)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_paired_statistic_stays_within_lemma_1(case: LevelSet) -> None:
    """``log E exp(l (V - E V)) <= 4 l^2`` for ``|l| <= 1 / (2 sqrt 2)``, unit noise, d = 1."""
    weight = case.mass * case.hit
    reachable = weight > 1e-30
    m, w = case.means[reachable], weight[reachable]
    product = np.outer(m, m)
    pair_weight = np.outer(w, w)
    mean = float(np.sum(pair_weight * product))
    assert mean == pytest.approx(case.gradient**2, abs=1e-12)
    for rate in np.linspace(-1, 1, 9) / (2 * math.sqrt(2)):
        together = float(np.sum(pair_weight * np.exp(rate * (product - mean))))
        rest = (1 - case.p**2) * math.exp(-rate * mean)
        assert math.log(together + rest) <= 4 * rate**2 + 1e-12
