"""Verifications over HTTP: true certificates pass, and every tampered number is found."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.certificate_documents import KINDS, Document, document_of
from verification.verdict import NOT_SAMPLED, NOT_SIGNED

Change = Callable[[Document], None]
PARTS = ("radius", "statements", "counts", "input", "label", "end", "request")


def posted(http: httpx.Client, document: object) -> httpx.Response:
    return http.post("/v1/verifications", json=document)


def verdict_on(http: httpx.Client, document: object) -> dict[str, Any]:
    answer = posted(http, document)
    assert answer.status_code == 200, answer.text
    verdict: dict[str, Any] = answer.json()
    return verdict


def outcomes(verdict: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in verdict["checks"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_true_certificate_passes_every_check(http: httpx.Client, kind: str) -> None:
    document = document_of(kind)
    verdict = verdict_on(http, document)
    assert verdict["valid"], verdict
    assert outcomes(verdict) == dict.fromkeys(PARTS, "passed") | {"label": "not_made"}
    assert verdict["headline"] == f"The claim holds: the counts support radius {verdict['radius']}."
    assert verdict["not_shown"] == [NOT_SAMPLED, NOT_SIGNED]
    assert verdict["radius"] == verdict["claimed_radius"] == document["certificate"]["radius"]


def test_a_certificate_alone_is_valid_and_what_was_not_compared_is_told(http: httpx.Client) -> None:
    verdict = verdict_on(http, document_of("dipole")["certificate"])
    assert verdict["valid"]
    told = {check["name"]: check["sentences"] for check in verdict["checks"] if check["sentences"]}
    assert told.keys() == {"label", "end", "request"}
    assert "could not be checked" in told["request"][0]
    assert verdict["not_shown"] == [NOT_SAMPLED]


def _radius_up(document: Document) -> None:
    document["certificate"]["radius"] = math.nextafter(document["certificate"]["radius"], math.inf)


def _eta_down(document: Document) -> None:
    for part in ("certificate", "request"):
        document[part]["eta"] /= 2


def _eta_of_the_claim_down(document: Document) -> None:
    _eta_down(document)
    document["certificate"]["claim"]["eta"] /= 2


def _one_vote_more(document: Document) -> None:
    hits = document["certificate"]["counts"]["hits"]
    hits["per_class"][hits["target"]] += 1
    other = next(i for i, votes in enumerate(hits["per_class"]) if votes and i != hits["target"])
    hits["per_class"][other] -= 1


def _another_class(document: Document) -> None:
    document["certificate"]["prediction"]["index"] += 1


def _another_input(document: Document) -> None:
    document["certificate"]["input"]["sha256"] = "0" * 64


def _ended_otherwise(document: Document) -> None:
    document["status"] = "cancelled"


TAMPERED: dict[str, tuple[Change, str, str]] = {
    "the radius, by its last digit": (_radius_up, "radius", "is too large"),
    "eta as stated": (_eta_down, "statements", "eta is 0.0005"),
    "eta of the claim": (_eta_of_the_claim_down, "radius", "is too large"),
    "a vote": (_one_vote_more, "statements", "but the counts give"),
    "the class": (_another_class, "input", "was counted"),
    "the picture": (_another_input, "request", "another input"),
    "the end": (_ended_otherwise, "end", "no certificate with ended_by"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_change_is_found_by_the_check_that_it_breaks(http: httpx.Client, name: str) -> None:
    change, check, said = TAMPERED[name]
    document = document_of("first_order")
    change(document)
    verdict = verdict_on(http, document)
    assert not verdict["valid"]
    found = {one["name"]: one for one in verdict["checks"]}
    assert found[check]["outcome"] == "failed"
    assert any(said in sentence for sentence in found[check]["sentences"]), found[check]


@pytest.mark.parametrize("kind", ["first_order", "second_order", "dipole"])
def test_every_count_is_bound_to_what_is_stated(http: httpx.Client, kind: str) -> None:
    """A count that is larger by one (by a thousandth, for sums) is found, or is no count of such samples."""
    document, changed = document_of(kind), 0
    for path, value in numbers(document["certificate"]["counts"]):
        if value == 0 or path[-1] in {"error", "paired_sum"}:
            continue
        forged = copy.deepcopy(document)
        inner = forged["certificate"]["counts"]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value + 1 if isinstance(value, int) else value * 1.001
        answer = posted(http, forged)
        assert answer.status_code == 422 or not answer.json()["valid"], path
        changed += 1
    assert changed > 3


def numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], int | float]]:
    """Return every number inside a value, and where it is."""
    if isinstance(value, int | float):
        return [(path, value)]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in inner for found in numbers(one, (*path, key))]


def test_counts_that_support_nothing_are_told_as_the_radius(http: httpx.Client) -> None:
    document = document_of("first_order")
    document["certificate"]["claim"]["certifier"] = "dipole"
    verdict = verdict_on(http, document)
    assert not verdict["valid"]
    assert verdict["radius"] == 0.0
    assert "the counts support no such certificate" in verdict["checks"][0]["sentences"][0]


def test_a_document_with_very_many_faults_is_answered_with_some_and_their_number(http: httpx.Client) -> None:
    document = document_of("first_order")
    document["certificate"] |= {f"more{i}": 1 for i in range(500)}
    verdict = verdict_on(http, document)
    (statements,) = (check for check in verdict["checks"] if check["name"] == "statements")
    assert statements["faults"] == 500
    assert len(statements["sentences"]) == 20
