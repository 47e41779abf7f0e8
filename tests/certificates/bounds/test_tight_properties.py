"""Properties: better counts never shrink a radius, a smaller eta never grows one."""

from __future__ import annotations

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from certificates import (
    HitCounts,
    dipole_radius,
    dipole_radius_anytime,
    dipole_radius_joint,
    first_order_multiclass,
    probability_lower_anytime,
)

SEARCH = 3e-3
"""The joint radius is searched to a few thousandths of its distance from the observed one."""


@st.composite
def pair_counts(draw: st.DrawFn, largest: int = 400) -> tuple[int, int, int]:
    pairs = draw(st.integers(2, largest))
    both = draw(st.integers(0, pairs))
    return both, draw(st.integers(0, pairs - both)), pairs


@settings(max_examples=60, deadline=None)
@given(counts=pair_counts(), eta=st.floats(1e-5, 0.4))
def test_joint_radius_grows_with_better_pairs(counts: tuple[int, int, int], eta: float) -> None:
    both, one, pairs = counts
    radius = dipole_radius_joint(both, one, pairs, 1.0, eta)
    margin = SEARCH * (1.0 + radius)
    if both + one < pairs:
        assert dipole_radius_joint(both, one + 1, pairs, 1.0, eta) >= radius - margin
    if one > 0:
        assert dipole_radius_joint(both + 1, one - 1, pairs, 1.0, eta) >= radius - margin
    assert dipole_radius_joint(both, one, pairs, 1.0, eta / 2.0) <= radius + margin


@settings(max_examples=25, deadline=None)
@given(counts=pair_counts(), eta=st.floats(1e-5, 0.4))
@example(counts=(20, 4, 24), eta=6.1e-5)
def test_anytime_dipole_radius_grows_with_eta_and_stays_below_the_plug_in_radius(
    counts: tuple[int, int, int], eta: float
) -> None:
    """The observed shares are never excluded: no mixture of likelihoods exceeds the largest of them.

    The joint radius is no such ceiling: it orders outcomes otherwise, and in the example it is 0.
    """
    both, one, pairs = counts
    radius = dipole_radius_anytime(both, one, pairs, 1.0, eta)
    assert radius <= dipole_radius(both / pairs, one / (2 * pairs), 1.0)
    assert dipole_radius_anytime(both, one, pairs, 1.0, eta / 2.0) <= radius * (1.0 + 1e-6)
    assert math.isfinite(radius)


@given(n=st.integers(1, 10**6), share=st.floats(0.0, 1.0), eta=st.floats(1e-6, 0.5))
def test_anytime_score_bound_grows_with_hits_and_eta(n: int, share: float, eta: float) -> None:
    hits = int(share * n)
    lower = probability_lower_anytime(hits, n, eta)
    assert 0.0 <= lower <= hits / n
    assert probability_lower_anytime(hits, n, eta / 2.0) <= lower
    if hits < n:
        assert probability_lower_anytime(hits + 1, n, eta) >= lower * (1.0 - 1e-12)


@given(votes=st.lists(st.integers(0, 10_000), min_size=2, max_size=12), eta=st.floats(1e-5, 0.4))
def test_votes_moved_to_the_target_never_shrink_the_multiclass_radius(votes: list[int], eta: float) -> None:
    n = sum(votes)
    if n == 0:
        return
    radius = first_order_multiclass(HitCounts(n, 0, tuple(votes)), 0.5, eta).radius
    for c in range(1, len(votes)):
        if votes[c] > 0:
            moved = list(votes)
            moved[0] += 1
            moved[c] -= 1
            better = first_order_multiclass(HitCounts(n, 0, tuple(moved)), 0.5, eta).radius
            assert better >= radius * (1.0 - 1e-12)
