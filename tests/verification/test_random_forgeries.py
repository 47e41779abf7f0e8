"""Several changes at once, made consistent or not: what holds states no more than its own counts support."""

from __future__ import annotations

import copy
import math
import random
from typing import Final

import pytest

from certificates import Decision, EndedBy
from tests.support.certificate_documents import (
    KINDS,
    SLOW,
    Document,
    certified,
    claim_and_counts,
    document_of,
)
from tests.support.forgeries import forgeries, places
from verification.certificate_check import verify
from verification.verdict import UnreadableCertificate

FAST: Final = sorted(set(KINDS) - SLOW)
SPLICED: Final = ("claim", "counts", "ended_by", "radius", "eta_spent", "p_a", "gradient_norm")


def changed_at_random(chance: random.Random) -> Document:
    """Return a document with pieces of another kind, and up to three other changes."""
    document = document_of(chance.choice(FAST))
    if chance.random() < 0.2:
        other = document_of(chance.choice(FAST))["certificate"]
        document["certificate"] |= {name: other[name] for name in chance.sample(SPLICED, 2)}
    for _ in range(chance.randint(0, 3)):
        within = [place for place in places(document) if place[0] in {"certificate", "request", "status"}]
        deep = [place for place in within if len(place) > 2 and place[1] in {"claim", "counts"}]
        try:
            found = list(forgeries(document, chance.choice(deep if chance.random() < 0.7 else within)))
        except (IndexError, OverflowError):  # nothing is left to change, or a number no float can hold
            break
        document = copy.deepcopy(chance.choice(found))
    return made_consistent(document) if chance.random() < 0.6 else document


def made_consistent(document: Document) -> Document:
    """Return the document that its claim and counts give, with the request that asks for it, if they do."""
    try:
        claim, evidence, ended_by = claim_and_counts(document)
        made = certified(document, claim, evidence, ended_by)
        fixed = claim.to_dict()
        made["request"] |= {name: fixed[name] for name in made["request"].keys() & fixed.keys()}
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError):
        return document
    stop = None if claim.stop_radius is None else {"radius": claim.stop_radius, "give_up": claim.give_up}
    made["request"]["stop"] = stop
    made["status"] = "cancelled" if ended_by is EndedBy.CANCELLED else "succeeded"
    return made


def assert_supported(document: Document) -> None:
    """Check what no forgery may change, and is computed here in another way."""
    claim, evidence, ended_by = claim_and_counts(document)
    stated = document["certificate"]
    assert stated["prediction"]["index"] == evidence.target
    assert claim.d == math.prod(stated["input"]["shape"])
    assert 0.0 < claim.eta <= 0.5
    assert math.fsum(stated["eta_spent"].values()) <= claim.eta * (1 + 1e-9)
    assert evidence.n == claim.n or (evidence.n < claim.n and ended_by is not EndedBy.SAMPLES)
    if evidence.hits is not None and Decision(stated["decision"]) is Decision.MAJORITY:
        assert stated["radius"] == 0.0 or 2 * evidence.hits.hits > evidence.n
    request: Document = document.get("request") or {}
    for name, value in claim.to_dict().items():
        assert name not in request or request[name] == value


@pytest.mark.parametrize("seed", range(4))
def test_what_holds_states_no_more_than_its_counts_support(seed: int) -> None:
    chance, held = random.Random(seed), 0
    for _ in range(250):
        document = changed_at_random(chance)
        try:
            verdict = verify(document)
        except UnreadableCertificate:
            continue
        assert verdict.claimed_radius <= verdict.radius or not verdict.holds
        if verdict.holds:
            held += 1
            assert_supported(document)
    assert held > 20
