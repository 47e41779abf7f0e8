"""Whatever is asked of whichever certifier, its bounds spend eta, and no more."""

from __future__ import annotations

import math

import pytest

from certificates import Bounds, Certifier, Decision
from tests.support.each_certifier import claims, every_bound, every_certifier, evidence_of

N = 2000
ETAS = pytest.mark.parametrize("eta", [1e-9, 0.001, 0.05, 0.5])


@every_certifier
@every_bound
@ETAS
def test_the_shares_of_the_bounds_add_up_to_eta(certifier: Certifier, bounds: Bounds, eta: float) -> None:
    for hits in (0, N // 2, 1900, N):
        spent = certifier.certify(evidence_of(certifier, hits, N, bounds), 0.25, eta, bounds).eta_spent
        assert min(spent.values()) > 0.0
        assert 0.999 * eta < math.fsum(spent.values()) <= eta


@every_certifier
@ETAS
def test_so_do_those_of_one_comparison_of_classes(certifier: Certifier, eta: float) -> None:
    if certifier.decision_problem(Decision.MULTICLASS) is None:
        evidence = evidence_of(certifier, 1900, N, decision=Decision.MULTICLASS)
        spent = certifier.certify_multiclass(evidence, 0.25, eta).eta_spent
        assert 0.999 * eta < math.fsum(spent.values()) <= eta


@every_certifier
def test_a_job_pays_for_what_it_may_show_early_and_for_its_end_from_one_eta(certifier: Certifier) -> None:
    for claim in claims(certifier, N):
        shown = [claim.final(evidence_of(certifier, 1900, N, claim.bounds, claim.decision))]
        if claim.runs:
            shown.append(claim.running(evidence_of(certifier, 1900, N, Bounds.ANYTIME)))
        for certificate in shown:
            assert 0.999 * claim.eta < math.fsum(certificate.eta_spent.values()) <= claim.eta
