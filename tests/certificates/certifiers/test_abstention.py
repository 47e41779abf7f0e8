"""Whichever certifier it is, radius 0 means that it abstains, and it abstains where nothing is shown."""

from __future__ import annotations

from certificates import Bounds, Certifier, Decision
from tests.support.each_certifier import every_bound, every_certifier, evidence_of

N = 200


@every_certifier
@every_bound
def test_a_certificate_abstains_exactly_where_its_radius_is_zero(
    certifier: Certifier, bounds: Bounds
) -> None:
    seen = set()
    for hits in range(0, N + 1, 4):
        certificate = certifier.certify(evidence_of(certifier, hits, N, bounds), 0.5, 0.001, bounds)
        stated = certificate.to_dict()
        assert certificate.abstained == (certificate.radius == 0.0) == stated["abstained"]
        seen.add(certificate.abstained)
    assert seen == {True, False}


@every_certifier
@every_bound
def test_it_abstains_without_samples_and_where_no_more_than_half_of_them_hit(
    certifier: Certifier, bounds: Bounds
) -> None:
    for hits, n in ((0, 0), (0, N), (N // 2, N)):
        assert certifier.certify(evidence_of(certifier, hits, n, bounds), 0.5, 0.3, bounds).abstained


@every_certifier
def test_it_abstains_where_another_class_has_as_many_votes(certifier: Certifier) -> None:
    if certifier.decision_problem(Decision.MULTICLASS) is None:
        evidence = evidence_of(certifier, N // 3, N, decision=Decision.MULTICLASS)
        assert certifier.certify_multiclass(evidence, 0.5, 0.3).abstained
