"""The curve of a certificate: it falls, is rounded down, and passes one half at the radius."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from certificates import DIPOLE, FIRST_ORDER, Bounds, Certifier, Claim, Decision, EndedBy
from certificates.certificate import Certificate
from certificates.claim.score_curve import ScoreCurve, score_curve
from tests.support.each_certifier import D, every_certifier, evidence_of

N = 20_000
ENDS = [(Bounds.TIGHT, EndedBy.SAMPLES), (Bounds.PAPER, EndedBy.SAMPLES), (Bounds.TIGHT, EndedBy.CANCELLED)]
every_end = pytest.mark.parametrize(("bounds", "ended_by"), ENDS)


def curve_of(certifier: Certifier, share: float, bounds: Bounds, ended_by: EndedBy) -> ScoreCurve:
    claim = Claim(certifier, bounds, 0.25, 0.001, N, D)
    counted = Bounds.ANYTIME if ended_by is EndedBy.CANCELLED else bounds
    return score_curve(claim, evidence_of(certifier, int(share * N), N, counted), ended_by)


@every_certifier
@every_end
@pytest.mark.parametrize("share", [0.6, 0.9, 1.0])
def test_it_falls_and_passes_one_half_at_the_radius(
    certifier: Certifier, share: float, bounds: Bounds, ended_by: EndedBy
) -> None:
    curve = curve_of(certifier, share, bounds, ended_by)
    assert list(curve.distances) == sorted(set(curve.distances))
    assert curve.distances[0] == 0.0
    for scores in (curve.lower_bound, curve.first_order):
        assert list(scores) == sorted(scores, reverse=True)
        assert all(0.0 <= score <= 1.0 for score in scores)
    above = [rho for rho, score in zip(curve.distances, curve.lower_bound, strict=True) if score >= 0.5]
    assert max(above) == curve.certificate.radius > 0.0
    assert min(curve.lower_bound) < 0.5


@every_certifier
@every_end
def test_every_number_is_rounded_down(certifier: Certifier, bounds: Bounds, ended_by: EndedBy) -> None:
    curve = curve_of(certifier, 0.9, bounds, ended_by)
    exact = certifier.curve(curve.certificate)
    inside = curve.certificate.radius
    for rho, score in zip(curve.distances, curve.lower_bound, strict=True):
        best = max(exact(rho / 0.25), 0.5 if rho <= inside else 0.0)
        assert best - 3e-6 < score <= best
        assert score == math.floor(score * 1e6 + 0.5) / 1e6


@every_certifier
@every_end
def test_a_job_that_abstained_has_a_curve_below_one_half(
    certifier: Certifier, bounds: Bounds, ended_by: EndedBy
) -> None:
    curve = curve_of(certifier, 0.4, bounds, ended_by)
    assert curve.certificate.abstained
    assert max(curve.lower_bound) < 0.5
    assert curve.distances[-1] == 0.25


def test_the_comparison_is_first_order_from_votes_that_are_independent() -> None:
    own = curve_of(FIRST_ORDER, 0.9, Bounds.TIGHT, EndedBy.SAMPLES)
    assert own.first_order_radius == own.certificate.radius or own.first_order_radius > 0.0
    dipole = curve_of(DIPOLE, 0.9, Bounds.TIGHT, EndedBy.SAMPLES)
    votes = evidence_of(DIPOLE, int(0.9 * N), N).independent_votes()
    assert (votes.n, votes.hits) == (N // 2, int(0.9 * N) // 2)
    certificate: Certificate = FIRST_ORDER.certify(
        replace(evidence_of(FIRST_ORDER, 0, 0), hits=votes), 0.25, 0.001
    )
    assert dipole.first_order_radius == certificate.radius


def test_a_certificate_that_compares_two_classes_has_none() -> None:
    claim = Claim(FIRST_ORDER, Bounds.TIGHT, 0.25, 0.001, N, D, Decision.MULTICLASS)
    with pytest.raises(ValueError, match="where classes meet"):
        score_curve(claim, evidence_of(FIRST_ORDER, 15_000, N), EndedBy.SAMPLES)


@every_end
def test_first_order_beside_it_has_the_bounds_of_the_certificate(bounds: Bounds, ended_by: EndedBy) -> None:
    curve = curve_of(FIRST_ORDER, 0.9, bounds, ended_by)
    used = Bounds.ANYTIME if ended_by is EndedBy.CANCELLED else bounds
    assert curve.certificate.bounds is used
    votes = evidence_of(FIRST_ORDER, int(0.9 * N), N, used)
    assert curve.first_order_radius == FIRST_ORDER.certify(votes, 0.25, 0.001, used).radius
