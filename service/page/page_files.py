"""The files of the page, read once when the gateway starts."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("static")
MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""Each kind of file that the page consists of. Other files in the folder are not served."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page: ``packed`` for browsers that take gzip, ``content`` for others."""

    content: bytes
    packed: bytes
    media_type: str
    etag: str


def read_page() -> Mapping[str, PageFile]:
    """Read all files of the page. The key is the path below the folder, with slashes."""
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in MEDIA_TYPES)
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> PageFile:
    content = path.read_bytes()
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    return PageFile(content, gzip.compress(content, mtime=0), MEDIA_TYPES[path.suffix], etag)
