"""What cannot be verified is refused, and the field at fault is named."""

from __future__ import annotations

import json

import httpx
import pytest

from service.certification.verifications import MOST_BYTES, MOST_CLASSES
from tests.support.api_keys import ALICE, Ask
from tests.support.certificate_documents import Document, document_of
from tests.support.problems import check_problem

PATH = "/v1/verifications"


def _of_many_classes() -> Document:
    document = document_of("first_order")
    document["certificate"]["counts"]["hits"]["per_class"] += [0] * MOST_CLASSES
    return document


def _without(*path: str) -> Document:
    document = document_of("first_order")
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return document


def _with(value: object, *path: str) -> Document:
    document = document_of("first_order")
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return document


UNREADABLE: dict[str, tuple[object, str]] = {
    "a job without certificate": (document_of("first_order") | {"certificate": None}, "certificate"),
    "another object": ({"radius": 1.0}, "ended_by"),
    "no counts": (_without("certificate", "counts"), "certificate.counts"),
    "counts of another kind": (_with([1], "certificate", "counts"), "certificate.counts"),
    "gradient sums of another kind": (
        _with({"split": {}}, "certificate", "counts", "gradient"),
        "certificate.counts",
    ),
    "a claim of another kind": (_with("all", "certificate", "claim"), "certificate.claim"),
    "a certifier that is none": (_with("best", "certificate", "claim", "certifier"), "certificate.claim"),
    "a radius below 0": (_with(-1, "certificate", "radius"), "certificate.radius"),
    "a whole number past 2**53": (_with(2**53 + 1, "certificate", "claim", "n"), "certificate.claim.n"),
    "no end": (_with("bored", "certificate", "ended_by"), "certificate.ended_by"),
    "no shape": (_with(7, "certificate", "input", "shape"), "certificate.input.shape"),
    "more classes than are verified here": (_of_many_classes(), "certificate.counts"),
    "a request that is none": (_with(7, "request"), "request"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_certificate_is_refused_by_field(http: httpx.Client, name: str) -> None:
    document, field = UNREADABLE[name]
    problem = check_problem(http.post(PATH, json=document), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]


@pytest.mark.parametrize("document", [7, [], "text", None])
def test_what_is_no_object_is_refused(http: httpx.Client, document: object) -> None:
    problem = check_problem(
        http.post(
            PATH,
            content=json.dumps(document),
            headers={"Content-Type": "application/json"},
        ),
        "malformed-body",
        400,
    )
    assert "is not a JSON object" in problem["detail"]


BODIES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "malformed-body"),
    "cut off": (b'{"certificate": {', 400, "malformed-body"),
    "no UTF-8": (b'{"a": "\xe9"}', 400, "malformed-body"),
    "NaN": (b'{"radius": NaN}', 400, "malformed-body"),
    "deep": (b"[" * 90_000, 400, "malformed-body"),
    "deep but JSON": (b"[" * 500 + b"]" * 500, 400, "malformed-body"),
    "a name twice": (b'{"radius": 1, "radius": 2}', 400, "malformed-body"),
    "a number of 5000 digits": (b'{"radius": ' + b"9" * 5000 + b"}", 400, "malformed-body"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), 400, "malformed-body"),
    "more than a body may have": (b" " * 300_000, 413, "body-too-large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_are_refused(http: httpx.Client, name: str) -> None:
    content, status, slug = BODIES[name]
    answer = http.post(PATH, content=content, headers={"Content-Type": "application/json"})
    check_problem(answer, slug, status)


def test_only_json_is_taken(http: httpx.Client) -> None:
    answer = http.post(PATH, files={"certificate": ("c.json", b"{}")})
    check_problem(answer, "unsupported-media-type", 415)
    assert answer.headers["accept"] == "application/json"


def test_a_document_of_more_than_a_mebibyte_is_refused(ask: Ask) -> None:
    headers = {"Content-Type": "application/json"}
    answer = ask("POST", PATH, ALICE, headers, content=b" " * (MOST_BYTES + 1))
    check_problem(answer, "body-too-large", 413)
