"""The parts of an image file: what its pixels depend on, and its metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.certification.images.refusals import damaged

MAX_PIECES = 65_536
"""A file with more chunks or segments is refused, since 16 MiB can hold millions of empty ones. A choice, far
above what encoders write."""
MAX_METADATA_BYTES = 2**20
"""Compressed metadata are not unpacked beyond this many bytes. A choice: only their orientation is read."""
_NAMES_SHOWN = 8
"""Most kinds of metadata that a sentence names. A choice."""


@dataclass(frozen=True, slots=True)
class Parts:
    """One image file. Its structure has been checked, but not the coded picture in it."""

    pixels: bytes
    """A file of the same format with the same picture and without metadata."""
    check: Callable[[], None]
    """Raises ProblemError if the coded picture is not whole. Call it after the size has been checked."""
    notes: tuple[str, ...]
    exif: bytes | None = None
    xmp: bytes = b""
    colours: int | None = None
    """Number of colours in the palette; None without one."""


def checked_count(pieces: int) -> None:
    """Refuse a file with more than ``MAX_PIECES`` pieces.

    Raises:
        ProblemError: ``invalid-image``.

    """
    if pieces > MAX_PIECES:
        raise damaged(f"it is cut into more than {MAX_PIECES:,} pieces")


def remarks(
    unread: Iterable[str], *, profile: bool, left_over: int, further_picture: bool = False
) -> tuple[str, ...]:
    """Say in sentences what a file holds besides the picture, all of which is ignored."""
    names = list(dict.fromkeys(unread))
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more kinds" if len(names) > _NAMES_SHOWN else ""
    sentences = {
        "first picture of a multi-picture JPEG taken": further_picture,
        f"{left_over:,} bytes after the end of the picture ignored": left_over and not further_picture,
        "embedded colour profile not applied": profile,
        f"metadata ignored: {shown}{more}": names,
    }
    return tuple(sentence for sentence, holds in sentences.items() if holds)
