"""Decodes images with Pillow, within a limit of pixels, into the input space of a model.

Every step that changes pixel values is recorded as a sentence in ``conversions``.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, ImageOps

from models.manifest import InputSpec, ResizeRule
from service.inputs import DecodedInput
from service.problems import ProblemError, field_problem

FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST_PIXEL_LIMIT = 150_000_000
"""Pillow itself refuses images of more than about 179 million pixels."""

_SIXTEEN_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})
_FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


def refuse_doubtful_images() -> None:
    """Make Pillow raise where it would only print a warning and go on. Call once at start."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    warnings.filterwarnings("error", category=UserWarning, module=r"PIL\.")


def decode_image(data: bytes, spec: InputSpec, max_pixels: int) -> DecodedInput:
    """Decode one PNG, JPEG or WebP image into ``spec``'s input space, shape (channels, height, width).

    The limit of pixels is checked on the image's header, before anything is decoded.

    Raises:
        ProblemError: ``image-too-large``; ``invalid-image`` for anything that is not one whole still image,
            or whose size differs from the model's where the model states no resize rule.

    """
    notes: list[str] = []
    with _open(data, max_pixels) as opened:
        with _refusing("the image is truncated or corrupt"):
            opened.load()
        _note_depth(opened, data, notes)
        with _refusing("the EXIF block is corrupt; remove it"):
            upright = _upright(opened, notes)
    with _refusing("its colours cannot be converted"):
        picture, white = _to_mode(upright, str(spec.mode), notes)
    unit = _to_unit(picture, white, spec, notes)
    channels_first = unit[np.newaxis] if unit.ndim == 2 else np.moveaxis(unit, 2, 0)
    if (spec.low, spec.high) != (0.0, 1.0):
        notes.append(f"pixel range mapped linearly onto [{spec.low:g}, {spec.high:g}]")
    scaled = spec.low + (spec.high - spec.low) * channels_first
    array = np.ascontiguousarray(np.clip(scaled, spec.low, spec.high), dtype=np.float32)
    return DecodedInput(array, "image", tuple(notes))


def _open(data: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Read the header only."""
    if not data:
        raise _invalid("the file is empty")
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(max_pixels) from error
    except Exception as error:  # a hostile header can make a decoder raise anything
        raise _invalid(f"not a readable image; accepted are {', '.join(FORMATS)}") from error
    if picture.width * picture.height > max_pixels:
        raise _too_large(max_pixels)
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        raise _invalid("animated images are refused: send the one frame to be certified")
    return picture


@contextmanager
def _refusing(message: str) -> Iterator[None]:
    """Refuse the image whatever goes wrong: hostile files make decoders raise anything."""
    try:
        yield
    except ProblemError:
        raise
    except Exception as error:
        raise _invalid(message) from error


def _note_depth(picture: Image.Image, data: bytes, notes: list[str]) -> None:
    """Say what is left aside without a word by Pillow: low bits, colour profiles, second pictures."""
    if picture.format == "MPO":
        notes.append("first picture of a multi-picture JPEG taken")
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[24] == 16 and picture.mode not in _SIXTEEN_BIT:
        notes.append("16-bit channels reduced to their high 8 bits")
    if "icc_profile" in picture.info:
        notes.append("embedded colour profile not applied")


def _upright(picture: Image.Image, notes: list[str]) -> Image.Image:
    """Apply the EXIF orientation."""
    orientation = picture.getexif().get(0x0112, 1)
    if orientation in range(2, 9):
        notes.append(f"EXIF orientation {orientation} applied")
    return ImageOps.exif_transpose(picture)


def _to_mode(picture: Image.Image, mode: str, notes: list[str]) -> tuple[Image.Image, float]:
    """Bring a picture to the model's mode, and say which value is white.

    16-bit grey becomes mode F, whatever the model's, so that none of its bits are lost.
    """
    if picture.mode in _SIXTEEN_BIT:
        if "transparency" in picture.info:
            raise _invalid("16-bit grey with a transparent colour is refused: flatten it first")
        notes.append("16-bit grey scaled by 1/65535")
        return Image.fromarray(np.asarray(picture).astype(np.float32)), 65535.0
    if picture.has_transparency_data:
        picture = _flatten(picture, notes)
    if picture.mode == mode:
        return picture, 255.0
    notes.append(f"mode {picture.mode} converted to {mode}")
    return picture.convert(mode), 255.0


def _flatten(picture: Image.Image, notes: list[str]) -> Image.Image:
    """Remove transparency: an opaque channel is dropped, any other is composited over white."""
    rgba = picture.convert("RGBA")
    grey = picture.mode in ("LA", "La", "L", "1")
    if rgba.getchannel("A").getextrema() == (255, 255):
        notes.append("opaque alpha channel dropped")
        flat = rgba.convert("RGB")
    else:
        notes.append("transparency composited over white")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(white, rgba).convert("RGB")
    return flat.getchannel("R") if grey else flat


def _to_unit(
    picture: Image.Image, white: float, spec: InputSpec, notes: list[str]
) -> npt.NDArray[np.float64]:
    """Resize where the size differs, and scale to [0, 1]; shape (height, width) or (height, width, 3)."""
    channels, height, width = spec.shape
    if picture.size != (width, height):
        picture = _resize(picture, (width, height), spec.resize, notes)
    unit = np.clip(np.asarray(picture, dtype=np.float64) / white, 0.0, 1.0)
    if unit.ndim == 2 and channels == 3:
        notes.append("grey repeated in three channels")
        unit = np.repeat(unit[:, :, np.newaxis], 3, axis=2)
    return unit


def _resize(
    picture: Image.Image, size: tuple[int, int], rule: ResizeRule | None, notes: list[str]
) -> Image.Image:
    """Follow the model's rule; without one another size is refused."""
    if rule is None:
        message = (
            f"is {picture.width}x{picture.height} (width x height) but the model takes "
            f"{size[0]}x{size[1]} and states no resize rule"
        )
        raise _invalid(message)
    resample = _FILTERS[rule.filter]
    was = f"{picture.width}x{picture.height}"
    if rule.method == "stretch":
        notes.append(f"resized from {was} to {size[0]}x{size[1]} (stretch, {rule.filter})")
        return picture.resize(size, resample)
    notes.append(f"resized from {was} to cover {size[0]}x{size[1]}, centre cropped ({rule.filter})")
    return ImageOps.fit(picture, size, resample)


def _too_large(max_pixels: int) -> ProblemError:
    return field_problem("image", f"has more than {max_pixels:,} pixels", "image-too-large")


def _invalid(message: str) -> ProblemError:
    return field_problem("image", message, "invalid-image")
