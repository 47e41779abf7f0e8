"""JSON with a bad field: one problem that names the field, and nothing is stored."""

from __future__ import annotations

import base64

import httpx
import pytest
from redis import Redis

from tests.support.bad_requests import (
    IMAGE,
    PNG,
    REQUEST,
    TENSOR,
    Case,
    body,
    raw,
    refused,
    tensor,
    values,
)
from tests.support.problems import check_problem

CASES = [
    body("a stop rule without its radius", REQUEST, 422, "stop.radius", stop={}),
    body("a stop rule with an unknown field", REQUEST, 422, "stop.samples", stop={"radius": 1, "samples": 2}),
    body("giving up no radius", REQUEST, 422, "stop.radius", stop={"give_up": True}),
    body("giving up in words", REQUEST, 422, "stop.give_up", stop={"radius": 1, "give_up": "true"}),
    body("a stop rule that is a number", REQUEST, 422, "stop", stop=0.5),
    body("the form's stop radius in JSON", REQUEST, 422, "stop_radius", stop_radius=0.5),
    body(
        "stopping with the paper's bounds, in JSON", REQUEST, 422, "stop", stop={"radius": 1}, bounds="paper"
    ),
    body("discrete noise for a model of tensors", REQUEST, 422, "noise", noise="discrete"),
    Case(
        "discrete noise on a tensor off the grid",
        "invalid-tensor",
        422,
        ("tensor.data",),
        {"json": {"model": "grey", "noise": "discrete", "tensor": {"shape": [1, 4, 4], "data": [0.1] * 16}}},
    ),
    body("model missing", REQUEST, 422, "model", model=None),
    body("model a number", REQUEST, 422, "model", model=7),
    body("certifier unknown in JSON", REQUEST, 422, "certifier", certifier="DIPOLE"),
    body("sigma required but missing", REQUEST, 422, "sigma", sigma=None),
    body("sigma true", REQUEST, 422, "sigma", sigma=True),
    body("sigma as text", REQUEST, 422, "sigma", sigma="0.25"),
    body("n as text", REQUEST, 422, "n", n="1000"),
    body("n true in JSON", REQUEST, 422, "n", n=True),
    body("n a fraction in JSON", REQUEST, 422, "n", n=1000.5),
    body("n 1e12 in JSON", REQUEST, 422, "n", n=10**12),
    body("n a list", REQUEST, 422, "n", n=[1000]),
    body("eta 1.5 in JSON", REQUEST, 422, "eta", eta=1.5),
    body("seed a fraction", REQUEST, 422, "seed", seed=1.5),
    body("seed 2^63 in JSON", REQUEST, 422, "seed", seed=2**63),
    body("seed true", REQUEST, 422, "seed", seed=True),
    body("unknown field in JSON", REQUEST, 422, "radius", radius=1.0),
    raw("a field without a name", REQUEST, 422, '""', content=values("", "null")),
    body("neither image nor tensor", REQUEST, 422, "image", tensor=None),
    body("image and tensor", REQUEST, 422, "image", image=base64.b64encode(PNG).decode()),
    body("base64 garbage", IMAGE, 422, "image", model="grey", tensor=None, image="%%% not base64 %%%"),
    body("base64 cut short", IMAGE, 422, "image", model="grey", tensor=None, image="iVBORw0KG"),
    body("base64 of no image", IMAGE, 422, "image", model="grey", tensor=None, image="aGVsbG8="),
    body("base64 not in ASCII", IMAGE, 422, "image", model="grey", tensor=None, image="é" * 8),
    body("image empty", REQUEST, 422, "image", model="grey", tensor=None, image=""),
    body(
        "tensor of the wrong shape", "invalid-tensor", 422, "tensor.shape", tensor={**TENSOR, "shape": [1, 2]}
    ),
    body("tensor shape of zero", REQUEST, 422, "tensor.shape[0]", tensor={**TENSOR, "shape": [0]}),
    body(
        "tensor with too few values", "invalid-tensor", 422, "tensor.data", tensor={**TENSOR, "data": [0.5]}
    ),
    body("tensor with no values", REQUEST, 422, "tensor.data", tensor={**TENSOR, "data": []}),
    body("tensor as nested lists", REQUEST, 422, "tensor.data[0]", tensor={**TENSOR, "data": [[0.5, 0.5]]}),
    body("tensor with text", REQUEST, 422, "tensor.data[1]", tensor={**TENSOR, "data": [0.5, "0.5"]}),
    body("tensor with null", REQUEST, 422, "tensor.data[1]", tensor={**TENSOR, "data": [0.5, None]}),
    body("tensor with a boolean", REQUEST, 422, "tensor.data[0]", tensor={**TENSOR, "data": [True, 0.5]}),
    body("tensor with an unknown field", REQUEST, 422, "tensor.dtype", tensor={**TENSOR, "dtype": "f4"}),
    body(
        "tensor outside the scale",
        "invalid-tensor",
        422,
        "tensor.data[1]",
        tensor={**TENSOR, "data": [0, 4.5]},
    ),
    body("tensor with 1e39", "invalid-tensor", 422, "tensor.data[0]", tensor={**TENSOR, "data": [1e39, 0.5]}),
    raw("tensor with NaN", REQUEST, 422, "tensor.data[1]", content=tensor("[0.5, NaN]")),
    raw("tensor with Infinity", REQUEST, 422, "tensor.data[0]", content=tensor("[-Infinity, 0.5]")),
    raw("tensor with 1e999", REQUEST, 422, "tensor.data[0]", content=tensor("[1e999, 0.5]")),
    raw("sigma NaN in JSON", REQUEST, 422, "sigma", content=values("sigma", "NaN")),
    raw("sigma Infinity in JSON", REQUEST, 422, "sigma", content=values("sigma", "Infinity")),
    raw("eta NaN in JSON", REQUEST, 422, "eta", content=values("eta", "NaN")),
    raw("n of 50 digits", REQUEST, 422, "n", content=values("n", "2" * 50)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_nothing_is_stored(case: Case, http: httpx.Client, shared_redis: Redis) -> None:
    refused(case, http, shared_redis)


def test_a_long_list_of_faults_is_cut(http: httpx.Client) -> None:
    answer = http.post("/v1/certifications", json={f"field{i}": i for i in range(1000)})
    assert len(check_problem(answer, REQUEST, 422)["errors"]) == 20
