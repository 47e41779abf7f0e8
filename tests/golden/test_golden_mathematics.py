"""Recorded counts give the recorded certificates again, to the last bit; nothing is sampled.

The counts are those of the jobs in ``certificates.json``, of jobs that were cancelled while they ran, and in
``claims.json`` those chosen by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certificates import Claim, EndedBy, Evidence


def recorded(file: str, *parts: str) -> list[Any]:
    """Return the entries of some parts of a recorded file, with their names."""
    document = json.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    return [
        pytest.param(entry["certificate"], id=entry["name"]) for part in parts for entry in document[part]
    ]


CERTIFICATES = recorded("certificates.json", "jobs", "cancelled") + recorded("claims.json", "claims")


@pytest.mark.parametrize("certificate", CERTIFICATES)
def test_recorded_counts_give_the_recorded_certificate(certificate: dict[str, Any]) -> None:
    claim, evidence = Claim.from_dict(certificate["claim"]), Evidence.from_dict(certificate["counts"])
    computed = claim.certificate(evidence, EndedBy(certificate["ended_by"])).to_dict()
    assert computed.keys() <= certificate.keys()
    assert computed == {name: certificate[name] for name in computed}
