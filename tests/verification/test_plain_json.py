"""What is no plain JSON of a certificate's size is refused in a sentence, wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certify_client import UnreadableCertificate
from tests.support.certificate_documents import document_of
from verification.certificate_check import verify


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


ODD: dict[str, tuple[object, str]] = {
    "a whole number of 400 digits": (10**400, r"past 2\*\*53"),
    "a whole number of 5000 digits": (-(10**5000), r"past 2\*\*53"),
    "a count that floats skip": (2**53 + 1, r"past 2\*\*53"),
    "NaN": (json.loads("NaN"), "not a finite number"),
    "Infinity": (json.loads("-Infinity"), "not a finite number"),
    "a number that overflows": (json.loads("1e999"), "not a finite number"),
    "lists in lists": (nested(200), "nested deeper"),
    "lists past the interpreter's depth": (nested(100_000), "nested deeper"),
    "what JSON does not know": ({1, 2}, "a set, which JSON does not know"),
    "a name that is not text": ({1: 2}, "a name that is not text"),
}
PLACES = (
    ("certificate", "counts", "hits", "n"),
    ("certificate", "claim", "d"),
    ("certificate", "radius"),
    ("certificate", "input", "shape"),
    ("certificate", "model"),
    ("request", "n"),
    ("request",),
    ("status",),
    ("more",),
)


@pytest.mark.parametrize("odd", list(ODD))
@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_what_is_no_plain_document_is_refused_in_a_sentence(odd: str, place: tuple[str, ...]) -> None:
    document: dict[str, Any] = document_of("first_order")
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    value, said = ODD[odd]
    inner[place[-1]] = value
    with pytest.raises(UnreadableCertificate, match=said) as refusal:
        verify(document)
    assert len(str(refusal.value)) < 300


def test_the_place_is_named() -> None:
    document = document_of("first_order")
    document["certificate"]["counts"]["hits"]["per_class"][3] = 10**400
    with pytest.raises(UnreadableCertificate, match=r"^certificate\.counts\.hits\.per_class\[3\] is a whole"):
        verify(document)


@pytest.mark.parametrize("status", ["failed", "queued", "running", "cancelled", None, [], {}, 1, "\ud800"])
def test_a_job_that_ended_otherwise_has_no_such_certificate(status: object) -> None:
    document = document_of("first_order") | {"status": status}
    assert not verify(document).holds


@pytest.mark.parametrize("kind", ["dipole", "dipole_paper", "stop"])
def test_another_class_is_found_for_pairs_as_well(kind: str) -> None:
    document = document_of(kind)
    counted = document["certificate"]["prediction"]["index"]
    document["certificate"]["prediction"]["index"] = 3
    assert verify(document).faults == (f"the prediction is class 3, but class {counted} was counted",)
