"""Whatever is changed in a certificate is found, except for what SECURITY.md says that counts cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from certificates import Certificate, Claim, EndedBy, Evidence
from certify_client import UnreadableCertificate
from tests.support.certificate_documents import KINDS, Document, document_of
from tests.support.forgeries import Place, differences, forgeries, places
from verification.certificate_check import verify

NOT_SHOWN: Final = (
    "id",
    "created_at",
    "started_at",
    "finished_at",
    "queue_position",
    "row",
    "waiting_for",
    "running",
    "progress.samples_done",
    "progress.samples_per_second",
    "warnings",
    "certificate.prediction.label",
    "certificate.clean_prediction",
    "certificate.counts",
    "certificate.model.manifest_sha256",
    "certificate.model.runtime",
    "certificate.model.provider",
    "certificate.model.precision",
    "certificate.model.memory_format",
    "certificate.model.rows",
    "certificate.model.threads",
    "certificate.model.row_scores",
    "certificate.model.batch",
    "certificate.model.noise_generator",
)
"""Places that nothing else in a document depends on."""

ALONE: Final = (
    "certificate.ended_by",
    "certificate.n0",
    "certificate.seed",
    "certificate.claim.n",
    "certificate.claim.decision",
    "certificate.claim.stop_radius",
    "certificate.claim.give_up",
    "certificate.input.shape",
    "certificate.input.sha256",
    "certificate.input.source",
    "certificate.input.conversions",
    "certificate.model.name",
    "certificate.model.sha256",
)
"""What only the request and the status beside a certificate show."""

HARMLESS: Final = ("progress", "failure", "request.more", "certificate.model.more", "certificate.radius_unit")
"""What may be left out, and fields whose names mean nothing: neither states more than the certificate."""

WHOLE: Final = ("first_order", "dipole_paper", "second order, stopped")
"""Kinds of which every place is changed; of the others, what their kind decides:"""
OF_THE_KIND: Final = (
    *(f"certificate.{name}" for name in ("claim", "counts", "radius", "eta", "ended_by", "eta_spent")),
    *("status", "request.stop"),
)


@pytest.fixture(autouse=True)
def computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute a certificate once for the same claim and counts: few forgeries change either."""
    computed: dict[str, Certificate | ValueError | ArithmeticError] = {}
    compute = Claim.certificate

    def certificate(claim: Claim, evidence: Evidence, ended_by: EndedBy) -> Certificate:
        key = repr((claim, evidence, ended_by))
        if key not in computed:
            try:
                computed[key] = compute(claim, evidence, ended_by)
            except (ValueError, ArithmeticError) as error:
                computed[key] = error
        result = computed[key]
        if isinstance(result, Certificate):
            return result
        raise result.with_traceback(None)

    monkeypatch.setattr(Claim, "certificate", certificate)


def begins(name: str, names: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in names)


def places_of(kind: str, document: Document) -> Iterator[Place]:
    """Yield the places to change; of what each class has, that of class 0 and of the predicted one."""
    predicted = document["certificate"]["prediction"]["index"]
    for place in places(document):
        class_at = place.index("per_class") + 1 if "per_class" in place else len(place)
        if class_at < len(place) and place[class_at] not in {0, predicted}:
            continue
        if kind in WHOLE or begins(".".join(map(str, place)), OF_THE_KIND):
            yield place


def undetected(document: Document, place: Place) -> Iterator[Document]:
    """Yield the forgeries of a place that `verify` accepts; it raises UnreadableCertificate alone."""
    for forged in forgeries(document, place):
        try:
            verdict = verify(forged)
        except UnreadableCertificate:
            continue
        if verdict.holds:
            assert verdict.claimed_radius <= verdict.radius
            yield forged


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_holds_as_it_was_issued(kind: str) -> None:
    document = document_of(kind)
    verdict = verify(document)
    assert verdict.faults == ()
    assert [check.name for check in verdict.checks if check.unchecked] == ["label"]
    assert verdict.radius == document["certificate"]["radius"] > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_of_one_place_is_found(kind: str) -> None:
    document = document_of(kind)
    for place in places_of(kind, document):
        for forged in undetected(document, place):
            gone = tuple(name for name in ("request", "status") if forged.get(name) is None)
            assert len(verify(forged).unchecked) == len(gone) + 1
            found = {name for name in differences(document, forged) if not begins(name, (*NOT_SHOWN, *gone))}
            assert all(begins(name, HARMLESS) for name in found), (found, forged)


@pytest.mark.parametrize("kind", [*WHOLE, "first order, cancelled"])
def test_every_change_of_a_certificate_that_stands_alone_is_found(kind: str) -> None:
    document: Document = document_of(kind)["certificate"]
    assert verify(document).holds
    for place in places(document):
        for forged in undetected(document, place):
            assert len(verify(forged).unchecked) == 3
            found = {f"certificate.{name}" for name in differences(document, forged)}
            assert all(begins(name, (*NOT_SHOWN, *ALONE, *HARMLESS)) for name in found), (found, forged)


@pytest.mark.parametrize("name", [*NOT_SHOWN, *ALONE])
def test_what_cannot_be_shown_is_listed(name: str, repository: Path) -> None:
    """SECURITY.md lists each of these places, and `verify` accepts a forgery of each."""
    section = (repository / "SECURITY.md").read_text().partition("## What counts cannot show")[2]
    assert f"`{name.removeprefix('certificate.')}`" in section.partition("\n##")[0]
    document = document_of("first order, cancelled")
    document["running"] = {"radius": 0.1, "samples": 10}
    if name == "certificate.counts":
        document = document_of("dipole_paper")
    if name == "certificate.prediction.label":
        document["certificate"]["clean_prediction"] = None
    if name in {"certificate.claim.stop_radius", "certificate.claim.give_up", "certificate.ended_by"}:
        document = document_of("first order, stopped")
    whole = document if name in NOT_SHOWN else document["certificate"]
    names = name.split(".") if name in NOT_SHOWN else name.split(".")[1:]
    if name == "certificate.counts":
        names = ["certificate", "counts", "pairs", "minus_only"]
    assert list(undetected(whole, tuple(names)))
