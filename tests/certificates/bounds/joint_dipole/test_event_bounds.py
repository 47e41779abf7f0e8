"""The pieces of the joint bound err to the safe side: tails, polygon, event."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from certificates import DipoleCurve
from certificates.bounds.joint_dipole.binomial import TailTable
from certificates.bounds.joint_dipole.event import AtLeastAsGood
from certificates.bounds.joint_dipole.region import Box, frontier
from certificates.bounds.joint_dipole.search import specht_ratio
from tests.support.multinomials import Outcomes, true_radius


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 40, 300])
def test_tail_table_is_above_the_exact_binomial_tail(n: int, exact: bool) -> None:
    m = np.arange(-1.0, n + 3.0)
    p = np.concatenate([[1e-9, 1e-4], np.linspace(0.01, 0.99, 99), [1.0 - 1e-4]])
    upper = TailTable(np.full_like(m, n), m, exact).upper(p, 1.0 - p)
    truth = binom.sf(m[None, :] - 1.0, n, p[:, None])
    assert np.all(upper >= truth * (1.0 - 1e-12))
    if exact:
        assert np.allclose(upper, truth, rtol=1e-8)
    else:
        one_less = binom.sf(m[None, :] - 2.0, n, p[:, None])
        assert np.all(upper <= one_less * (1.0 + 1e-6) + 1e-250), (
            "the closed form is off by less than one count"
        )


def test_closed_form_tails_stay_above_at_fifty_million() -> None:
    n, p = 50_000_000, np.array([0.9, 0.5, 1e-6])
    spread = np.sqrt(n * p * (1 - p))
    m = np.round(n * p + 3.0 * spread)
    table = TailTable(np.full_like(m, n), m, exact=False).upper(p, 1.0 - p)
    truth = binom.sf(m - 1, n, p)
    assert np.all(np.diag(table) >= truth)
    assert np.all(np.diag(table) <= truth * np.array([1.01, 1.01, 1.6]))


@given(h=st.floats(1e-8, 1e8), t=st.floats(0.0, 1.0))
def test_specht_ratio_covers_the_arithmetic_mean(h: float, t: float) -> None:
    ratio = float(specht_ratio(np.array([h]))[0])
    assert (1.0 - t) + t * h <= ratio * h**t * (1.0 + 1e-14)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 60), data=st.data())
def test_event_probability_is_above_the_sum_over_outcomes(n: int, data: st.DataObject) -> None:
    both = data.draw(st.integers(n // 2 + 1, n))
    one = data.draw(st.integers(0, n - both))
    event = AtLeastAsGood.observed(both, one, n, Box.around(both, one, n, 1e-4))
    s = data.draw(st.floats(0.02, 0.95))
    d = (1.0 - s) * data.draw(st.floats(0.02, 0.98))
    outcomes = Outcomes(n)
    radii = np.array([DipoleCurve(b / n, o / (2 * n)).root() for b, o in outcomes])
    observed = DipoleCurve(both / n, one / (2 * n)).root()
    truth = float(outcomes.probabilities(s, d)[radii >= observed - 1e-12].sum())
    upper = float(event.probability_upper(np.array([s]), np.array([d]), np.array([1.0 - s - d]))[0])
    assert truth <= upper * (1.0 + 1e-10)
    assert upper <= truth * (1.0 + 1e-6) + 1e-12


@pytest.mark.parametrize(
    ("both", "one", "n"), [(45, 3, 50), (30, 18, 50), (50, 0, 50), (900, 90, 1000), (600, 1, 1000)]
)
def test_every_parameter_of_the_set_is_dominated_by_the_chain(both: int, one: int, n: int) -> None:
    box = Box.around(both, one, n, 1e-3)
    r = 0.8 * min(DipoleCurve(both / n, one / (2 * n)).root(), 2.0)
    mass = frontier(r, box, n, 0.4).mass
    rng = np.random.default_rng(n + both)
    s = rng.uniform(box.s_low, box.s_high, 4000)
    d = rng.uniform(box.d_low, box.d_high, 4000)
    u = 1.0 - s - d
    for si, di, ui in zip(s, d, u, strict=True):
        if not (max(box.u_low, 0.0) <= ui <= box.u_high) or true_radius(si, di) > r:
            continue
        at = np.clip(di, mass[1, 0], mass[1, -1])
        s_chain = np.interp(at, mass[1], mass[0])
        assert si <= s_chain + 1e-12
        assert si + di <= s_chain + at + 1e-12


def test_the_set_of_small_radii_is_convex() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        r = rng.uniform(0.05, 2.0)
        s, d = rng.dirichlet([1.0, 1.0, 1.0], 2)[:, :2].T
        middle = true_radius(float(s.mean()), float(d.mean()))
        if max(true_radius(float(a), float(b)) for a, b in zip(s, d, strict=True)) <= r:
            assert middle <= r + 1e-9


def test_the_order_of_outcomes_is_the_order_of_exact_radii() -> None:
    """Moving a pair none -> one -> both never lowers the observed radius."""
    n = 14
    radius = {(b, o): true_radius(b / n, o / n) for b, o in Outcomes(n)}
    for (both, one), r in radius.items():
        if both + one < n:
            assert radius[both, one + 1] >= r
        if one > 0:
            assert radius[both + 1, one - 1] >= r - 1e-12


def test_all_pairs_hit_leaves_exactly_one_outcome() -> None:
    n = 30
    event = AtLeastAsGood.observed(n, 0, n, Box.around(n, 0, n, 1e-3))
    s = 0.8
    upper = event.probability_upper(np.array([s]), np.array([0.15]), np.array([0.05]))[0]
    assert float(Fraction(4, 5) ** n) <= upper <= s**n * 1.000001
