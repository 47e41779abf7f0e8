"""Whatever stands in a certificate, `certify verify` judges it or says that it cannot be read."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Claim,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
)
from certify_client import UnreadableCertificate
from tests.support.plain_certificates import document
from verification.certificate_check import verify

HITS = HitCounts(1000, 1, (12, 980, 8))
DOCUMENTS = [
    document(Claim(certifier, Bounds.PAPER, 0.5, 0.001, 1000, 784), evidence)
    for certifier, evidence in (
        (FIRST_ORDER, Evidence(hits=HITS)),
        (SECOND_ORDER, Evidence(hits=HITS, gradient=GradientSums(784, 500, 1.5))),
        (DIPOLE, Evidence(pairs=PairCounts(500, 480, 8, 7, 1))),
    )
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.sampled_from([10**400, -(10**400), 2**53 + 1, 1e308, 5e-324])
    | st.floats()
    | st.sampled_from(["", "tight", "dipole", "cancelled", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["n", "hits"]), inner),
    max_leaves=4,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of everything inside a document."""
    found: list[tuple[str | int, ...]] = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += places(one, (*path, key))
    return found


def replaced(whole: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(whole)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(0, len(DOCUMENTS) - 1), st.floats(0, 1, exclude_max=True), VALUES)
@example(0, 0.0, None)
def test_any_value_in_any_place(which: int, place: float, value: object) -> None:
    original = DOCUMENTS[which]
    paths = places(original)
    path = paths[int(place * len(paths))]
    try:
        verdict = verify(replaced(original, path, value))
    except UnreadableCertificate:
        return
    assert not verdict.holds or verdict.claimed_radius <= verdict.radius


@pytest.mark.parametrize("which", range(len(DOCUMENTS)))
def test_the_documents_that_are_spoiled_are_good(which: int) -> None:
    assert verify(DOCUMENTS[which]).holds
    assert DOCUMENTS[which]["certificate"]["ended_by"] == EndedBy.SAMPLES
