"""Whichever certifier it is, its curve starts at the score's bound and stays above 1/2 up to the radius."""

from __future__ import annotations

import pytest

from certificates import Bounds, Certifier
from tests.support.each_certifier import every_bound, every_certifier, evidence_of


@every_certifier
@every_bound
def test_the_curve_of_a_certificate(certifier: Certifier, bounds: Bounds) -> None:
    evidence = evidence_of(certifier, 95_000, 100_000, bounds)
    certificate = certifier.certify(evidence, 0.25, 0.001, bounds)
    parts = (0.0, 0.25, 0.5, 0.75, 1.0, 1.1, 2.0)
    curve = certificate.curve([part * certificate.radius for part in parts])
    assert curve[0] == pytest.approx(certificate.p_a.lower, abs=1e-11)
    assert curve == sorted(curve, reverse=True)
    assert curve[4] >= 0.5 > curve[5]


@every_certifier
@every_bound
@pytest.mark.parametrize("factor", [1e-3, 255.0])
def test_the_radius_scales_with_the_unit_of_the_input(
    certifier: Certifier, bounds: Bounds, factor: float
) -> None:
    evidence = evidence_of(certifier, 1900, 2000, bounds)
    radius, scaled = (certifier.certify(evidence, 0.25 * by, 0.001, bounds).radius for by in (1.0, factor))
    assert radius > 0.0
    assert scaled == pytest.approx(factor * radius, rel=2e-5)
