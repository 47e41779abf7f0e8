"""The tight and the anytime bounds through the one entry that the service and ``certify verify`` use."""

from __future__ import annotations

import json

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    SplitProduct,
    certify,
    clopper_pearson_lower,
)

N = 100_000
HITS = HitCounts(N, 0, (95_000, 5_000))
SPLIT = SplitProduct(N // 2, N // 2, 49, 0.005, 1e-6)
EPOCH = SplitProduct(N // 4, N // 4, 49, 0.005, 1e-6, n_asked=N)
EVIDENCE = {
    (FIRST_ORDER, Bounds.TIGHT): Evidence(hits=HITS),
    (FIRST_ORDER, Bounds.ANYTIME): Evidence(hits=HITS),
    (SECOND_ORDER, Bounds.TIGHT): Evidence(hits=HITS, gradient=GradientSums(49, 0, 0.0, SPLIT)),
    (SECOND_ORDER, Bounds.ANYTIME): Evidence(hits=HITS, gradient=GradientSums(49, 0, 0.0, EPOCH)),
    (DIPOLE, Bounds.TIGHT): Evidence(pairs=PairCounts(N // 2, 45_000, 2_450, 2_400, 0)),
    (DIPOLE, Bounds.ANYTIME): Evidence(pairs=PairCounts(N // 2, 45_000, 2_450, 2_400, 0)),
}
CASES = pytest.mark.parametrize(("certifier", "bounds"), list(EVIDENCE))


@CASES
def test_every_field_is_filled_and_eta_is_not_overspent(certifier: Certifier, bounds: Bounds) -> None:
    for eta in (1e-6, 0.001, 0.05, 0.3):
        certificate = certify(certifier, EVIDENCE[certifier, bounds], 0.25, eta, bounds)
        assert sum(certificate.eta_spent.values()) <= eta
        assert sum(certificate.eta_spent.values()) >= 0.999 * eta
        assert 0.3 < certificate.radius < 0.6
        assert certificate.n == N
        assert certificate.p_a.estimate == pytest.approx(0.95, abs=0.002)
        assert 0.9 < certificate.p_a.lower < 0.95
        assert (certificate.c_s is None) == (certifier is not DIPOLE)
        assert (certificate.gradient_norm is None) == (certifier is not SECOND_ORDER)
        assert json.loads(json.dumps(certificate.to_dict()))["bounds"] == bounds.value


@CASES
def test_the_curve_is_at_least_one_half_up_to_the_radius(certifier: Certifier, bounds: Bounds) -> None:
    certificate = certify(certifier, EVIDENCE[certifier, bounds], 0.25, 0.001, bounds)
    distances = [certificate.radius * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    curve = certificate.curve([*distances, 1.5 * certificate.radius])
    assert all(value >= 0.5 for value in curve[:5])
    assert curve == sorted(curve, reverse=True)
    assert curve[5] < 0.5
    assert curve[0] <= 0.95


@CASES
def test_nothing_sampled_abstains(certifier: Certifier, bounds: Bounds) -> None:
    empty = Evidence(pairs=PairCounts(0, 0, 0, 0, 0))
    if certifier is not DIPOLE:
        gradient = GradientSums(49, 0, 0.0) if certifier is SECOND_ORDER else None
        empty = Evidence(hits=HitCounts(0, 0, (0, 0)), gradient=gradient)
    assert certify(certifier, empty, 0.25, 0.001, bounds).abstained


def test_second_order_spends_nine_tenths_on_the_score() -> None:
    certificate = certify(SECOND_ORDER, EVIDENCE[SECOND_ORDER, Bounds.TIGHT], 0.25, 0.001, Bounds.TIGHT)
    assert certificate.eta_spent["gradient_norm"] == pytest.approx(1e-4)
    assert certificate.p_a.lower == pytest.approx(clopper_pearson_lower(95_000, N, 9e-4), rel=1e-12)
    first = certify(FIRST_ORDER, Evidence(hits=HITS), 0.25, 0.001, Bounds.TIGHT)
    assert certificate.radius > 1.01 * first.radius


def test_tight_second_order_refuses_evidence_counted_for_the_paper() -> None:
    evidence = Evidence(hits=HITS, gradient=GradientSums(49, N // 2, 10.0))
    with pytest.raises(ValueError, match="split gradient sums"):
        certify(SECOND_ORDER, evidence, 0.25, 0.001, Bounds.TIGHT)


def test_anytime_second_order_refuses_sums_outside_an_epoch() -> None:
    with pytest.raises(ValueError, match="epoch"):
        certify(
            SECOND_ORDER,
            EVIDENCE[SECOND_ORDER, Bounds.TIGHT],
            0.25,
            0.001,
            Bounds.ANYTIME,
        )


def test_anytime_second_order_before_the_first_epoch_is_first_order() -> None:
    evidence = Evidence(hits=HITS, gradient=GradientSums(49, 0, 0.0))
    certificate = certify(SECOND_ORDER, evidence, 0.25, 0.001, Bounds.ANYTIME)
    assert certificate.gradient_norm is not None
    assert certificate.gradient_norm.upper == pytest.approx(certificate.gradient_norm.ceiling, rel=1e-12)
    assert certificate.radius > 0.0
