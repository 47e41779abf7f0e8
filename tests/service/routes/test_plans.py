"""Plans over HTTP: what they tell, from which jobs their rate comes, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from redis import Redis

from tests.service.conftest import MAX_N, Api
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

ASKED: dict[str, Any] = {"model": "grey", "sigma": 0.25, "n": 500}


def test_a_plan_tells_what_n_can_give_and_what_a_radius_takes(http: httpx.Client) -> None:
    plan = http.get("/v1/plans", params={**ASKED, "certifier": "dipole", "radius": 0.5, "score": 0.99}).json()
    assert plan["largest_radius"] == 0.551591
    assert plan["most_n"] == MAX_N
    assert plan["least_n"] == 298
    assert 1_900 < plan["needed_n"] < 2_100
    assert 0.4 < plan["likely_radius"] < 0.5 < plan["score_supports"] == 0.581586
    assert (plan["certifier"], plan["eta"], plan["radius"]) == ("dipole", 0.001, 0.5)


def test_nothing_is_told_of_what_was_not_asked(http: httpx.Client) -> None:
    plan = http.get("/v1/plans", params=ASKED).json()
    names = ("radius", "least_n", "score", "likely_radius", "score_supports", "needed_n", "needed_seconds")
    assert {plan[name] for name in names} == {None}


def test_more_than_one_may_ask_for_is_not_planned(http: httpx.Client) -> None:
    """The gateway of these tests accepts a million evaluations."""
    plan = http.get("/v1/plans", params={**ASKED, "radius": 2.0, "score": 0.9}).json()
    assert plan["needed_n"] is plan["least_n"] is None


def test_times_come_from_the_largest_job_that_succeeded(api: Api, shared_redis: Redis) -> None:
    """Jobs of this gateway have no workers, so their records are ended here as workers end them."""
    asked = {**ASKED, "model": "colour", "radius": 0.3}
    assert api.http.get("/v1/plans", params=asked).json()["measured"] is None
    job_id = api.image(encode(RAMP), model="colour", n="4000").json()["id"]
    assert api.http.get("/v1/plans", params=asked).json()["measured"] is None
    for field, value in (
        ("status", "succeeded"),
        ("samples", 4000),
        ("sampling_at", 100),
        ("finished_at", 104),
    ):
        shared_redis.hset(f"certify:job:{job_id}", field, value)
    plan = api.http.get("/v1/plans", params=asked).json()
    assert plan["measured"] == {
        "samples_per_second": 1000.0,
        "samples": 4000,
        "certifier": "second_order",
        "job": job_id,
    }
    assert plan["n_seconds"] == 0.5
    assert plan["needed_seconds"] == plan["least_n"] / 1000.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "missing"),
        ("radius", "0"),
        ("radius", "inf"),
        ("score", "1.5"),
        ("score", "nan"),
        ("certifier", "third_order"),
        ("bounds", "anytime"),
        ("decision", "top"),
        ("noise", "loud"),
        ("sigma", "-1"),
        ("sigma", "1e9"),
        ("n", "0"),
        ("n", "10000000"),
        ("n", "many"),
        ("eta", "0.7"),
        ("n0", "100"),
    ],
)
def test_what_a_submission_would_be_refused_for_is_refused(
    http: httpx.Client, field: str, value: str
) -> None:
    problem = check_problem(http.get("/v1/plans", params={**ASKED, field: value}), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]


def test_a_model_must_be_named_and_whole(http: httpx.Client) -> None:
    check_problem(http.get("/v1/plans"), "invalid-request", 422)
    broken = http.get("/v1/plans", params={**ASKED, "model": "wrong-hash"})
    check_problem(broken, "model-broken", 409)


@pytest.mark.parametrize(
    ("asked", "certifier"),
    [
        ({"n": "500"}, "second_order"),
        ({"n": "501"}, "second_order"),
        ({"n": "501", "bounds": "paper"}, "first_order"),
        ({"n": "501", "decision": "multiclass"}, "second_order"),
    ],
)
def test_a_request_without_a_certifier_gets_one_that_can_do_what_it_asks(
    http: httpx.Client, asked: dict[str, str], certifier: str
) -> None:
    plan = http.get("/v1/plans", params={**ASKED, **asked})
    assert (plan.status_code, plan.json()["certifier"]) == (200, certifier)
