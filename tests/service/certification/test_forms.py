"""Bodies that are nearly right: understood, or refused by what is wrong with them."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest

from tests.service.conftest import Api
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

PNG = encode(RAMP)
KIND = "multipart/form-data; boundary=xyz"
MODEL = b'--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\ngrey\r\n'
END = b"\r\n--xyz--"
BODY = json.dumps({"model": "plane", "sigma": 1, "tensor": {"shape": [2], "data": [0.5, 1]}}).encode()


def image(names: str) -> bytes:
    """A part with the image and whatever names."""
    head = f'--xyz\r\nContent-Disposition: form-data; name="image"{names}\r\n\r\n'
    return head.encode() + PNG


def post(http: httpx.Client, body: bytes, kind: str = KIND, **headers: str) -> httpx.Response:
    return http.post("/v1/certifications", content=body, headers={"Content-Type": kind, **headers})


@pytest.mark.parametrize(
    "names",
    [
        '; filename="x.png"',
        "; filename=x.png",
        "; filename*=UTF-8''%e2%82%ac.png",
        "; FILENAME*=UTF-8'en'x.png",
        "; filename*=nonsense",
        "; filename*0=x; filename*1=.png",
        "; filename=x.png; filename*=UTF-8''%e2%82%ac.png",
    ],
)
def test_a_file_is_a_file_however_its_name_is_written(api: Api, names: str) -> None:
    stored = api.stored(post(api.http, MODEL + image(names) + END))
    assert stored.job["request"]["input"]["shape"] == [1, 4, 4]


def test_a_file_without_any_name_is_told_what_its_part_needs(http: httpx.Client) -> None:
    small = check_problem(post(http, MODEL + image("") + END), "invalid-request", 422)
    large = check_problem(post(http, MODEL + image("") + b"x" * 5000 + END), "invalid-request", 422)
    for problem in (small, large):
        assert problem["errors"][0]["field"] == "image"
        assert "`filename`" in problem["errors"][0]["message"]


@pytest.mark.parametrize("left", [10, 60, 130, -20, -1])
def test_a_form_that_is_cut_off_says_so(http: httpx.Client, left: int) -> None:
    whole = MODEL + image('; filename="x"') + END
    problem = check_problem(post(http, whole[:left]), "malformed-body", 400)
    assert "cut off" in problem["detail"]
    assert post(http, whole).status_code == 202


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "undefined", "punycode", "hex"])
@pytest.mark.parametrize("kind", ["application/json", KIND])
def test_text_that_is_not_utf_8_is_of_no_accepted_type(http: httpx.Client, kind: str, charset: str) -> None:
    body = BODY if kind == "application/json" else MODEL + image('; filename="x"') + END
    problem = check_problem(post(http, body, f"{kind}; charset={charset}"), "unsupported-media-type", 415)
    assert "UTF-8" in problem["detail"]


@pytest.mark.parametrize("kind", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
def test_utf_8_may_be_named(http: httpx.Client, kind: str) -> None:
    assert post(http, BODY, kind).status_code == 202


def test_a_compressed_body_is_told_to_come_as_it_is(http: httpx.Client) -> None:
    packed = {"Content-Encoding": "gzip"}
    answer = post(http, gzip.compress(BODY), "application/json", **packed)
    check_problem(answer, "unsupported-media-type", 415)
    assert answer.headers["accept-encoding"] == "identity"


def test_a_key_of_idempotency_is_given_once(http: httpx.Client) -> None:
    answer = http.post(
        "/v1/certifications",
        headers=[("Idempotency-Key", "one"), ("Idempotency-Key", "two")],
        data={"model": "grey"},
        files={"image": PNG},
    )
    problem = check_problem(answer, "invalid-request", 422)
    assert problem["errors"] == [{"field": "Idempotency-Key", "message": "given more than once"}]


@pytest.mark.parametrize(("field", "text"), [("n", "1e2"), ("n", "100.0"), ("n0", "1_000"), ("seed", "0x10")])
def test_a_whole_number_is_told_how_it_is_written(api: Api, field: str, text: str) -> None:
    problem = check_problem(api.image(PNG, model="grey", **{field: text}), "invalid-request", 422)
    assert problem["errors"][0]["field"] == field
    assert "digits only, such as 1000" in problem["errors"][0]["message"]


@pytest.mark.parametrize("text", ["1,5", ".5", "0x1p-2", "a quarter"])
def test_a_number_is_told_how_it_is_written(api: Api, text: str) -> None:
    problem = check_problem(api.image(PNG, model="grey", sigma=text), "invalid-request", 422)
    assert "in decimal, such as 0.25" in problem["errors"][0]["message"]


def test_a_number_just_past_a_bound_is_not_rounded_onto_it(api: Api) -> None:
    tensor = {"shape": [2], "data": [0.5, 4.0000001]}
    told = api.json(model="plane", sigma=1, tensor=tensor).json()["errors"][0]
    assert told["message"] == "4.0000001 is outside the model's scale [-4, 4] (1 such values)"
    told = api.json(model="plane", sigma=80.0000001, tensor=tensor).json()["errors"][0]
    assert told["message"] == "must be from 0.008 to 80 for a model whose scale is [-4, 4], not 80.0000001"
    told = api.image(PNG, model="grey", eta="0.9e-9").json()["errors"][0]
    assert told["message"] == "must be from 1e-09 to 0.5, not 9e-10"
