"""Forms with a bad field: one problem that names the field, and nothing is stored."""

from __future__ import annotations

import json

import httpx
import pytest
from redis import Redis

from tests.support.bad_requests import (
    PNG,
    REQUEST,
    TENSOR,
    Case,
    form,
    posted,
    refused,
)
from tests.support.problems import check_problem

CASES = [
    form("an image for a model of tensors", REQUEST, 422, "image", model="plane", sigma="0.5"),
    form("an unknown model", REQUEST, 422, "model", model="missing"),
    form("a model with path tricks", REQUEST, 422, "model", model="../models/grey"),
    form("a model with a null byte", REQUEST, 422, "model", model="grey\0"),
    form("a model with an empty name", REQUEST, 422, "model", model=""),
    form("a model with a very long name", REQUEST, 422, "model", model="x" * 4000),
    form("a model with a wrong hash", "model-broken", 409, "model", model="wrong-hash"),
    form("a model without labels", "model-broken", 409, "model", model="no-labels"),
    form("a model whose manifest is not TOML", "model-broken", 409, "model", model="bad-toml"),
    form("an unknown certifier", REQUEST, 422, "certifier", certifier="third_order"),
    form("unknown bounds", REQUEST, 422, "bounds", bounds="loose"),
    form("n odd for dipole", REQUEST, 422, "n", n="1001", certifier="dipole"),
    form("n odd in pairs", REQUEST, 422, "n", n="1001", certifier="second_order", bounds="paper"),
    form("n zero", REQUEST, 422, "n", n="0"),
    form("n negative", REQUEST, 422, "n", n="-2"),
    form("n as 1e12", REQUEST, 422, "n", n="1e12"),
    form("n a million millions", REQUEST, 422, "n", n="1000000000000"),
    form("n of forty digits", REQUEST, 422, "n", n="1" * 40),
    form("n with underscores", REQUEST, 422, "n", n="1_000"),
    form("n with spaces", REQUEST, 422, "n", n=" 1000"),
    form("n a fraction", REQUEST, 422, "n", n="1000.0"),
    form("n empty", REQUEST, 422, "n", n=""),
    form("n true", REQUEST, 422, "n", n="true"),
    form("n0 zero", REQUEST, 422, "n0", n0="0"),
    form("n0 too large", REQUEST, 422, "n0", n0="10000000"),
    form("sigma zero", REQUEST, 422, "sigma", sigma="0"),
    form("sigma negative", REQUEST, 422, "sigma", sigma="-0.25"),
    form("sigma NaN", REQUEST, 422, "sigma", sigma="NaN"),
    form("sigma Infinity", REQUEST, 422, "sigma", sigma="Infinity"),
    form("sigma inf", REQUEST, 422, "sigma", sigma="inf"),
    form("sigma 1e999", REQUEST, 422, "sigma", sigma="1e999"),
    form("sigma abc", REQUEST, 422, "sigma", sigma="abc"),
    form("sigma in hexadecimal", REQUEST, 422, "sigma", sigma="0x1p-2"),
    form("sigma below the range", REQUEST, 422, "sigma", sigma="1e-9"),
    form("sigma above the range", REQUEST, 422, "sigma", sigma="1e6"),
    form("eta zero", REQUEST, 422, "eta", eta="0"),
    form("eta one", REQUEST, 422, "eta", eta="1"),
    form("eta 1.5", REQUEST, 422, "eta", eta="1.5"),
    form("eta below the range", REQUEST, 422, "eta", eta="1e-300"),
    form("eta negative", REQUEST, 422, "eta", eta="-0.001"),
    form("seed negative", REQUEST, 422, "seed", seed="-1"),
    form("seed 2^63", REQUEST, 422, "seed", seed=str(2**63)),
    form("seed as a word", REQUEST, 422, "seed", seed="lucky"),
    form("an unknown field", REQUEST, 422, "sigmma", sigmma="0.25"),
    form("a tensor in a form", REQUEST, 422, "tensor", tensor=json.dumps(TENSOR)),
    form("bounds that are no choice", REQUEST, 422, "bounds", bounds="anytime"),
    form("an unknown decision", REQUEST, 422, "decision", decision="plurality"),
    form("top k with dipole", REQUEST, 422, "decision", decision="top_k", k="2", certifier="dipole"),
    form("top k without k", REQUEST, 422, "k", decision="top_k", certifier="first_order"),
    form("top 0", REQUEST, 422, "k", decision="top_k", k="0", certifier="first_order"),
    form("top of all classes", REQUEST, 422, "k", decision="top_k", k="5", certifier="first_order"),
    form("top one and a half", REQUEST, 422, "k", decision="top_k", k="1.5", certifier="first_order"),
    form("k without top k", REQUEST, 422, "k", k="2"),
    form("multi-class dipole", REQUEST, 422, "decision", decision="multiclass", certifier="dipole"),
    form(
        "multi-class with the paper's bounds",
        REQUEST,
        422,
        "decision",
        decision="multiclass",
        certifier="first_order",
        bounds="paper",
    ),
    form("stopping with the paper's bounds", REQUEST, 422, "stop_radius", stop_radius="0.1", bounds="paper"),
    form(
        "stopping a multi-class job",
        REQUEST,
        422,
        "stop_radius",
        stop_radius="0.1",
        decision="multiclass",
        certifier="first_order",
    ),
    form("a stop radius of zero", REQUEST, 422, "stop_radius", stop_radius="0"),
    form("a negative stop radius", REQUEST, 422, "stop_radius", stop_radius="-1"),
    form("a stop radius that is no number", REQUEST, 422, "stop_radius", stop_radius="NaN"),
    form("an infinite stop radius", REQUEST, 422, "stop_radius", stop_radius="1e999"),
    form("giving up without a radius", REQUEST, 422, "stop_give_up", stop_give_up="true"),
    form("giving up perhaps", REQUEST, 422, "stop_give_up", stop_radius="0.1", stop_give_up="perhaps"),
    form(
        "giving up with the paper's bounds",
        REQUEST,
        422,
        "stop_radius",
        stop_radius="0.1",
        stop_give_up="true",
        bounds="paper",
    ),
    form("stop as JSON in a form", REQUEST, 422, "stop", stop='{"radius": 0.1}'),
    form("unknown noise", REQUEST, 422, "noise", noise="laplace"),
    form(
        "several faults at once",
        REQUEST,
        422,
        "n0",
        "eta",
        "n",
        n="1001",
        n0="200000",
        eta="1e-12",
        certifier="dipole",
    ),
    Case("a form without a file", REQUEST, 422, ("image",), {"files": {"model": (None, "grey")}}),
    Case(
        "the image as a text field",
        REQUEST,
        422,
        ("image",),
        {"files": {"model": (None, "grey"), "image": (None, "not a file")}},
    ),
    Case(
        "a file under another name",
        REQUEST,
        422,
        ("picture",),
        {"data": {"model": "grey"}, "files": {"picture": ("x", PNG)}},
    ),
    Case(
        "two files",
        REQUEST,
        422,
        ("image",),
        {"data": {"model": "grey"}, "files": [("image", ("x", PNG)), ("image", ("y", PNG))]},
    ),
    Case(
        "a field given twice",
        REQUEST,
        422,
        ("n",),
        {"files": [("model", (None, "grey")), ("n", (None, "2")), ("n", (None, "4")), ("image", ("x", PNG))]},
    ),
    posted("a field without a name in a form", REQUEST, 422, '""', image=PNG, values={"": "x"}),
    Case(
        "a file without a name",
        REQUEST,
        422,
        ('""',),
        {"data": {"model": "grey"}, "files": {"": ("x", PNG)}},
    ),
    form("a form field past its limit", REQUEST, 422, "model", model="x" * 5000),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_nothing_is_stored(case: Case, http: httpx.Client, shared_redis: Redis) -> None:
    refused(case, http, shared_redis)


def test_an_idempotency_key_that_is_no_key_is_refused(http: httpx.Client) -> None:
    for key in ("", "x" * 256, "tab\tkey"):
        answer = http.post(
            "/v1/certifications",
            headers={"Idempotency-Key": key},
            data={"model": "grey"},
            files={"image": PNG},
        )
        problem = check_problem(answer, REQUEST, 422)
        assert problem["errors"][0]["field"] == "Idempotency-Key"


def test_what_is_missing_or_of_the_other_kind_of_body_is_told_with_what_to_send(http: httpx.Client) -> None:
    sent = http.post("/v1/certifications", data={"stop": "0.1"}, files={"image": PNG})
    told = {fault["field"]: fault["message"] for fault in check_problem(sent, REQUEST, 422)["errors"]}
    assert "/v1/models" in told["model"]
    assert "use stop_radius" in told["stop"]
    for name, value in (("stop_radius", 0.1), ("stop_give_up", True)):
        sent = http.post("/v1/certifications", json={"model": "grey", name: value})
        assert "use stop, as" in check_problem(sent, REQUEST, 422)["errors"][0]["message"]
