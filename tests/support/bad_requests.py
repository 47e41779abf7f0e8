"""Bad requests, and the problem that each must be answered with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from redis import Redis

from jobs import keys
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

PNG: Final = encode(RAMP)
TENSOR: Final = {"shape": [2], "data": [0.5, -0.5]}
JSON: Final = "application/json"
REQUEST: Final = "invalid-request"
IMAGE: Final = "invalid-image"


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


def refused(case: Case, http: httpx.Client, redis: Redis) -> None:
    """Send the request and check that it gets its problem, and that nothing is stored."""
    before = redis.zcard(keys.INDEX)
    answer = http.post("/v1/certifications", **case.request)
    problem = check_problem(answer, case.slug, case.status)
    assert tuple(fault["field"] for fault in problem["errors"]) == case.fields
    assert all(fault["message"] for fault in problem["errors"])
    assert redis.zcard(keys.INDEX) == before
