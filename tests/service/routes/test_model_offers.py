"""A model tells which choices go together, and in which ranges: a plan is refused for all others."""

from __future__ import annotations

from itertools import product

import httpx
import pytest

COMMON: dict[str, str | float] = {"model": "grey", "sigma": 0.25}


def test_a_plan_is_accepted_where_it_is_offered(http: httpx.Client) -> None:
    offers = http.get("/v1/models/grey").json()["offers"]
    choices = product(
        ("first_order", "second_order", "dipole"),
        ("tight", "paper"),
        ("majority", "multiclass", "top_k"),
        (1000, 1001),
    )
    for certifier, bounds, decision, n in choices:
        offered = any(
            (offer["certifier"], offer["bounds"]) == (certifier, bounds)
            and decision in offer["decisions"]
            and n % offer["n_multiple_of"] == 0
            for offer in offers
        )
        asked: dict[str, str | int] = {
            "certifier": certifier,
            "bounds": bounds,
            "decision": decision,
            "n": n,
        }
        rank = {"k": 2} if decision == "top_k" else {}
        answer = http.get("/v1/plans", params={**COMMON, **asked, **rank})
        assert answer.status_code == (200 if offered else 422), asked


@pytest.mark.parametrize("name", ["sigma", "n", "eta"])
def test_a_plan_is_accepted_within_the_limits(http: httpx.Client, name: str) -> None:
    limits = http.get("/v1/models/grey").json()["limits"][name]
    least, most = (int(limits[end]) if name == "n" else limits[end] for end in ("least", "most"))
    for value, status in ((least, 200), (most, 200), (least / 2, 422), (2 * most, 422)):
        asked = {**COMMON, "certifier": "first_order", name: int(value) if name == "n" else value}
        assert http.get("/v1/plans", params=asked).status_code == status, value


def test_the_noises_are_those_that_a_plan_accepts(http: httpx.Client) -> None:
    for model in ("grey", "plane"):
        noises = http.get(f"/v1/models/{model}").json()["offers"][0]["noises"]
        for noise in ("gaussian", "discrete"):
            asked = {"model": model, "sigma": 0.25, "noise": noise, "certifier": "first_order"}
            assert http.get("/v1/plans", params=asked).is_success == (noise in noises), asked
