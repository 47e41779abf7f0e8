"""What the user of ``certify-models import`` asked for; readers and the pipeline read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Layout(Enum):
    """Order of the axes of a file's input: channels first, or channels last."""

    NCHW = "nchw"
    NHWC = "nhwc"


class Scale(Enum):
    """Range of the numbers that a file's input takes for a pixel of 0 to 255."""

    UNIT = "0..1"
    BYTES = "0..255"
    SYMMETRIC = "-1..1"

    @property
    def ends(self) -> tuple[float, float]:
        """Return what a pixel of 0 and one of 255 are."""
        black, white = self.value.split("..")
        return float(black), float(white)


class Channels(Enum):
    """Order of the channels of colour pictures, as manifests name it."""

    RGB = "RGB"
    BGR = "BGR"


class Resize(Enum):
    """How pictures get the model's size: cut what is too much, change proportions, add a border, or never."""

    CROP = "crop"
    SQUASH = "squash"
    BORDER = "border"
    NONE = "none"


class Filter(Enum):
    """The resampling filter, by its name in Pillow."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"
    BOX = "box"
    HAMMING = "hamming"


class RunBy(Enum):
    """Runtime to which a file is brought that could run in more than one."""

    ONNX = "onnx"
    TORCHSCRIPT = "torchscript"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The flags of an import; None where the user said nothing.

    ``name``: the model's name; None: made from the file's. ``shape``: one input without its batch, in the
    file's own order of axes. ``layout``: of the file's input. ``output``: the name of the output of scores.
    ``threshold``: where a file gives one score, the value above which it says the second class. ``labels``:
    a file of class names. ``mean``, ``std``: in units of pixels in [0, 1]. ``scale``: what the file's input
    takes for pixels. ``channels``, ``resize``, ``resize_to`` (one number, or height and width) and
    ``filter``: how pictures become its input. ``sigma``: noise that the model was trained with.
    ``network``: the name of an architecture, or ``package.module:function``, for files of weights alone.
    ``trust``: whether pickles may be opened, which can run any code. ``weights_name``: weights of
    torchvision, whose preprocessing and class names hold. ``runtime``: what is to compute the scores; None:
    the file's own runtime if it has one.
    """

    name: str | None = None
    shape: tuple[int, ...] | None = None
    layout: Layout | None = None
    output: str | None = None
    threshold: float | None = None
    labels: Path | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    scale: Scale | None = None
    channels: Channels | None = None
    resize: Resize | None = None
    resize_to: tuple[int, ...] | None = None
    filter: Filter | None = None
    sigma: float | None = None
    network: str | None = None
    weights_name: str | None = None
    runtime: RunBy | None = None
    trust: bool = False
    description: str | None = None
    licence: str | None = None
    source: str | None = None
