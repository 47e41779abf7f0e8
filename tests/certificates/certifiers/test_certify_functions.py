"""``certify_first_order`` and its like are their certifiers' ``certify``, with tight bounds unless told."""

from __future__ import annotations

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    certify,
    certify_dipole,
    certify_first_order,
    certify_second_order,
)

HITS = HitCounts(2000, 0, (1900, 100))
PAIRS = PairCounts(1000, 900, 40, 45, 0)
SUMS = GradientSums(3, 1000, 50.0)


def test_tight_bounds_are_the_default() -> None:
    assert certify_first_order(HITS, 0.25, 0.001) == FIRST_ORDER.certify(Evidence(hits=HITS), 0.25, 0.001)
    assert certify_dipole(PAIRS, 0.25, 0.001) == DIPOLE.certify(Evidence(pairs=PAIRS), 0.25, 0.001)
    assert certify_first_order(HITS, 0.25, 0.001).bounds is Bounds.TIGHT
    assert certify_dipole(PAIRS, 0.25, 0.001).bounds is Bounds.TIGHT


@pytest.mark.parametrize("bounds", [Bounds.PAPER, Bounds.ANYTIME])
def test_other_bounds_are_passed_on(bounds: Bounds) -> None:
    hits, pairs = Evidence(hits=HITS), Evidence(pairs=PAIRS)
    assert certify_first_order(HITS, 0.25, 0.001, bounds) == certify(FIRST_ORDER, hits, 0.25, 0.001, bounds)
    assert certify_dipole(PAIRS, 0.25, 0.001, bounds) == certify(DIPOLE, pairs, 0.25, 0.001, bounds)


def test_second_order_takes_votes_and_gradient_sums() -> None:
    evidence = Evidence(hits=HITS, gradient=SUMS)
    expected = SECOND_ORDER.certify(evidence, 0.25, 0.001, Bounds.PAPER)
    assert certify_second_order(HITS, SUMS, 0.25, 0.001, Bounds.PAPER) == expected
