"""The page at `/` and its files below `/page/`. They need no key: they hold nothing of the service's data."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response, status

from service.http.problems import ProblemError
from service.page.page_files import read_page

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser lets the page do: run its own files, and speak with this gateway alone."""

POLICY_HEADER: Final = "Content-Security-Policy"

_FILES: Final = read_page()

router = APIRouter(include_in_schema=False)


@router.get("/")
async def index(request: Request) -> Response:
    """Answer the page itself."""
    return _answer(request, "index.html")


@router.get("/page/{path:path}")
async def page_file(request: Request, path: str) -> Response:
    """Answer one file of the page."""
    return _answer(request, path)


def _answer(request: Request, path: str) -> Response:
    """Answer 304 to a browser that has the file: it asks each time, so that it never shows an old one."""
    found = _FILES.get(path)
    if found is None:
        raise ProblemError("not-found", "The page has no such file.", headers={POLICY_HEADER: POLICY})
    headers = {
        POLICY_HEADER: POLICY,
        "Cache-Control": "no-cache",
        "ETag": found.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    if _takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


def _takes_gzip(request: Request) -> bool:
    """Whether the header lists gzip, without a weight; all browsers do. Others get the file as it is."""
    taken = [one.strip().lower() for one in request.headers.get("accept-encoding", "").split(",")]
    return "gzip" in taken
