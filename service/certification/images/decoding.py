"""Decode images with Pillow, within a limit of pixels, into the input space of a model.

Each step that changes pixel values, and each part of the file that was ignored, adds a sentence to
``conversions``.
"""

from __future__ import annotations

import io
import threading
import warnings

import numpy as np
from PIL import Image, ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from registry.input_spec import InputSpec
from service.certification.images import jpeg, png
from service.certification.images.jpeg import read_jpeg
from service.certification.images.orientation import upright
from service.certification.images.parts import Parts
from service.certification.images.png import read_png
from service.certification.images.refusals import damaged, invalid, no_format, refusing, too_large
from service.certification.images.values import to_mode, to_unit
from service.certification.images.webp import is_webp, load_webp, read_webp
from service.certification.model_inputs import DecodedInput

FORMATS = ("PNG", "JPEG", "WEBP")
LARGE_PIXELS = 4_000_000
"""Larger pictures are decoded one at a time, since decoding takes ten bytes a pixel or more. A choice: a
smaller one takes little more than 40 MB."""
_one_large_at_a_time = threading.Lock()


def refuse_doubtful_images() -> None:
    """Make Pillow raise where it otherwise only prints a warning. Call once at start."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    warnings.filterwarnings("error", category=UserWarning, module=r"PIL\.")


def decode_image(data: bytes, spec: InputSpec, max_pixels: int) -> DecodedInput:
    """Decode one PNG, JPEG or WebP image into ``spec``'s input space, an array of ``spec.shape``.

    The limit of pixels is checked on the image's header, before anything is decoded. Metadata are not passed
    to Pillow.

    Raises:
        ProblemError: ``image-too-large``; ``invalid-image`` for anything that is not one whole still image,
            or that the model's resize rule, or the lack of one, excludes by its size.

    """
    parts = _take_apart(data)
    with _open(parts, max_pixels) as opened:
        if opened.width * opened.height <= LARGE_PIXELS:
            return _decode(parts, opened, spec)
        with _one_large_at_a_time:
            return _decode(parts, opened, spec)


def _decode(parts: Parts, opened: ImageFile.ImageFile, spec: InputSpec) -> DecodedInput:
    """Decode a picture whose header has been read."""
    notes = list(parts.notes)
    parts.check()
    with refusing(damaged("its picture is cut short or corrupt")):
        loaded = load_webp(opened) if isinstance(opened, WebPImageFile) else opened
        loaded.load()
    _check_palette(loaded, parts.colours)
    picture = upright(loaded, parts.exif, parts.xmp, notes)
    if picture is not loaded:
        loaded.close()  # frees its pixels; the turned picture is a copy
    with refusing(invalid("its colours cannot be converted; save it as an 8-bit RGB or grey picture")):
        converted, white = to_mode(picture, str(spec.mode), notes)
    unit = to_unit(converted, white, spec, notes)
    if (spec.low, spec.high) != (0.0, 1.0):
        notes.append(f"pixel range mapped linearly onto [{spec.low:g}, {spec.high:g}]")
    scaled = spec.low + (spec.high - spec.low) * unit
    array = np.ascontiguousarray(np.clip(scaled, spec.low, spec.high), dtype=np.float32)
    return DecodedInput(array, "image", tuple(notes))


def _take_apart(data: bytes) -> Parts:
    """Read a file by the format that its first bytes show; its name does not matter."""
    if not data:
        raise invalid("the file is empty")
    if data.startswith(png.SIGNATURE):
        return read_png(data)
    if data.startswith(jpeg.SIGNATURE):
        return read_jpeg(data)
    if is_webp(data):
        return read_webp(data)
    raise no_format(data, "PNG, JPEG and WebP")


def _open(parts: Parts, max_pixels: int) -> ImageFile.ImageFile:
    """Read the header only."""
    try:
        picture = Image.open(io.BytesIO(parts.pixels), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large(max_pixels) from error
    except Exception as error:  # a hostile header can make a decoder raise anything
        raise damaged("its header cannot be read") from error
    if picture.width * picture.height > max_pixels:
        raise too_large(max_pixels)
    return picture


def _check_palette(picture: Image.Image, colours: int | None) -> None:
    """Refuse pixels whose colour is not in the palette; Pillow would show them black."""
    if colours is not None and any(picture.histogram()[colours:]):
        raise damaged(f"pixels have a colour beyond the {colours} of its palette")
