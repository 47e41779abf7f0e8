"""An image file taken apart: what its pixels depend on, and what only speaks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.certification.images.refusals import damaged

MAX_PIECES = 65_536
"""A file of more chunks or segments is refused: 16 MiB can hold millions of empty ones."""
MAX_METADATA_BYTES = 2**20
"""Compressed metadata are unpacked up to here and not read beyond it."""
_NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Parts:
    """One image file. Its structure was checked, the coded picture in it was not."""

    pixels: bytes
    """A file of the same format and the same picture, with nothing in it that changes no pixel."""
    check: Callable[[], None]
    """Raises where the coded picture is not whole. Call it once the size is known to be acceptable."""
    notes: tuple[str, ...]
    exif: bytes | None = None
    xmp: bytes = b""
    colours: int | None = None
    """How many colours the palette holds, where there is one."""


def checked_count(pieces: int) -> None:
    """Refuse a file of absurdly many pieces.

    Raises:
        ProblemError: ``invalid-image``.

    """
    if pieces > MAX_PIECES:
        raise damaged(f"it is cut into more than {MAX_PIECES:,} pieces")


def remarks(
    unread: Iterable[str], *, profile: bool, left_over: int, further_picture: bool = False
) -> tuple[str, ...]:
    """Say in sentences what a file holds besides the picture that was taken."""
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
