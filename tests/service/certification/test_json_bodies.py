"""JSON is read by its grammar alone: nothing twice, nothing that JSON forbids, every number rounded right."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.certification.json_body import MOST_TOKENS, take_apart
from service.certification.parsing import read_json
from service.certification.requests import CertificationJson
from service.certification.tensors import Tensor
from service.http.problems import ProblemError
from tests.service.conftest import Api
from tests.support.problems import check_problem

BODY = '{"model": "plane", "sigma": 0.5, %s"tensor": {"shape": [2], "data": [0.5, 1]}}'
GOOD = (BODY % "").encode()


def post(http: httpx.Client, body: str | bytes) -> httpx.Response:
    return http.post("/v1/certifications", content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BODY % '"sigma": 0.25, ', "sigma"),
        (BODY % '"sigma": 0.5, ', "sigma"),
        (BODY % r'"si\u0067ma": 0.25, ', "sigma"),
        (BODY % '"tensor": null, ', "tensor"),
        (BODY % '"stop": {"radius": 1, "radius": 2}, ', "stop.radius"),
        (BODY % '"": 1, "": 2, ', '""'),
        ('{"tensor": {"data": [1], "shape": [1], "data": [2]}}', "tensor.data"),
        ('{"tensor": {"data": [], "shape": [1], "data": [2]}}', "tensor.data"),
    ],
)
def test_a_name_that_is_given_twice_is_refused(http: httpx.Client, body: str, field: str) -> None:
    problem = check_problem(post(http, body), "invalid-request", 422)
    assert problem["errors"] == [{"field": field, "message": "given more than once"}]


def test_the_same_name_in_two_objects_is_no_repetition(http: httpx.Client) -> None:
    problem = check_problem(post(http, BODY % '"stop": {"data": 1, "shape": 1}, '), "invalid-request", 422)
    assert "given more than once" not in str(problem)


@pytest.mark.parametrize(
    "data",
    [
        *(
            "[0.5, 01]",
            "[0.5, 1.]",
            "[0.5, .5]",
            "[0.5, +1]",
            "[0.5, 1e]",
            "[0.5, 0x1]",
            "[0.5 1]",
            "[0.5,, 1]",
        ),
        *("[0.5, 1,]", "[,0.5]", "[0.5, 1_0]", "[0.5, 1", "[0.5, ", "[0.5, 1}", "[0.5,\v1]", "[0.5, 1\0]"),
        *("[0.5, -]", "[0.5, 1]]", "[0.5; 1]", "[0.5, inf]", "[0.5, 1f]", "[0.5, \ufeff1]"),
    ],
)
def test_what_json_forbids_is_forbidden_in_a_tensor(http: httpx.Client, data: str) -> None:
    body = f'{{"model": "plane", "sigma": 0.5, "tensor": {{"shape": [2], "data": {data}}}}}'
    check_problem(post(http, body), "malformed-body", 400)


@pytest.mark.parametrize("data", ["[0.5,1]", " [ 0.5 ,\n\t1\r ] ", "[5E-1, 1.0e+0]", "[0.5e0,10e-1]"])
def test_what_json_allows_is_read(api: Api, data: str) -> None:
    body = f'{{"tensor": {{"data": {data}, "shape": [2]}}, "sigma": 0.5, "model": "plane"}}'
    np.testing.assert_array_equal(api.stored(post(api.http, body)).array, np.array([0.5, 1], np.float32))


def test_a_body_with_very_many_parts_is_refused_without_reading_them(http: httpx.Client) -> None:
    for junk in ("[" + "[]," * MOST_TOKENS + "[]]", "[" + "{}," * 30_000 + "{}]", "[" + "1," * 30_000 + "1]"):
        problem = check_problem(post(http, BODY % f'"junk": {junk}, '), "malformed-body", 400)
        assert "parts beside a tensor" in problem["detail"]
    deep = check_problem(post(http, BODY % f'"junk": {"[" * 17}{"]" * 17}, '), "malformed-body", 400)
    assert "nested" in deep["detail"]


def numbers(tensor: Tensor) -> list[float]:
    return [float(value) for piece in tensor.pieces() for value in piece]


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=300, deadline=None)
@given(st.lists(finite | st.integers(-(10**30), 10**30), min_size=1, max_size=30), st.sampled_from([None, 1]))
def test_every_number_is_the_double_that_it_should_be(values: list[float], indent: int | None) -> None:
    body = json.dumps({"model": "x", "tensor": {"data": values, "shape": [1]}}, indent=indent)
    _, tensor = read_json(bytearray(body, "utf-8"), CertificationJson)
    assert not isinstance(tensor, bytes)
    assert [struct.pack("<d", v) for v in numbers(tensor)] == [struct.pack("<d", float(v)) for v in values]


@settings(max_examples=2000, deadline=None)
@given(st.data())
def test_whatever_is_accepted_a_strict_parser_accepts_and_reads_alike(data: st.DataObject) -> None:
    body = bytearray(GOOD.replace(b"[0.5, 1]", b"[0.5, -1e2, 7]").replace(b'"model"', b'"m\\u006fdel"'))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body)))
        cut = data.draw(st.integers(0, 2))
        body[at : at + cut] = data.draw(st.text('[]{},:" 01.eE+-\\\n', max_size=3)).encode()
    try:
        fields, tensor = read_json(body, CertificationJson)
    except ProblemError:
        return
    strict = json.loads(body, object_pairs_hook=no_pair_twice, parse_constant=refuse)
    assert not isinstance(tensor, bytes)
    assert fields.sigma == strict["sigma"]
    assert numbers(tensor) == strict["tensor"]["data"]
    assert list(tensor.shape) == strict["tensor"]["shape"]


def no_pair_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def refuse(constant: str) -> None:
    raise AssertionError(constant)


HUGE = 500_000


@pytest.mark.parametrize(
    "text",
    [
        '{"tensor": {"shape": [1], "data": [' + "0," * HUGE + "0]}}",
        '{"image": "' + "\\n" * HUGE + '"}',
        '{"image": "' + "A" * HUGE,
        '{"tensor": {"shape": [1], "data": [' + "1" * HUGE + "]}}",
        '{"tensor": {"shape": [1], "data": [' + " " * HUGE,
        '{"tensor": {"shape": [1], "data": [0.' + "1" * HUGE + "e]}}",
    ],
    ids=["zeros", "escapes", "an open text", "one long number", "spaces", "a number that is none"],
)
def test_a_large_body_takes_little_memory_and_time(text: str) -> None:
    body = bytearray(text, "ascii")
    tracemalloc.start()
    try:
        began = time.thread_time()  # other processes do not count
        taken = refused(take_apart, body)
        if taken is not None and taken.numbers is not None:
            for piece in taken.numbers.pieces():
                assert piece.size
        assert time.thread_time() - began < 30
        assert tracemalloc.get_traced_memory()[1] < 3 * len(body) + 2**20
    finally:
        tracemalloc.stop()


def refused(read: Callable[..., Any], body: bytearray) -> Any:
    try:
        return read(body)
    except ProblemError:
        return None
