"""The certificate that users see: its names, its curve, its shares of eta; and two slips not copied."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certificate,
    Certifier,
    Estimate,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    dipole_radius,
)
from tests.support.fifty_digits import cdf, mp, upper_quantile
from tests.support.paper_bounds import certify, certify_dipole, certify_second_order

N = 100_000
HITS = HitCounts(N, 1, (10_000, 90_000))
EVIDENCE = {
    FIRST_ORDER: Evidence(hits=HITS),
    SECOND_ORDER: Evidence(hits=HITS, gradient=GradientSums(2, N // 2, 500.0)),
    DIPOLE: Evidence(pairs=PairCounts(N // 2, 41_000, 4_000, 4_100, 0)),
}
MEASURED = {
    FIRST_ORDER: set[str](),
    SECOND_ORDER: {"gradient_norm"},
    DIPOLE: {"c_s", "c_n"},
}
certifiers = pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)


@certifiers
def test_json_names(certifier: Certifier) -> None:
    data = certify(certifier, EVIDENCE[certifier], 0.25, 0.001).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert set(data) == {
        "certifier", "abstained", "radius", "norm", "sigma", "eta", "n", "bounds",
        "noise", "decision", "k", "ended_by", "p_a", "p_other", "p_others", "c_s", "c_n",
        "gradient_norm", "eta_spent",
    }  # fmt: skip
    assert data["certifier"] == certifier.name
    assert data["norm"] == "l2"
    assert data["bounds"] == "paper"
    assert data["n"] == N
    assert {name for name in ("c_s", "c_n", "gradient_norm") if data[name] is not None} == MEASURED[certifier]


@certifiers
@pytest.mark.parametrize("eta", [0.001, 0.05, 0.3, 1e-12])
def test_the_shares_of_eta_add_up(certifier: Certifier, eta: float) -> None:
    spent = certify(certifier, EVIDENCE[certifier], 0.25, eta).eta_spent
    assert math.fsum(spent.values()) <= eta
    assert math.fsum(spent.values()) == pytest.approx(eta)


@certifiers
def test_the_curve_starts_at_the_score_and_passes_one_half_at_the_radius(certifier: Certifier) -> None:
    certificate = certify(certifier, EVIDENCE[certifier], 0.25, 0.001)
    start, at, beyond = certificate.curve([0.0, certificate.radius, certificate.radius * (1.0 + 1e-4)])
    assert start == pytest.approx(certificate.p_a.lower, abs=1e-11)
    assert at > 0.5 > beyond


@certifiers
@pytest.mark.parametrize("factor", [1e-3, 8.0, 255.0])
def test_the_radius_scales_with_the_unit_of_input(certifier: Certifier, factor: float) -> None:
    radius = certify(certifier, EVIDENCE[certifier], 0.25, 0.001).radius
    scaled = certify(certifier, EVIDENCE[certifier], 0.25 * factor, 0.001).radius
    assert scaled == pytest.approx(factor * radius, rel=2e-5)


@certifiers
def test_sigma_and_eta_out_of_range_are_refused(certifier: Certifier) -> None:
    for sigma in (0.0, -0.25, math.nan, math.inf):
        with pytest.raises(ValueError, match="sigma must be positive"):
            certify(certifier, EVIDENCE[certifier], sigma, 0.001)
    for eta in (0.0, 1.0, 1.5, -0.1, math.nan):
        with pytest.raises(ValueError, match="eta must be strictly"):
            certify(certifier, EVIDENCE[certifier], 0.25, eta)


def test_c_n_counts_plus_hits_with_minus_misses() -> None:
    """The printed definition, E[f(x + eps) - f(x - eps)], would be 0 for these symmetric counts."""
    certificate = certify_dipole(PairCounts(1000, 700, 140, 140, 0), 0.25, 0.001)
    assert certificate.c_s is not None
    assert certificate.c_n is not None
    assert certificate.c_n.estimate == 0.14
    assert 0.1 < certificate.c_n.lower < 0.14
    assert certificate.radius > dipole_radius(certificate.c_s.lower, 0.0, 0.25)


def test_the_gradient_is_bounded_from_above() -> None:
    """The printed sentence asks for a lower bound; less noise must lower the bound and raise the radius."""
    few = certify_second_order(
        HitCounts(20_000, 0, (18_000, 2_000)), GradientSums(2, 10_000, 100.0), 0.25, 0.001
    )
    many = certify_second_order(
        HitCounts(20_000_000, 0, (18_000_000, 2_000_000)), GradientSums(2, 10**7, 1e5), 0.25, 0.001
    )
    for certificate in (few, many):
        assert certificate.gradient_norm is not None
        assert certificate.gradient_norm.estimate == pytest.approx(0.4)
        assert certificate.gradient_norm.upper > 0.4
    assert few.gradient_norm is not None
    assert many.gradient_norm is not None
    assert many.gradient_norm.upper < few.gradient_norm.upper
    assert many.radius > few.radius


@pytest.mark.parametrize("hits", [60_000, 90_000])
def test_the_curve_is_never_above_the_exact_bound(hits: int) -> None:
    certificate = certify(FIRST_ORDER, Evidence(hits=HitCounts(N, 0, (hits, N - hits))), 0.25, 0.001)
    for part in (1.0 + 1e-9, 1.5, 3.0, 8.0):
        rho = part * certificate.radius
        score = -upper_quantile(mp.mpf(certificate.p_a.lower)) - mp.mpf(rho) / mp.mpf(0.25)
        assert float(cdf(score)) - 1e-11 < certificate.curve([rho])[0] <= cdf(score)


def test_the_joint_bound_holds_one_half_where_the_separate_ones_do_not() -> None:
    certificate = DIPOLE.certify(Evidence(pairs=PairCounts(20, 14, 6, 0, 0)), 0.25, 0.01, Bounds.TIGHT)
    assert certificate.p_a.lower < 0.5
    inside = certificate.curve([0.0, 0.5 * certificate.radius, certificate.radius])
    assert inside == [0.5, 0.5, 0.5]
    assert certificate.curve([1.001 * certificate.radius])[0] < 0.5


def test_a_dipole_certificate_without_both_shares_has_no_curve() -> None:
    certificate = certify_dipole(PairCounts(1000, 700, 140, 140, 0), 0.25, 0.001)
    for incomplete in (replace(certificate, c_s=None), replace(certificate, c_n=None)):
        with pytest.raises(ValueError, match="states bounds on the shares of pairs"):
            incomplete.curve([0.0])


def test_a_certificate_refuses_to_spend_more_than_eta_or_to_claim_everything() -> None:
    def certificate(radius: float, spent: float) -> Certificate:
        return Certificate(
            certifier=FIRST_ORDER,
            bounds=Bounds.PAPER,
            radius=radius,
            sigma=1.0,
            eta=0.05,
            n=10,
            p_a=Estimate(0.6, 0.7),
            c_s=None,
            c_n=None,
            gradient_norm=None,
            eta_spent={"p_a": spent},
        )

    assert not certificate(0.1, 0.05).abstained
    with pytest.raises(ValueError, match="spend more than eta"):
        certificate(0.1, 0.051)
    with pytest.raises(ValueError, match="finite and not negative"):
        certificate(math.inf, 0.05)
