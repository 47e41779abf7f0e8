"""What is wrong in a stored claim is named by its field, and limits are kept where they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    HitCounts,
)
from certificates.claim.claim_rules import LARGEST_ETA, LARGEST_SUMS, LEAST_SIGMA

CLAIM = Claim(DIPOLE, Bounds.TIGHT, 0.25, 0.001, 2000, 3)
HITS = Evidence(hits=HitCounts(2000, 0, (1900, 100)))


@pytest.mark.parametrize("field", ["sigma", "eta", "grid_steps", "stop_radius"])
def test_a_number_that_is_none_is_named(field: str) -> None:
    with pytest.raises(ValueError, match=rf"^claim\.{field} must be a finite number"):
        Claim.from_dict(CLAIM.to_dict() | {field: "1"})


@pytest.mark.parametrize("field", ["n", "d"])
def test_an_integer_that_is_none_is_named(field: str) -> None:
    with pytest.raises(ValueError, match=rf"^claim\.{field} must be an integer$"):
        Claim.from_dict(CLAIM.to_dict() | {field: 1.5})


def test_fields_that_are_missing_are_those_of_a_claim() -> None:
    with pytest.raises(ValueError, match=r"^claim must be an object with the fields bounds, certifier, d"):
        Claim.from_dict({})


def test_a_job_stops_at_exactly_the_radius_that_it_asked_for() -> None:
    claim = replace(CLAIM, certifier=FIRST_ORDER, n=4000, stop_radius=1e-6)
    radius = claim.final(HITS).radius
    assert replace(claim, stop_radius=radius).final(HITS).ended_by is EndedBy.STOP_RADIUS
    with pytest.raises(ValueError, match="2000 evaluations were counted, 4000 were asked for"):
        replace(claim, stop_radius=radius * (1.0 + 1e-12)).final(HITS)


def test_without_the_number_of_classes_a_claim_is_checked_as_for_one() -> None:
    claim = replace(CLAIM, certifier=SECOND_ORDER, decision=Decision.MULTICLASS, d=LARGEST_SUMS)
    assert claim.problems() == []
    assert [field for field, _ in claim.problems(2)] == ["decision"]


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"sigma": LEAST_SIGMA}, True),
        ({"sigma": 0.5 * LEAST_SIGMA}, False),
        ({"eta": LARGEST_ETA}, True),
        ({"eta": 0.0}, False),
        ({"n": 2}, True),
        ({"n": 0}, False),
        ({"stop_radius": 1e-300}, True),
        ({"stop_radius": float("inf")}, False),
    ],
)
def test_limits_belong_to_what_may_be_asked(change: dict[str, float], fits: bool) -> None:
    assert (replace(CLAIM, **change).problems() == []) is fits  # type: ignore[arg-type]  # passed on
