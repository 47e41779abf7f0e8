"""Read the body of a request: a multipart form, or JSON."""

from __future__ import annotations

from fastapi import Request
from python_multipart.multipart import parse_options_header

from service.auth.callers import Caller
from service.context import Context
from service.http.bodies import BodyLimits, Form, read_body, read_form
from service.http.problems import ProblemError
from service.http.shared_limits import Held


async def submitted_body(request: Request, ctx: Context, caller: Caller, held: Held) -> bytearray | Form:
    """Read the body in a place of the caller's. ``held``: the caller's part of the bytes in memory.

    Raises ProblemError if the body is neither form nor JSON, and ``overloaded`` if there is no place.
    """
    with ctx.bodies.share(caller.owner) as place:
        place.take(1)
        return await _read(request, BodyLimits.of(ctx.settings, held))


async def json_body(request: Request, ctx: Context, caller: Caller, held: Held, most_bytes: int) -> bytearray:
    """Read a body of JSON, of at most ``most_bytes`` bytes, in a place of the caller's.

    Raises ProblemError if the body is not JSON, and ``overloaded`` if there is no place.
    """
    if _kind(request) != b"application/json":
        detail = "Send application/json."
        raise ProblemError("unsupported-media-type", detail, headers={"Accept": "application/json"})
    with ctx.bodies.share(caller.owner) as place:
        place.take(1)
        return await read_body(request, BodyLimits.of(ctx.settings, held).within(most_bytes))


async def _read(request: Request, limits: BodyLimits) -> bytearray | Form:
    kind = _kind(request)
    if kind == b"application/json":
        return await read_body(request, limits)
    if kind == b"multipart/form-data":
        return await read_form(request, limits)
    detail = "Send multipart/form-data with a file part `image` or `tensor`, or application/json."
    raise ProblemError("unsupported-media-type", detail, headers=_ACCEPTED)


def _kind(request: Request) -> bytes:
    """Return the body's media type. Raises ProblemError if it is compressed, or text in another charset."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        detail = "Send the body as it is, without a Content-Encoding."
        raise ProblemError("unsupported-media-type", detail, headers={"Accept-Encoding": "identity"})
    if options.get(b"charset", b"utf-8").lower() not in _CHARSETS:
        raise ProblemError("unsupported-media-type", "Send text in UTF-8.", headers=_ACCEPTED)
    return kind


_ACCEPTED = {"Accept": "multipart/form-data, application/json"}
_CHARSETS = frozenset({b"utf-8", b"utf8", b"us-ascii"})
