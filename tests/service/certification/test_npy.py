"""A tensor may come as a file of NumPy: plain numbers, whole, finite and of the shape that is asked for."""

from __future__ import annotations

import io
import json
import pickle
import struct
import uuid
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from certify_client import CertificationClient, Parameters, ServiceError
from tests.service.conftest import Api
from tests.support.begun import input_bytes
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.raw_service import http as http_answer
from tests.support.raw_service import raw_service

VALUES = [0.5, -4.0]


def saved(array: NDArray[Any], **options: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def written(head: str, data: bytes = bytes(16), version: bytes = b"\1\0") -> bytes:
    """Write a file with whatever head."""
    return b"\x93NUMPY" + version + struct.pack("<H", len(head)) + head.encode() + data


def post(
    http: httpx.Client, file: bytes, kind: str = "application/octet-stream", **fields: str
) -> httpx.Response:
    data = {"model": "plane", "sigma": "1", **fields}
    return http.post("/v1/certifications", data=data, files={"tensor": ("x.npy", file, kind)})


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", ">f4", "<f2", "<i8", ">i4", "<i2", "i1"])
def test_plain_numbers_of_every_kind_are_read(api: Api, kind: str) -> None:
    values = np.array([1, -4], dtype=kind)
    stored = api.stored(post(api.http, saved(values)))
    np.testing.assert_array_equal(stored.array, values.astype(np.float32))
    assert stored.job["request"]["input"]["source"] == "tensor"
    assert stored.conversions == []


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("kind", ["application/octet-stream", "application/x-npy", "text/plain"])
def test_the_file_alone_tells_what_it_is(api: Api, version: tuple[int, int], kind: str) -> None:
    api.stored(post(api.http, saved(np.array(VALUES), version=version), kind))


def test_it_is_the_same_request_as_json(api: Api) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"model": "plane", "sigma": 1.0, "tensor": {"shape": [2], "data": [0.1, -4]}}
    first = api.http.post("/v1/certifications", json=body, headers=key).json()
    data = {"model": "plane", "sigma": "1.0"}
    files = {"tensor": ("x", saved(np.array([0.1, -4])))}
    again = api.http.post("/v1/certifications", data=data, files=files, headers=key)
    assert again.json()["id"] == first["id"], again.text
    assert again.json()["request"]["input"]["conversions"] == ["rounded to float32"]


HEAD = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
BAD = {
    "nothing": (b"", "is not a .npy file"),
    "another file": (encode(RAMP), "is not a .npy file"),
    "an archive of arrays": (b"PK\3\4" + bytes(60), "is not a .npy file"),
    "a head alone": (written(HEAD, b""), "is cut off"),
    "a byte too few": (written(HEAD, bytes(15)), "is cut off"),
    "a byte too many": (written(HEAD, bytes(17)), "bytes after its end"),
    "a head cut short": (written(HEAD)[:30], "is not a .npy file"),
    "another version": (written(HEAD, version=b"\7\0"), "version 1.0 or 2.0"),
    "200 GiB promised": (written(HEAD.replace("(2,)", "(26843545600,)")), "is cut off"),
    "a negative side": (written(HEAD.replace("(2,)", "(-2,)")), "is cut off"),
    "objects": (saved(np.array([{}, None], dtype=object)), "holds object"),
    "a pickle as data": (written(HEAD.replace("<f8", "|O"), pickle.dumps([1, 2])), "holds object"),
    "complex numbers": (saved(np.array([1j, 2])), "holds complex128"),
    "text": (saved(np.array(["a", "b"])), "holds <U1"),
    "booleans": (saved(np.array([True, False])), "holds bool"),
    "dates": (saved(np.array(["2020"], "M8[D]")), "holds datetime64"),
    "records": (saved(np.zeros(2, dtype=[("a", "f8")])), "holds [('a', '<f8')]"),
    "long doubles": (saved(np.zeros(2, dtype=np.longdouble)), "holds float128"),
    "Fortran order": (saved(np.asfortranarray(np.zeros((2, 3)))), "numpy.ascontiguousarray"),
    "code in its head": (written("{'descr': __import__('os').system('true')}"), "is not a .npy file"),
    "a deep head": (written("(" * 900), "is not a .npy file"),
    "a long head": (written(HEAD + " " * 2000), "is not a .npy file"),
    "a head of Python 2": (written(HEAD.replace("(2,)", "(2L,)")), "is not a .npy file"),
    "no order": (written("{'descr': '<f8', 'shape': (2,)}"), "is not a .npy file"),
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused_with_what_to_do(http: httpx.Client, gateway: Gateway, name: str) -> None:
    file, said = BAD[name]
    with gateway.logging_no_fault():
        problem = check_problem(post(http, file), "invalid-tensor", 422)
    assert problem["errors"][0]["field"] == "tensor"
    assert said in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("array", "slug", "field"),
    [
        ([0.5, np.nan], "invalid-request", "tensor.data[1]"),
        ([-np.inf, 0.5], "invalid-request", "tensor.data[0]"),
        ([0.5, 4.0000001], "invalid-tensor", "tensor.data[1]"),
        ([[0.5, 0.5]], "invalid-tensor", "tensor.shape"),
        (0.5, "invalid-tensor", "tensor.shape"),
        ([], "invalid-tensor", "tensor.shape"),
        ([2**53 + 1, 0], "invalid-tensor", "tensor.data[0]"),
    ],
)
def test_its_numbers_are_held_to_what_json_is_held_to(
    http: httpx.Client, array: list[float], slug: str, field: str
) -> None:
    problem = check_problem(post(http, saved(np.array(array))), slug, 422)
    assert problem["errors"][0]["field"] == field


def test_one_file_is_sent_and_no_other(http: httpx.Client) -> None:
    both = {"image": ("x", encode(RAMP)), "tensor": ("y", saved(np.array(VALUES)))}
    problem = check_problem(
        http.post("/v1/certifications", data={"model": "grey"}, files=both), "invalid-request", 422
    )
    assert problem["errors"][0]["field"] == "image"
    text = http.post(
        "/v1/certifications", data={"model": "plane", "tensor": json.dumps(VALUES)}, files={"x": b""}
    )
    assert check_problem(text, "invalid-request", 422)["errors"][0]["field"] == "x"


def test_the_client_sends_it() -> None:
    file = saved(np.array(VALUES))
    with raw_service(http_answer(b"{}")) as service, CertificationClient(service.url) as client:
        for values in (VALUES, np.array(VALUES)):
            with pytest.raises(ServiceError):  # it answers with no job
                client.submit(np.asarray(values), Parameters("plane"))
    assert [file in body for body in service.bodies] == [True, True]


def test_what_the_client_sends_is_what_is_stored(api: Api, gateway: Gateway) -> None:
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 1, (1, 4, 4))
    with CertificationClient(gateway.url) as client:
        job = client.submit(np.asfortranarray(values), Parameters("grey"))
        again = client.submit(values, Parameters("grey", stop_radius=0.1))
    for submitted in (job, again):
        stored = np.frombuffer(input_bytes(api.store, submitted.id), dtype="<f4")
        np.testing.assert_array_equal(stored, values.ravel().astype(np.float32))
    assert again.document["request"]["stop"] == {"radius": 0.1, "give_up": False}
