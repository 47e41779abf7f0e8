"""Whatever is wrong with a request: one problem document that names the field, and nothing is stored."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from redis import Redis

from jobs import keys
from tests.service.conftest import MAX_BODY_BYTES
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode, png, png16, save
from tests.support.problems import check_problem

PNG = encode(RAMP)
TENSOR = {"shape": [2], "data": [0.5, -0.5]}
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Case:
    """One bad request and the problem it must be answered with."""

    name: str
    slug: str
    status: int
    fields: tuple[str, ...] = ()
    request: dict[str, Any] = field(default_factory=dict)


def form(name: str, slug: str, status: int, *fields: str, image: bytes = PNG, **values: object) -> Case:
    return posted(name, slug, status, *fields, image=image, values=values)


def posted(name: str, slug: str, status: int, *fields: str, image: bytes, values: dict[str, object]) -> Case:
    data = {"model": "grey", **values}
    return Case(name, slug, status, fields, {"data": data, "files": {"image": ("x.png", image)}})


def body(name: str, slug: str, status: int, *fields: str, **values: object) -> Case:
    data = {"model": "plane", "sigma": 0.5, "tensor": TENSOR, **values}
    return Case(name, slug, status, fields, {"json": {k: v for k, v in data.items() if v is not None}})


def raw(name: str, slug: str, status: int, *fields: str, content: bytes, kind: str | None = JSON) -> Case:
    headers = {} if kind is None else {"content-type": kind}
    return Case(name, slug, status, fields, {"content": content, "headers": headers})


def values(name: str, text: str) -> bytes:
    """Write a JSON body in which one field has a value that no JSON library would write."""
    return f'{{"model": "plane", "sigma": 0.5, "tensor": {json.dumps(TENSOR)}, "{name}": {text}}}'.encode()


def tensor(text: str) -> bytes:
    return f'{{"model": "plane", "sigma": 0.5, "tensor": {{"shape": [2], "data": {text}}}}}'.encode()


def animation(kind: str) -> bytes:
    return save(
        Image.fromarray(RAMP), kind, save_all=True, append_images=[Image.fromarray(255 - RAMP)], duration=100
    )


def webp_bomb() -> bytes:
    size = struct.pack("<I", 16382)[:3]
    inner = encode(RAMP, "WEBP")[12:]
    header = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + size + size
    loop = b"ANIM" + struct.pack("<I", 6) + bytes(6)
    frame = bytes(6) + struct.pack("<I", 3)[:3] * 2 + bytes([100, 0, 0, 0]) + inner
    chunks = b"WEBP" + header + loop + b"ANMF" + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


KEYED = png16(np.zeros((4, 4), np.uint16), 0, (b"tRNS", b"\0\0"))
OFF_GRID = png16(np.full((4, 4), 1000, np.uint16), 0)
BOMB = png(50_000, 50_000, 8, 0, b"\0" * 1000)
HALF_JPEG = encode(RAMP, "JPEG")[:-8] + b"\xff\xd9"
REQUEST = "invalid-request"
IMAGE = "invalid-image"

CASES = [
    form("text instead of an image", IMAGE, 422, "image", image=b"this is not an image"),
    form("a gif", IMAGE, 422, "image", image=encode(RAMP, "GIF")),
    form("a bmp", IMAGE, 422, "image", image=encode(RAMP, "BMP")),
    form("a tiff", IMAGE, 422, "image", image=encode(RAMP, "TIFF")),
    form("an empty file", IMAGE, 422, "image", image=b""),
    form("a truncated png", IMAGE, 422, "image", image=PNG[:-25]),
    form("a png with only its header", IMAGE, 422, "image", image=PNG[:33]),
    form("a truncated jpeg", IMAGE, 422, "image", image=encode(RAMP, "JPEG")[:-20]),
    form("a truncated webp", IMAGE, 422, "image", image=encode(RAMP, "WEBP")[:-8]),
    form("half a jpeg and an end marker", IMAGE, 422, "image", image=HALF_JPEG),
    form("a png whose rows are missing", IMAGE, 422, "image", image=png(4, 4, 8, 0, bytes(15))),
    form("a png with a wrong checksum", IMAGE, 422, "image", image=PNG[:40] + b"\0\0" + PNG[42:]),
    form("an animated png", IMAGE, 422, "image", image=animation("PNG")),
    form("an animated webp", IMAGE, 422, "image", image=animation("WEBP")),
    form("a 50,000 x 50,000 png", "image-too-large", 422, "image", image=BOMB),
    form("a 10,000 x 10,000 png", "image-too-large", 422, "image", image=png(10_000, 10_000, 8, 0, b"\0")),
    form("a 16,383 x 16,383 webp", "image-too-large", 422, "image", image=webp_bomb()),
    form("another size without a rule", IMAGE, 422, "image", image=encode(np.zeros((5, 4), np.uint8))),
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
    form("n odd for dipole", REQUEST, 422, "n", n="1001"),
    form("n odd for second order", REQUEST, 422, "n", n="1001", certifier="second_order"),
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
    form("multi-class dipole", REQUEST, 422, "decision", decision="multiclass"),
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
    form("stop as JSON in a form", REQUEST, 422, "stop", stop='{"radius": 0.1}'),
    body("a stop rule without its radius", REQUEST, 422, "stop.radius", stop={}),
    body("a stop rule with an unknown field", REQUEST, 422, "stop.samples", stop={"radius": 1, "samples": 2}),
    body("a stop rule that is a number", REQUEST, 422, "stop", stop=0.5),
    body("the form's stop radius in JSON", REQUEST, 422, "stop_radius", stop_radius=0.5),
    body(
        "stopping with the paper's bounds, in JSON", REQUEST, 422, "stop", stop={"radius": 1}, bounds="paper"
    ),
    form("unknown noise", REQUEST, 422, "noise", noise="laplace"),
    body("discrete noise for a model of tensors", REQUEST, 422, "noise", noise="discrete"),
    form("discrete noise on a 16-bit image", IMAGE, 422, "image", noise="discrete", image=OFF_GRID),
    Case(
        "discrete noise on a tensor off the grid",
        "invalid-tensor",
        422,
        ("tensor.data",),
        {"json": {"model": "grey", "noise": "discrete", "tensor": {"shape": [1, 4, 4], "data": [0.1] * 16}}},
    ),
    form("several faults at once", REQUEST, 422, "n0", "eta", "n", n="1001", n0="200000", eta="1e-12"),
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
    posted("a field without a name in a form", REQUEST, 422, '""', image=PNG, values={"": "x"}),
    Case(
        "a file without a name",
        REQUEST,
        422,
        ('""',),
        {"data": {"model": "grey"}, "files": {"": ("x", PNG)}},
    ),
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
    raw("n of 5,000 digits", "malformed-body", 400, content=values("n", "1" * 5000)),
    raw("an empty body", "malformed-body", 400, content=b""),
    raw("JSON cut short", "malformed-body", 400, content=b'{"model": "plane"'),
    raw("JSON that is no object", "malformed-body", 400, content=b"[1, 2, 3]"),
    raw("JSON that is null", "malformed-body", 400, content=b"null"),
    raw("JSON not in UTF-8", "malformed-body", 400, content=b'{"model": "\xff\xfe"}'),
    raw("JSON nested 10,000 deep", "malformed-body", 400, content=b"[" * 10_000),
    raw("a form without its boundary", "malformed-body", 400, content=b"x", kind="multipart/form-data"),
    raw(
        "a form that is not one",
        "malformed-body",
        400,
        content=b"not a form",
        kind="multipart/form-data; boundary=xyz",
    ),
    raw(
        "an empty form",
        "malformed-body",
        400,
        content=b"--xyz--\r\n",
        kind="multipart/form-data; boundary=xyz",
    ),
    raw("no content type", "unsupported-media-type", 415, content=b"{}", kind=None),
    raw("text/plain", "unsupported-media-type", 415, content=b"{}", kind="text/plain"),
    raw("a bare image", "unsupported-media-type", 415, content=PNG, kind="image/png"),
    raw(
        "an urlencoded form",
        "unsupported-media-type",
        415,
        content=b"model=grey",
        kind="application/x-www-form-urlencoded",
    ),
    raw("a body past the limit", "body-too-large", 413, content=b" " * (MAX_BODY_BYTES + 1)),
    form("a form past the limit", "body-too-large", 413, image=b"\0" * (MAX_BODY_BYTES + 1)),
    form("a form field past its limit", REQUEST, 422, "model", model="x" * 5000),
    form("16-bit grey with a transparent colour", IMAGE, 422, "image", image=KEYED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_nothing_is_stored(case: Case, http: httpx.Client, shared_redis: Redis) -> None:
    before = shared_redis.zcard(keys.INDEX)
    answer = http.post("/v1/certifications", **case.request)
    problem = check_problem(answer, case.slug, case.status)
    assert tuple(fault["field"] for fault in problem["errors"]) == case.fields
    assert all(fault["message"] for fault in problem["errors"])
    assert shared_redis.zcard(keys.INDEX) == before


def test_a_body_past_the_limit_is_refused_while_it_streams(http: httpx.Client, shared_redis: Redis) -> None:
    """Without a Content-Length the gateway has to count; it must not wait for the end, which never comes."""
    before = shared_redis.zcard(keys.INDEX)
    chunks = (b" " * 10_000 for _ in range(1 + MAX_BODY_BYTES // 10_000))
    answer = http.post("/v1/certifications", content=chunks, headers={"content-type": JSON})
    check_problem(answer, "body-too-large", 413)
    assert shared_redis.zcard(keys.INDEX) == before


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
    sent = http.post("/v1/certifications", json={"model": "grey", "stop_radius": 0.1})
    assert "use stop, as" in check_problem(sent, REQUEST, 422)["errors"][0]["message"]


def test_a_long_list_of_faults_is_cut(http: httpx.Client) -> None:
    answer = http.post("/v1/certifications", json={f"field{i}": i for i in range(1000)})
    assert len(check_problem(answer, REQUEST, 422)["errors"]) == 20


def test_the_log_shows_no_warning_and_no_defect_after_all_this(gateway: Gateway, http: httpx.Client) -> None:
    """A decompression bomb warns by default; a defect would leave a traceback."""
    http.post("/v1/certifications", data={"model": "grey"}, files={"image": BOMB})
    assert "Warning" not in gateway.log
    assert "Traceback" not in gateway.log
