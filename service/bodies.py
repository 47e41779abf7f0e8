"""Reads request bodies within limits of size and time, without tying up a thread."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from service.bounds import Held
from service.problems import ProblemError, field_problem
from service.requests import shown_name

MAX_FORM_FIELDS = 32
MAX_FIELD_BYTES = 4096
_CLOSE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart body: text fields, each given once, and the bytes of the file parts."""

    fields: dict[str, str]
    files: dict[str, bytes]


class _InMemoryParser(MultiPartParser):
    """Keeps file parts in memory: the body's limit bounds them, and the file system may be read-only."""

    spool_max_size = sys.maxsize


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Limits of one body: its size, its time, and its share of what all bodies together may hold."""

    most_bytes: int
    timeout_s: float
    held: Held


async def read_body(request: Request, limits: BodyLimits) -> bytes:
    """Read the whole body.

    Raises:
        ProblemError: ``body-too-large`` as soon as more than ``most_bytes`` are announced or seen;
            ``body-timeout`` when it takes longer than ``timeout_s``; ``malformed-body`` when it is empty;
            ``overloaded`` when bodies that are held already leave no room.

    """
    chunks = [chunk async for chunk in _limited(request, limits)]
    if not (body := b"".join(chunks)):
        raise ProblemError("malformed-body", "The body is empty. Send JSON or a multipart form.")
    return body


async def read_form(request: Request, limits: BodyLimits) -> Form:
    """Read a multipart form.

    Raises:
        ProblemError: as `read_body`; ``malformed-body`` also when the form cannot be parsed;
            ``invalid-request`` when a field is given twice.

    """
    stream = _limited(request, limits)
    parser = _InMemoryParser(
        request.headers, stream, max_files=1, max_fields=MAX_FORM_FIELDS, max_part_size=MAX_FIELD_BYTES
    )
    try:
        data = await parser.parse()
    except MultiPartException as error:
        raise ProblemError("malformed-body", f"The multipart form cannot be read: {error.message}") from error
    try:
        fields: dict[str, str] = {}
        files: dict[str, bytes] = {}
        for name, value in data.multi_items():
            if name in fields or name in files:
                raise field_problem(shown_name(name), "given more than once")
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            else:
                fields[name] = value
    finally:
        await data.close()
    if not fields and not files:
        raise ProblemError("malformed-body", "The multipart form is empty.")
    return Form(fields, files)


async def _limited(request: Request, limits: BodyLimits) -> AsyncGenerator[bytes, None]:
    """Body chunks; the limits hold for the sum of all chunks and for the time since the first call."""
    limit, timeout_s = limits.most_bytes, limits.timeout_s
    announced = request.headers.get("content-length", "0")
    too_large = ProblemError("body-too-large", f"The body exceeds {limit:,} bytes.", headers=_CLOSE)
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise too_large
    size = 0
    stream = request.stream()
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await anext(stream, None)
        except TimeoutError:
            detail = f"The body did not arrive within {timeout_s:g} seconds."
            raise ProblemError("body-timeout", detail, headers=_CLOSE) from None
        except ClientDisconnect:
            raise ProblemError("malformed-body", "The body ended early.", headers=_CLOSE) from None
        if chunk is None:
            return
        size += len(chunk)
        if size > limit:
            raise too_large
        limits.held.take(len(chunk))
        yield chunk
