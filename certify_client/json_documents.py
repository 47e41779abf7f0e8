"""Read a JSON document from an untrusted file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from certify_client.bounded_files import UnusableFile, read_file
from verification.document_text import UnreadableText, parse


def read_document(path: Path) -> Any:
    """Read a JSON file. Raises UnusableFile for whatever ``verification.document_text.parse`` refuses."""
    return parse_document(path, read_file(path))


def parse_document(path: Path | str, content: bytes) -> Any:
    """Parse the content of a JSON file as ``read_document`` does; ``path`` names it in messages."""
    try:
        return parse(content)
    except UnreadableText as error:
        raise UnusableFile(f"{path} cannot be read: {error}") from error
