"""The page at `/` and its files below `/page/`. They need no key: they hold nothing of the service's data."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from service.http.problems import ProblemError
from service.page.page_files import read_page

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser lets the page do: run its own files, and speak with this gateway alone."""

_FILES: Final = read_page()

router = APIRouter(include_in_schema=False)


@router.get("/")
async def index() -> Response:
    """Answer the page itself."""
    return _answer("index.html")


@router.get("/page/{path:path}")
async def page_file(path: str) -> Response:
    """Answer one file of the page."""
    return _answer(path)


def _answer(path: str) -> Response:
    found = _FILES.get(path)
    if found is None:
        raise ProblemError("not-found", "The page has no such file.")
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(found.content, media_type=found.media_type, headers=headers)
