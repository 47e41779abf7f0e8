"""Previews over HTTP: the picture that the model gets, its noisy copies, and what is refused."""

from __future__ import annotations

import base64
import io

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

Pixels = NDArray[np.uint8]


def pixels(address: str) -> Pixels:
    """Read a picture of the answer."""
    head, _, text = address.partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        return np.asarray(picture)


def preview(http: httpx.Client, **fields: object) -> httpx.Response:
    asked = {"model": "grey", **fields}
    given = {name: str(value) for name, value in asked.items()}
    return http.post("/v1/previews", data=given, files={"image": ("ramp.png", encode(RAMP))})


def test_the_picture_and_its_conversions_are_those_of_a_submission(http: httpx.Client) -> None:
    shown = preview(http).json()
    fields = {"model": "grey", "sigma": "0.25", "n": "500"}
    files = {"image": ("ramp.png", encode(RAMP))}
    job = http.post("/v1/certifications", data=fields, files=files).json()
    assert shown["input"] == job["request"]["input"]
    assert list(pixels(shown["picture"]).shape) == shown["input"]["shape"][1:]
    assert shown["copies"] == []


def test_copies_differ_and_the_same_seed_gives_the_same(http: httpx.Client) -> None:
    first, again, other = (
        preview(http, sigma=0.25, copies=3, seed=seed).json()["copies"] for seed in (1, 1, 2)
    )
    assert first == again
    assert len({*first, *other}) == 6


def test_json_is_answered_as_a_form_is(http: httpx.Client) -> None:
    image = base64.b64encode(encode(RAMP)).decode()
    body = {"model": "grey", "sigma": 0.25, "image": image}
    assert http.post("/v1/previews", json=body).json() == preview(http, sigma=0.25).json()


@pytest.mark.parametrize(
    ("field", "value"),
    [("sigma", "1e9"), ("sigma", "0"), ("copies", "17"), ("copies", "0"), ("seed", "-1"), ("n", "100")],
)
def test_a_field_at_fault_is_named(http: httpx.Client, field: str, value: str) -> None:
    problem = check_problem(preview(http, **{field: value}), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert "row" not in problem["detail"]


def test_a_file_that_is_no_image_is_refused_as_in_a_submission(http: httpx.Client) -> None:
    files = {"image": ("text.png", b"no picture")}
    refused = http.post("/v1/previews", data={"model": "grey"}, files=files)
    check_problem(refused, "invalid-image", 422)
