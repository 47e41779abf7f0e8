"""Requests that few clients would send: headers, paths, methods, forms and JSON, against a live gateway."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.auth.keyring import hash_key, new_key
from service.http.problems import MEDIA_TYPE, Problem
from tests.support.gateway import running_gateway
from tests.support.model_folders import write_folder
from tests.support.pictures import RAMP, encode
from tests.support.server import running_server

PATH = "/v1/certifications"
JSON = "application/json"
BOUNDARY = b"frontier"
FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"
PNG = encode(RAMP)
BODY = b'{"model": "good", "sigma": 0.5, "n": 1000, "tensor": {"shape": [1, 4, 4], "data": [%s]}}' % (
    b", ".join([b"0.5"] * 16)
)
NUMBER = b'form-data; name="n0"'
ODD = [b'"', b"[" * 900, b"1e999", b"-", b"NaN", b"\xed\xa0\x80", b"\\ud800", b"\0", b"9" * 400]
METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND", "get"]
quickly = settings(max_examples=120, deadline=None, derandomize=True)
header_text = st.text(st.characters(min_codepoint=9, max_codepoint=255, exclude_characters="\n\v\f\r"))


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, models, key = tmp_path_factory.mktemp("gateway"), tmp_path_factory.mktemp("models"), new_key()
    write_folder(models, "good")
    keys_file = folder / "keys.toml"
    keys_file.write_text(f'[[key]]\nname = "fuzz"\nsha256 = "{hash_key(key)}"\n')
    with (
        running_server(tmp_path_factory.mktemp("valkey")) as server,
        running_gateway(
            folder, server.url, models, keys_file=keys_file, max_body_bytes=20_000, body_timeout_s=2.0
        ) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60, headers={"Authorization": f"Bearer {key}"}) as client,
    ):
        yield client
        assert "Traceback" not in gateway.log


def well_answered(answer: httpx.Response) -> None:
    """Check that an answer is no defect, and that an error is a problem document."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
        problem = Problem.model_validate_json(answer.content)
        assert problem.status == answer.status_code
        assert problem.request_id == answer.headers["x-request-id"]
        assert all(fault.field and fault.message for fault in problem.errors)


def submitted(http: httpx.Client, content: bytes, kind: str = JSON, **headers: str) -> httpx.Response:
    answer = http.post(PATH, content=content, headers={"Content-Type": kind, **headers})
    well_answered(answer)
    return answer


@quickly
@given(
    st.sampled_from(
        ["Authorization", "Idempotency-Key", "X-Request-ID", "Content-Type", "Content-Encoding", "Range",
         "Origin", "Host", "Accept", "Cookie", "Expect", "If-Match", "X-Forwarded-For"]
    ),
    header_text,
)  # fmt: skip
@example("Authorization", "Bearer \xe9\xff")
@example("Authorization", "Bearer " + "k" * 5000)
@example("X-Request-ID", "\xe9" * 20)
@example("Host", "[::1")
@example("Host", "\xff")
@example("Range", "bytes=0-1,-")
@example("Content-Type", "multipart/form-data; boundary=\xe9")
@example("Content-Type", "multipart/form-data; boundary=" + "b" * 300)
def test_any_header(http: httpx.Client, name: str, value: str) -> None:
    raw = value.strip(" \t").encode("latin-1")
    for method, path, content in (("GET", "/v1/models", b""), ("POST", PATH, b"{}")):
        try:
            answer = http.request(method, path, content=content, headers=[(name.encode(), raw)])
        except httpx.LocalProtocolError:
            return  # a control character, which this client does not send
        if answer.headers["content-type"].startswith("text/plain"):
            assert answer.status_code == 400  # no HTTP: refused before any route
            continue
        well_answered(answer)


@quickly
@given(st.sampled_from(METHODS), st.text(max_size=12), st.sampled_from(["/v1/models/", PATH + "/", "/"]))
@example("GET", "../good", "/v1/models/")
@example("GET", "..\\good", "/v1/models/")
@example("GET", "good/../../../etc/passwd", "/v1/models/")
@example("GET", "good\0", "/v1/models/")
@example("GET", "go\u0301od", "/v1/models/")
@example("HEAD", "good", "/v1/models/")
@example("OPTIONS", "good", "/v1/models/")
def test_any_method_and_path(http: httpx.Client, method: str, name: str, below: str) -> None:
    for shown in (quote(name, safe=""), quote(name, safe="/.:@!$&'()*+,;=")):
        answer = http.request(method, below + shown)
        well_answered(answer)
        assert answer.status_code >= 400 or below != "/v1/models/" or name in {"good", ""}


def part(disposition: bytes, data: bytes, more: bytes = b"") -> bytes:
    return (
        b"--"
        + BOUNDARY
        + b"\r\nContent-Disposition: "
        + disposition
        + b"\r\n"
        + more
        + b"\r\n"
        + data
        + b"\r\n"
    )


GOOD_FORM = (
    part(b'form-data; name="model"', b"good")
    + part(b'form-data; name="sigma"', b"0.5")
    + part(b'form-data; name="n"', b"1000")
    + part(b'form-data; name="image"; filename="x.png"', PNG)
)
END = b"--" + BOUNDARY + b"--\r\n"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (GOOD_FORM + END, 202),
        (b"a preamble\r\n" + GOOD_FORM + END, None),
        (GOOD_FORM + END + b"an epilogue", None),
        (GOOD_FORM, 400),
        (GOOD_FORM[:-10], 400),
        (GOOD_FORM + part(b"form-data", b"no name") + END, 400),
        (GOOD_FORM + part(b"attachment; name=n0", b"100") + END, None),
        (GOOD_FORM + part(NUMBER, b"\xff\xfe") + END, 422),
        (GOOD_FORM + part(NUMBER, b"100", b"Content-Type: text/plain; charset=nonsense\r\n") + END, None),
        (GOOD_FORM + part(b'form-data; name="_charset_"', b"utf-7") + END, 422),
        (GOOD_FORM + part(NUMBER, b"100", b"Content-Transfer-Encoding: base64\r\n") + END, None),
        (GOOD_FORM + part(NUMBER, b"9" * 5000) + END, 422),
        (GOOD_FORM + b"".join(part(b'form-data; name="f%d"' % i, b"") for i in range(40)) + END, 400),
        (GOOD_FORM + part(b"form-data; name*=utf-8''n0", b"100") + END, None),
        (GOOD_FORM + part(b'form-data; name="image"; filename="../../etc/passwd"', PNG) + END, 422),
        (part(b'form-data; name="image"; filename="\xe9\x00\r"', PNG) + END, None),
        (b"--" + BOUNDARY + b"\r\n" + b"X: y\r\n" * 2000 + b"\r\n\r\n" + END, None),
        (b"--" + BOUNDARY + b"\r\nX" + b"x" * 15_000 + b": y\r\n\r\n\r\n" + END, None),
    ],
)  # fmt: skip
def test_corners_of_forms(http: httpx.Client, form: bytes, status: int | None) -> None:
    answer = submitted(http, form, FORM)
    assert status in (None, answer.status_code), answer.text


changes = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 6),
        st.binary(max_size=3) | st.sampled_from(ODD),
    ),
    min_size=1,
    max_size=5,
)


def changed(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for place, removed, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + removed :]
    return data


@quickly
@given(edits=changes)
def test_forms_with_bytes_changed(http: httpx.Client, edits: list[tuple[float, int, bytes]]) -> None:
    submitted(http, changed(GOOD_FORM + END, edits), FORM)


@quickly
@given(edits=changes)
def test_json_with_bytes_changed(http: httpx.Client, edits: list[tuple[float, int, bytes]]) -> None:
    answer = submitted(http, changed(BODY, edits))
    if answer.status_code == 202:
        told = answer.json()["request"]
        assert told["model"] == "good"
        assert np.isfinite([told["sigma"], told["eta"], told["n"]]).all()


@pytest.mark.parametrize("depth", [50, 200, 5_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting(http: httpx.Client, depth: int, opening: bytes, closing: bytes) -> None:
    value = opening * depth + b"1" + closing * depth if depth < 5_000 else opening * (19_000 // len(opening))
    assert submitted(http, b'{"model": ' + value + b"}").status_code in {400, 413, 422}


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(BODY)), ("deflate", zlib.compress(BODY)), ("gzip", gzip.compress(bytes(10**7)))],
    ids=["gzip", "deflate", "much gzip"],
)
def test_packed_bodies_are_not_unpacked(http: httpx.Client, coding: str, packed: bytes) -> None:
    """So a small body never becomes a large one."""
    answer = submitted(http, packed, **{"Content-Encoding": coding})
    assert answer.status_code == 415


def test_a_range_of_an_answer_is_the_whole_answer(http: httpx.Client) -> None:
    whole = http.get("/v1/models/good")
    part_of_it = http.get("/v1/models/good", headers={"Range": "bytes=0-3"})
    assert (part_of_it.status_code, part_of_it.json()) == (200, json.loads(whole.content))
