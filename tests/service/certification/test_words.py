"""What a refusal says: what is accepted, in the units of the model, and what was probably meant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.service.conftest import Api
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)
TENSOR = {"shape": [2], "data": [0.5, -0.5]}
PLANE = {"model": "plane", "sigma": 0.5, "tensor": TENSOR}
RAW = ("Input should", "String should", "List should", "Extra inputs", "Field required", "Value error")


def told(answer: httpx.Response) -> dict[str, str]:
    """Return what is said of each field."""
    assert answer.status_code == 422, answer.text
    for words in RAW:
        assert words not in answer.text
    return {fault["field"]: fault["message"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"sigmas": 1}, "sigmas", "is not a field of this request; did you mean `sigma`?"),
        ({"Seed": 1}, "Seed", "is not a field of this request; did you mean `seed`?"),
        ({"zebra": 1}, "zebra", "is not a field of this request"),
        (
            {"tensor": {**TENSOR, "dat": 1}},
            "tensor.dat",
            "is not a field of this request; did you mean `data`?",
        ),
        ({"certifier": "dipol"}, "certifier", "must be 'first_order', 'second_order' or 'dipole'"),
        ({"n": 0}, "n", "must be at least 1"),
        ({"eta": 0}, "eta", "must be above 0"),
        ({"model": ""}, "model", "must not be empty"),
        ({"model": "m" * 64}, "model", "must be at most 63 characters long"),
        ({"tensor": 3}, "tensor", "must be a table (in JSON: an object)"),
        ({"tensor": {"shape": [], "data": [1]}}, "tensor.shape", "must hold at least 1 entry, not 0"),
        ({"tensor": {"shape": 2, "data": [1]}}, "tensor.shape", "must be a list"),
    ],
)
def test_a_field_is_refused_in_words(api: Api, fields: dict[str, Any], field: str, said: str) -> None:
    assert told(api.json(**{**PLANE, **fields}))[field] == said


def test_a_parameter_of_a_list_is_refused_in_words(http: httpx.Client) -> None:
    assert told(http.get("/v1/certifications", params={"limit": 0}))["limit"] == "must be at least 1, not '0'"


@pytest.mark.parametrize(
    ("model", "sigma", "said"),
    [
        ("grey", "10.5", "must be from 0.001 to 10 for a model whose scale is [0, 1], not 10.5"),
        ("signed", "21", "must be from 0.002 to 20 for a model whose scale is [-1, 1], not 21"),
        ("Wide_0.255", "0.25", "must be from 0.255 to 2550 for a model whose scale is [0, 255], not 0.25"),
        ("Wide_0.255", "2551", "must be from 0.255 to 2550 for a model whose scale is [0, 255], not 2551"),
    ],
)
def test_sigma_is_limited_by_the_width_of_the_scale(api: Api, model: str, sigma: str, said: str) -> None:
    assert told(api.image(PNG, model=model, sigma=sigma))["sigma"] == said


def test_a_scale_of_255_takes_noise_of_its_own_size(api: Api) -> None:
    for fields in ({}, {"sigma": "127.5"}, {"sigma": "2550"}):
        assert api.image(PNG, model="Wide_0.255", **fields).status_code == 202


def test_a_model_that_is_not_there_is_refused_with_the_closest(api: Api) -> None:
    said = "no such model is installed; did you mean `grey`? GET /v1/models lists those that are"
    assert told(api.image(PNG, model="gray"))["model"] == said
    assert "did you mean" not in told(api.image(PNG, model="xyzzy"))["model"]
