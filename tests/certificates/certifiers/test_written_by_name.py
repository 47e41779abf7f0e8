"""Whichever certifier it is, claims, counts and certificates are written with its name and read again."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from certificates import CERTIFIERS, Bounds, Certifier, Claim, EndedBy, Evidence, certifier_named
from tests.support.each_certifier import claims, every_certifier, evidence_of

N = 2000


@every_certifier
def test_a_claim_and_its_counts_give_the_same_certificate_once_they_were_written_and_read(
    certifier: Certifier,
) -> None:
    for claim in claims(certifier, N):
        cases = [(EndedBy.SAMPLES, evidence_of(certifier, 1900, N, claim.bounds, claim.decision))]
        if claim.runs:
            cases.append((EndedBy.CANCELLED, evidence_of(certifier, 1900, N, Bounds.ANYTIME)))
        for ended_by, evidence in cases:
            written = json.loads(json.dumps([claim.to_dict(), evidence.to_dict()]))
            again, counted = Claim.from_dict(written[0]), Evidence.from_dict(written[1])
            assert (again, counted) == (claim, evidence)
            certificate = again.certificate(counted, ended_by)
            assert certificate == claim.certificate(evidence, ended_by)
            stated = certificate.to_dict()
            assert json.loads(json.dumps(stated)) == stated
            assert stated["certifier"] == certifier.name == written[0]["certifier"]


@every_certifier
def test_a_certifier_is_copied_and_pickled_as_its_name(certifier: Certifier) -> None:
    assert certifier_named(certifier.name) is certifier
    assert copy.copy(certifier) is copy.deepcopy(certifier) is certifier
    assert pickle.loads(pickle.dumps(certifier)) is certifier  # noqa: S301 - what was just written
    assert str(certifier) == f"{certifier}" == certifier.name
    assert certifier in CERTIFIERS


def test_a_name_that_nothing_is_registered_under_is_refused() -> None:
    with pytest.raises(ValueError, match="'third_order' is no certifier; there are first_order, second_"):
        CERTIFIERS.named("third_order")


@every_certifier
def test_a_name_is_registered_once(certifier: Certifier) -> None:
    with pytest.raises(ValueError, match=f"a certifier '{certifier}' already"):
        CERTIFIERS.register(certifier)
