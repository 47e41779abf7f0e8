"""The typed certificate has the fields of the API's description, and reads what the service answers."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from certify_client import Certificate, CertificationClient, Parameters
from service.certification import certificate_resources

NAMES = {
    "Prediction": "PredictionResource",
    "Estimate": "EstimateResource",
    "GradientNorm": "GradientNormResource",
    "Rival": "RivalResource",
    "Rivals": "RivalsResource",
    "Hits": "HitsResource",
    "Pairs": "PairsResource",
    "Counts": "CountsResource",
    "CertifiedInput": "InputResource",
    "UsedModel": "RuntimeModelResource",
    "StatedClaim": "ClaimResource",
    "Certificate": "CertificateResource",
}


def parts(kind: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the records that a record is made of, by name, with itself."""
    found = {kind.__name__: kind}
    for field in kind.model_fields.values():
        kinds = get_args(field.annotation) if isinstance(field.annotation, types.UnionType) else ()
        for each in (field.annotation, *kinds):
            if isinstance(each, type) and issubclass(each, BaseModel):
                found |= parts(each)
    return found


def test_every_field_of_the_description_is_there() -> None:
    found = parts(Certificate)
    assert found.keys() == NAMES.keys()
    for name, kind in found.items():
        described = getattr(certificate_resources, NAMES[name])
        assert kind.model_fields.keys() == described.model_fields.keys(), name
        assert kind.__doc__


@pytest.mark.parametrize("certifier", ["first_order", "second_order", "dipole"])
def test_it_reads_what_the_service_answers(client: CertificationClient, digit: Path, certifier: str) -> None:
    job = client.wait(client.submit(digit, Parameters("mnist", certifier, n=500, seed=1)).id)
    assert job.certificate is not None
    told: dict[str, Any] = job.document["certificate"]
    again = job.certificate.model_dump(mode="json")
    open_parts = {"counts", "model"}  # what workers write there may have further fields
    assert {name: again[name] for name in told.keys() - open_parts} == {
        name: told[name] for name in told.keys() - open_parts
    }
    assert again["model"].items() <= told["model"].items()
    assert (job.certificate.counts.hits is None) == (certifier == "dipole")
    assert job.certificate.radius > 0.0
