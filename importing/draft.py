"""A draft: what a reader made of a file, before it is proved equal to the original and becomes a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry import InputSpec, Normalisation
from registry.manifest import MemoryFormat, Precision

OriginalScores = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""The original file as a function, to compare with what is written.

Its argument is a batch as the **written** file gets it: float32 of shape (rows, *shape), channels first,
after the manifest's normalisation. It answers the original's scores in the same form as the written file's:
(rows, classes). It changes axes, type and batch size as the original wants them, row by row if need be.
"""


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that the file does not say: ``what`` was assumed, and the ``flag`` that settles it."""

    what: str
    flag: str


@dataclass(frozen=True, slots=True)
class Original:
    """The file that the user gave: its name, the SHA-256 of its content, and its kind in words.

    Of a folder, or a file with others beside it: the hash of the file that holds the network or its weights.
    """

    name: str
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A model file in the form that workers run, with all that the original says about it.

    ``also``: further files that it was made of. ``batch_size``, ``threads``, ``precision`` and
    ``memory_format`` are as in the manifest.

    ``runtime``: its name in the registry. ``data``: the file for that runtime. ``file``: its plain name.
    ``input``: the input space, as the manifest will say it; ``normalisation``: the same. ``classes``: number
    of scores. ``labels``: None if the file has none. ``steps``: what was changed, one sentence each, in
    order. ``guesses``: what the file does not say. ``tolerance``: largest accepted difference of scores from
    the original's, as a share of the largest score. ``whole_pixels``: the original takes whole numbers
    alone, so that it is compared on inputs that are multiples of 1/255 of the scale.
    """

    original: Original
    runtime: str
    file: str
    data: bytes
    original_scores: OriginalScores
    input: InputSpec
    classes: int
    normalisation: Normalisation | None = None
    labels: tuple[str, ...] | None = None
    trained_sigma: float | None = None
    description: str | None = None
    licence: str | None = None
    source: str | None = None
    precision: Precision | None = None
    memory_format: MemoryFormat = "contiguous"
    batch_size: int | None = None
    threads: int | None = None
    steps: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    tolerance: float = 1e-4
    whole_pixels: bool = False
    also: tuple[Original, ...] = ()
