"""Set-ups of a model: how pictures become numbers, and scores classes; and what is often wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from importing.import_options import Resize
from importing.picture_drafting import METHODS, USUAL
from registry import InputSpec, ModelManifest, Normalisation, ResizeRule

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
CAFFE_MEAN: Final = (123.68, 116.779, 103.939)
"""Mean colour of ImageNet in 0..255, as the first networks trained in Caffe subtract it."""
MNIST_MEAN: Final = 0.1307
MNIST_STD: Final = 0.3081
USUAL_SHARE: Final = 0.875
"""What torchvision and timm cut out of a side most often: 224 of 256."""


Subject = Literal["normalisation", "channels", "resizing", "names"]
"""What a change is about."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How pictures become a network's numbers, and which class each score belongs to.

    The class of score ``c`` is ``c - shift`` modulo the number of classes and, if there is an ``order``, the
    entry of it at that place.
    """

    input: InputSpec
    normalisation: Normalisation | None
    shift: int = 0
    order: tuple[int, ...] | None = None

    @property
    def network(self) -> Setup:
        """Return the set-up without what only concerns the names of classes."""
        return replace(self, shift=0, order=None)

    def classes(self, votes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Return the classes of votes, which are indices of ``count`` scores."""
        shifted: NDArray[np.int64] = (votes - self.shift) % count
        return shifted if self.order is None else np.array(self.order)[shifted]

    @classmethod
    def of(cls, manifest: ModelManifest) -> Setup:
        """Return the set-up that a manifest states."""
        return cls(manifest.input, manifest.normalisation)

    def numbers(self) -> NDArray[np.float64]:
        """Return what each channel's 0 and 255 become for the network, shape (2, channels)."""
        norm, channels = self.normalisation or Normalisation(), self.input.shape[self.input.channel_axis]
        ends = np.repeat(np.array(self.input.scale)[:, None], channels, axis=1)
        numbers: NDArray[np.float64] = (norm.scale * ends - np.array(norm.mean)) / np.array(norm.std)
        return numbers


@dataclass(frozen=True, slots=True)
class Change:
    """A set-up that differs in one thing: its ``subject``, ``what`` it is, and the ``flag`` that gives it."""

    subject: Subject
    what: str
    flag: str
    setup: Setup


def changes(setup: Setup) -> Iterator[Change]:
    """List the set-ups that differ from this one in one thing that is often wrong."""
    for change in (*_normalised(setup), *_channels(setup), *_resized(setup)):
        if not _same(change.setup, setup):
            yield change
    for shift, words, moved in (
        (1, "later", "the last to the front"),
        (-1, "earlier", "the first to the end"),
    ):
        flag = f"--labels FILE (the names, {moved})"
        yield Change(
            "names", f"every class one number {words}", flag, replace(setup, shift=setup.shift + shift)
        )


def _same(one: Setup, other: Setup) -> bool:
    return one.input == other.input and np.allclose(one.numbers(), other.numbers())


def _normalised(setup: Setup) -> Iterator[Change]:
    def change(what: str, flag: str, **norm: Any) -> Change:
        changed = replace(setup, normalisation=_in_scale(Normalisation(**norm), setup.input))
        return Change("normalisation", what, flag, changed)

    yield change("pixels in [0, 1], not normalised", "--scale 0..1")
    yield change("pixels in [-1, 1]", "--scale -1..1", mean=(0.5,), std=(0.5,))
    yield change("pixels in 0..255", "--scale 0..255", scale=255.0)
    if setup.input.mode == "L":
        flag = f"--mean {MNIST_MEAN} --std {MNIST_STD}"
        yield change("mean and std of MNIST", flag, mean=(MNIST_MEAN,), std=(MNIST_STD,))
        return
    mean, std, caffe = (_ordered(numbers, setup) for numbers in (IMAGENET_MEAN, IMAGENET_STD, CAFFE_MEAN))
    yield change(
        "mean and std of ImageNet", f"--mean {_listed(mean)} --std {_listed(std)}", mean=mean, std=std
    )
    yield change(
        "pixels in 0..255, less ImageNet's mean",
        f"--scale 0..255 --mean {_listed(caffe)}",
        scale=255.0,
        mean=caffe,
    )


def _in_scale(norm: Normalisation, spec: InputSpec) -> Normalisation:
    """Return a normalisation of inputs in [0, 1] for the model's own scale."""
    low, width = spec.low, spec.high - spec.low
    shift = norm.scale * low / width
    return Normalisation(
        scale=norm.scale / width, mean=tuple(mean + shift for mean in norm.mean), std=norm.std
    )


def _ordered(numbers: tuple[float, ...], setup: Setup) -> tuple[float, ...]:
    return numbers[::-1] if setup.input.mode == "BGR" else numbers


def _listed(numbers: tuple[float, ...]) -> str:
    return ",".join(f"{number:g}" for number in numbers)


def _channels(setup: Setup) -> Iterator[Change]:
    other = {"RGB": "BGR", "BGR": "RGB"}.get(str(setup.input.mode))
    if other is not None:
        words = "blue first" if other == "BGR" else "red first"
        changed = replace(setup, input=_with(setup, mode=other))
        yield Change("channels", f"channels with {words}", f"--channels {other}", changed)


def _resized(setup: Setup) -> Iterator[Change]:
    rule, (height, width) = setup.input.resize or USUAL, setup.input.size
    larger = int(height / USUAL_SHARE), int(width / USUAL_SHARE)
    for words, size, what in (
        (Resize.CROP, None, "proportions kept, cut to the model's size"),
        (Resize.CROP, larger, f"resized to {_sizes(larger)}, then cut to the model's size"),
        (Resize.SQUASH, None, "proportions changed, nothing cut"),
        (Resize.BORDER, None, "proportions kept, nothing cut, a border added"),
    ):
        fields = rule.model_dump() | {"method": METHODS[words], "size": size}
        flag = f"--resize {words.value}" + ("" if size is None else f" --resize-to {_sizes(size)}")
        changed = _with(setup, resize=ResizeRule.model_validate(fields))
        yield Change("resizing", what, flag, replace(setup, input=changed))


def _sizes(size: tuple[int, int]) -> str:
    return str(size[0]) if size[0] == size[1] else f"{size[0]},{size[1]}"


def _with(setup: Setup, **fields: object) -> InputSpec:
    return InputSpec.model_validate(setup.input.model_dump() | fields)
