"""The input of a base classifier as ``model.toml`` describes it: space, images, resizing, normalisation."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_ELEMENTS = 2**24
"""Largest input, in elements. A choice: a pass of two rows, the least that pairs need, then takes 128 MiB."""
LARGEST_RESIZED = 2**22
"""Pixels that a resized image may have before it is cut; for large models, four times their own. A choice: a
long and thin image could otherwise take gigabytes."""

Side = Annotated[int, Field(ge=1)]
"""A height or a width in pixels."""
Level = Annotated[int, Field(ge=0, le=255)]
"""A value of an 8-bit pixel."""

Layout = Literal["NCHW", "NHWC"]
"""Order of the axes of a batch of images: number, channels, height, width."""


def _both(size: object) -> object:
    """Return a side twice, for height and width; anything else as it is."""
    return (size, size) if isinstance(size, int) else size


class Section(BaseModel):
    """Base of the manifest's tables: immutable, no unknown fields, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ResizeRule(Section):
    """How every image is brought to the model's height and width: resize, then cut or pad around the centre.

    ``size`` is what the image is resized to: ``[height, width]``, or one number for both. Without it, the
    model's own height and width. ``stretch`` gives both sides their size independently. The other methods
    keep the image's proportions. ``shorter_side_center_crop`` resizes until the image just covers ``size``:
    for a square, the shorter side gets the size, and the longer one is rounded down. ``fit_with_border``
    resizes until the image just fits into ``size``.

    What then lies outside the model's height and width is cut off, and what is missing gets the colour
    ``border``: grey, or red, green and blue, 0 to 255. Where the number of rows or columns to cut is odd,
    ``offsets`` decides how half of it is rounded: to the even number, as torchvision and timm do, or down, as
    transformers does.

    ``filter`` is the resampling filter, by its name in Pillow. ``antialias = false`` gives bilinear
    interpolation of the four nearest pixels, also where the image shrinks, as PyTorch and TensorFlow do for
    tensors unless asked otherwise.
    """

    method: Literal["stretch", "shorter_side_center_crop", "fit_with_border"]
    filter: Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]
    size: Annotated[tuple[Side, Side] | None, BeforeValidator(_both)] = None
    antialias: bool = True
    offsets: Literal["half_even", "down"] = "half_even"
    border: Annotated[tuple[Level, ...], Field(min_length=1, max_length=3)] = (0,)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.antialias and self.filter != "bilinear":
            raise ValueError("antialias = false is for filter 'bilinear' alone; remove it")
        return self

    def target(self, own: tuple[int, int]) -> tuple[int, int]:
        """Return the height and width to resize to; ``own`` are those of the model."""
        return own if self.size is None else self.size


class Normalisation(Section):
    """``(scale * input - mean) / std``, applied by the runtime after the noise was added.

    ``mean`` and ``std`` hold one number, or one for each channel, in the order of the model's channels. Left
    out, mean is 0, std 1 and scale 1. ``scale = 255`` makes inputs in [0, 1] those of a network for 0..255.
    """

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    scale: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.mean or not self.std:
            raise ValueError("mean and std must hold at least one number")
        if 1 not in (len(self.mean), len(self.std)) and len(self.mean) != len(self.std):
            raise ValueError("mean and std must be lists of the same length, or of one number")
        if min(self.std) <= 0:
            raise ValueError("every std must be above 0")
        return self

    @property
    def channels(self) -> int:
        """Return for how many channels there are numbers; 1 if the same hold for all."""
        return max(len(self.mean), len(self.std))


class InputSpec(Section):
    """The input space, in which sigma and the radius are measured.

    ``shape`` is that of one input, without the batch: ``(channels, height, width)`` for images, and
    ``(height, width, channels)`` with layout NHWC. Every element lies in ``[low, high]``; an image's pixel
    values 0..255 are mapped onto it linearly. ``mode`` is the order of an image's channels. Without a
    ``resize`` rule, images of other sizes than the model's are refused.
    """

    kind: Literal["image", "tensor"]
    shape: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=8)]
    low: float
    high: float
    mode: Literal["L", "RGB", "BGR"] | None = None
    layout: Layout = "NCHW"
    resize: ResizeRule | None = None

    @property
    def scale(self) -> tuple[float, float]:
        """Return the ends of the range of every element."""
        return self.low, self.high

    @property
    def channel_axis(self) -> int:
        """Return the axis of ``shape`` that normalisation is given for: the channels, or a tensor's first."""
        return 0 if self.layout == "NCHW" else len(self.shape) - 1

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the model's images."""
        height, width = self.shape[1:] if self.layout == "NCHW" else self.shape[:2]
        return height, width

    @property
    def largest_resized(self) -> int:
        """Return how many pixels an image may have after it was resized, before it is cut."""
        return max(LARGEST_RESIZED, 4 * math.prod(self.size))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        if math.isinf(self.high - self.low):
            raise ValueError("low and high are too far apart: high - low must be a finite number")
        if math.prod(self.shape) > MAX_ELEMENTS:
            raise ValueError(f"shape has more than {MAX_ELEMENTS} elements")
        if self.kind == "tensor":
            if self.mode is not None or self.resize is not None or self.layout != "NCHW":
                raise ValueError("mode, layout and resize are for images; remove them or set kind = 'image'")
            return self
        self._check_image()
        return self

    def _check_image(self) -> None:
        if self.mode is None:
            raise ValueError("mode must be 'L', 'RGB' or 'BGR' for images")
        channels = 1 if self.mode == "L" else 3
        if len(self.shape) != 3 or self.shape[self.channel_axis] != channels:
            axes = [str(channels), "height", "width"]
            axes = axes if self.layout == "NCHW" else [*axes[1:], axes[0]]
            raise ValueError(
                f"shape of mode {self.mode!r} must be [{', '.join(axes)}] in layout {self.layout}"
            )
        if self.resize is None:
            return
        if math.prod(self.resize.target(self.size)) > self.largest_resized:
            raise ValueError(f"resize.size has more than {self.largest_resized} pixels")
        if len(self.resize.border) not in (1, channels):
            raise ValueError(f"resize.border must hold 1 number or {channels}, not {len(self.resize.border)}")
