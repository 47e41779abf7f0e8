"""Bodies that cannot be read: one problem, and nothing is stored."""

from __future__ import annotations

import httpx
import pytest
from redis import Redis

from jobs import keys
from tests.service.conftest import MAX_BODY_BYTES
from tests.support.bad_requests import (
    JSON,
    PNG,
    Case,
    form,
    raw,
    refused,
    values,
)
from tests.support.problems import check_problem

CASES = [
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_nothing_is_stored(case: Case, http: httpx.Client, shared_redis: Redis) -> None:
    refused(case, http, shared_redis)


def test_a_body_past_the_limit_is_refused_while_it_streams(http: httpx.Client, shared_redis: Redis) -> None:
    """Without a Content-Length the gateway has to count; it must not wait for the end, which never comes."""
    before = shared_redis.zcard(keys.INDEX)
    chunks = (b" " * 10_000 for _ in range(1 + MAX_BODY_BYTES // 10_000))
    answer = http.post("/v1/certifications", content=chunks, headers={"content-type": JSON})
    check_problem(answer, "body-too-large", 413)
    assert shared_redis.zcard(keys.INDEX) == before
