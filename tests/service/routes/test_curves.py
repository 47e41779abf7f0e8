"""Curves over HTTP: numbers and pictures, what a client accepts, and jobs that have none."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from redis import Redis

from service.api.examples import ANSWERS
from tests.service.conftest import Api
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

SVG = "image/svg+xml"
JSON = "application/json"
CURVES = [
    name
    for name, answer in ANSWERS.items()
    if answer["certificate"] is not None and answer["certificate"]["decision"] == "majority"
]


def ended(api: Api, redis: Redis, answer: dict[str, Any]) -> str:
    """Return the id of a job that ended with the certificate of this answer."""
    job_id = str(api.image(encode(RAMP), model="grey").json()["id"])
    redis.hset(f"certify:job:{job_id}", "certificate", json.dumps(answer["certificate"]))
    redis.hset(f"certify:job:{job_id}", "status", answer["status"])
    return job_id


@pytest.fixture
def curve(api: Api, shared_redis: Redis) -> str:
    return f"/v1/certifications/{ended(api, shared_redis, ANSWERS['dipole'])}/curve"


def drawn(content: bytes) -> tuple[list[ET.Element], str]:
    """Return the curves of a picture, and all its text."""
    svg = ET.fromstring(content)  # noqa: S314 - the picture is our own
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    return list(svg.iter("{http://www.w3.org/2000/svg}polyline")), "\n".join(svg.itertext())


@pytest.mark.parametrize("name", CURVES)
def test_every_kind_of_certificate_has_a_curve(api: Api, shared_redis: Redis, name: str) -> None:
    path = f"/v1/certifications/{ended(api, shared_redis, ANSWERS[name])}/curve"
    told = api.http.get(path).json()
    certificate = ANSWERS[name]["certificate"]
    assert (told["radius"], told["certifier"]) == (certificate["radius"], certificate["certifier"])
    reached = [rho for rho, score in zip(told["distances"], told["lower_bound"], strict=True) if score >= 0.5]
    assert max(reached, default=0.0) == certificate["radius"]
    assert told["first_order"]["claims_nothing"] is True
    assert len(told["first_order"]["lower_bound"]) == len(told["distances"])
    lines, text = drawn(api.http.get(path, headers={"Accept": SVG}).content)
    assert len(lines) == (1 if certificate["certifier"] == "first_order" else 2)
    (shown,) = set(re.findall(r"radius ([0-9.]+)", text))
    assert float(shown) <= certificate["radius"] < float(shown) * (1 + 1e-5), "rounded down"


def test_a_picture_has_names_units_and_the_colours_of_the_certifiers(api: Api, curve: str) -> None:
    answer = api.http.get(curve, headers={"Accept": SVG})
    assert answer.headers["content-type"] == SVG
    assert answer.headers["vary"] == "Accept"
    lines, text = drawn(answer.content)
    looks = [(line.get("stroke"), line.get("stroke-dasharray") is not None) for line in lines]
    assert looks == [("#555555", True), ("#D55E00", False)]
    for words in ("distance from the input (L2, [0,1] pixel units)", "score of the class: at least", "1/2"):
        assert words in text
    assert "for comparison, claims nothing" in text


def test_a_label_cannot_break_the_picture(api: Api, shared_redis: Redis) -> None:
    answer = json.loads(json.dumps(ANSWERS["dipole"]))
    answer["certificate"]["prediction"]["label"] = "</text><script>\0&'\x1b"
    path = f"/v1/certifications/{ended(api, shared_redis, answer)}/curve"
    _, text = drawn(api.http.get(path, headers={"Accept": SVG}).content)
    assert "</text><script>" in text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("*/*, image/svg+xml", SVG),
        ("image/*", SVG),
        ("IMAGE/SVG+XML", SVG),
        ("application/json;q=0.5, image/svg+xml", SVG),
        ("application/json, image/svg+xml;q=0.9", JSON),
        ("image/svg+xml;q=0.1, */*;q=0.9", JSON),
        ("application/json;q=0, */*", SVG),
        ("text/html, application/xhtml+xml, image/avif, */*;q=0.8", JSON),
    ],
)
def test_the_client_chooses_the_kind(http: httpx.Client, curve: str, accept: str | None, kind: str) -> None:
    request = http.build_request("GET", curve)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    answer = http.send(request)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == kind


@pytest.mark.parametrize("accept", ["text/html", "image/png", "*/*;q=0", "nonsense", "a/b/c", ";q=1"])
def test_what_cannot_be_given_is_406(http: httpx.Client, curve: str, accept: str) -> None:
    problem = check_problem(http.get(curve, headers={"Accept": accept}), "not-acceptable", 406)
    assert SVG in problem["detail"]


def test_a_job_without_a_certificate_or_with_two_classes_has_no_curve(api: Api, shared_redis: Redis) -> None:
    waiting = api.image(encode(RAMP), model="grey").json()["id"]
    told = check_problem(api.http.get(f"/v1/certifications/{waiting}/curve"), "no-curve", 409)
    assert "The job is queued" in told["detail"]
    multi = ended(api, shared_redis, ANSWERS["multiclass"])
    told = check_problem(api.http.get(f"/v1/certifications/{multi}/curve"), "no-curve", 409)
    assert "classes meet" in told["detail"]
    check_problem(api.http.get(f"/v1/certifications/{'A' * 22}/curve"), "job-not-found", 404)
    wrong = api.http.get(f"/v1/certifications/{multi}/curve", params={"points": "3"})
    check_problem(wrong, "invalid-request", 422)
