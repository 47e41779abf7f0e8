"""Refusals of an image. Each names the field and says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.http.problems import ProblemError, field_problem


def invalid(message: str) -> ProblemError:
    """Make the refusal of an image that is not accepted."""
    return field_problem("image", message, "invalid-image")


def damaged(fault: str) -> ProblemError:
    """Make the refusal of an image that is not whole."""
    return invalid(f"is damaged: {fault}; send the file again, or save the picture again from its original")


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
