"""Refusals of an image. Each names the field and says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.http.problems import ProblemError, field_problem

_OTHERS: Final = (
    ("GIF", 0, b"GIF8"),
    ("BMP", 0, b"BM"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("HEIC", 4, b"ftyphei"),
    ("HEIC", 4, b"ftypmif"),
    ("AVIF", 4, b"ftypavi"),
    ("PDF", 0, b"%PDF-"),
)
"""Formats that people have pictures in: where in the file they are recognised, and by which bytes."""


def invalid(message: str) -> ProblemError:
    """Make the refusal of an image that is not accepted."""
    return field_problem("image", message, "invalid-image")


def damaged(fault: str) -> ProblemError:
    """Make the refusal of an image that is not whole."""
    what_to_do = "copy or download the file again, or save the picture again from its original"
    return invalid(f"is damaged: {fault}; {what_to_do}")


def cut_off(where: str) -> ProblemError:
    """Make the refusal of a file that ends too early."""
    return damaged(f"the end of the file is missing ({where})")


def no_format(data: bytes, accepted: str) -> ProblemError:
    """Make the refusal of a file in none of the ``accepted`` formats; name its own, if that is known."""
    known = (name for name, at, first in _OTHERS if data.startswith(first, at))
    found = next(known, None)
    what = "not a readable image" if found is None else f"is a {found} file, which is not read here"
    return invalid(f"{what}; accepted are {accepted}: open the picture in an image viewer and save it as PNG")


def animated() -> ProblemError:
    """Make the refusal of an animation."""
    return invalid("animated images are refused: send the frame to be certified as a separate picture")


def too_large(max_pixels: int) -> ProblemError:
    """Make the refusal of an image with too many pixels."""
    message = f"has more than {max_pixels:,} pixels; send a smaller picture"
    return field_problem("image", message, "image-too-large")


@contextmanager
def refusing(refusal: ProblemError) -> Iterator[None]:
    """Turn any exception in the block into this refusal, since hostile files make decoders raise anything."""
    try:
        yield
    except ProblemError:
        raise
    except Exception as error:
        raise refusal from error
