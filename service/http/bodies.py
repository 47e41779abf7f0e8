"""Read request bodies on the event loop, within limits of size and time."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from service.gateway_settings import GatewaySettings
from service.http.problems import ProblemError, field_problem
from service.http.shared_limits import Held
from service.http.wording import shown_name

MAX_FORM_FIELDS = 32
MAX_FIELD_BYTES = 4096
"""Choices, above any valid form: it has at most 11 text fields of up to 100 bytes."""
MAX_FILES = 2
"""One more than a valid form has, so that the refusal of a second file can name its field."""
_CLOSE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart body: text fields, each given once, and the bytes of the file parts."""

    fields: dict[str, str]
    files: dict[str, bytes]


class _Parser(MultiPartParser):
    """Keeps file parts in memory: the body's limit bounds them, and the file system may be read-only.

    ``ended`` says whether the closing boundary was there. A part with only ``filename*`` counts as a file.
    """

    spool_max_size = sys.maxsize
    ended = False

    def on_end(self) -> None:
        """Remember that the closing boundary was there."""
        self.ended = True

    def on_headers_finished(self) -> None:
        """Add a plain ``filename``, the only one that the framework knows. File names are not used."""
        given = self._current_part.content_disposition
        if given is not None and _EXTENDED.search(given) and not _PLAIN.search(given):
            self._current_part.content_disposition = given + b"; filename=file"
        super().on_headers_finished()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a part. Raises ProblemError when a text field is too long."""
        part = self._current_part
        if part.file is None and len(part.data) + end - start > self.max_part_size:
            raise field_problem(shown_name(part.field_name), _TOO_LONG)
        super().on_part_data(data, start, end)


_EXTENDED = re.compile(rb";\s*filename\*", re.IGNORECASE)
_PLAIN = re.compile(rb";\s*filename\s*=", re.IGNORECASE)
_TOO_LONG = f"has more than {MAX_FIELD_BYTES:,} bytes; if it is a file, its part needs a `filename`"
_CUT = "The form ends before its last boundary: the body was cut off, or the client never closed the form."


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Limits of one body: its bytes, its seconds, and its part of the bytes that all bodies may hold."""

    most_bytes: int
    timeout_s: float
    held: Held

    @classmethod
    def of(cls, settings: GatewaySettings, held: Held) -> BodyLimits:
        """Return the limits that the settings state."""
        return cls(settings.max_body_bytes, settings.body_timeout_s, held)

    def within(self, most_bytes: int) -> BodyLimits:
        """Return the same limits for a body of at most so many bytes."""
        return replace(self, most_bytes=min(most_bytes, self.most_bytes))


async def read_body(request: Request, limits: BodyLimits) -> bytearray:
    """Read the whole body.

    Raises:
        ProblemError: ``body-too-large`` as soon as more than ``most_bytes`` are announced or seen;
            ``body-timeout`` when it takes longer than ``timeout_s``; ``malformed-body`` when it is empty;
            ``overloaded`` when bodies that are held already leave no room.

    """
    body = bytearray()  # grows in place; to join a list of pieces would hold the body twice
    async for chunk in _limited(request, limits):
        body += chunk
    if not body:
        raise ProblemError("malformed-body", "The body is empty. Send JSON or a multipart form.")
    return body


async def read_form(request: Request, limits: BodyLimits) -> Form:
    """Read a multipart form.

    Raises:
        ProblemError: as `read_body`; ``malformed-body`` also when the form cannot be parsed;
            ``invalid-request`` when a field is given twice.

    """
    parser = _Parser(
        request.headers,
        _limited(request, limits),
        max_files=MAX_FILES,
        max_fields=MAX_FORM_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    try:
        data = await parser.parse()
    except MultiPartException as error:
        raise ProblemError("malformed-body", f"The multipart form cannot be read: {error.message}") from error
    try:
        if not parser.ended:
            raise ProblemError("malformed-body", _CUT)
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
    """Yield the body's chunks; the limits hold for all chunks together and for the time since the start."""
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
