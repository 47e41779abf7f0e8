"""The input of an ONNX file: its type, its axes, and what turns a served batch into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from importing.draft import Guess
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions, Layout
from importing.rewriting.onnx_graphs import MARK, TYPE_NAMES, sizes, true_inputs

CHANNELS: Final = (1, 3)
"""Channels of images: grey, or red, green and blue."""
SERVED: Final = "input"
"""Name of the input of every written file."""
_WHOLE: Final = TensorProto.UINT8
_TYPES: Final = frozenset(
    {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE, _WHOLE}
)
_TO_LAST: Final = (0, 2, 3, 1)


@dataclass(frozen=True, slots=True)
class FileInput:
    """The input of a file.

    ``rows``: how many inputs it takes at once: None for any number, 0 if it has no axis for them. ``shape``:
    one input in the file's order of axes; ``channels_last``: whether that is height, width, channels.
    ``type``: of its elements, as ONNX numbers types.
    """

    name: str
    type: int
    rows: int | None
    shape: tuple[int, ...]
    channels_last: bool = False
    guesses: tuple[Guess, ...] = ()

    @property
    def served_shape(self) -> tuple[int, ...]:
        """Return the shape of one input as the written file takes it: channels first."""
        if not self.channels_last:
            return self.shape
        height, width, channels = self.shape
        return channels, height, width

    @property
    def whole_pixels(self) -> bool:
        """Whether the file takes whole numbers from 0 to 255."""
        return self.type == _WHOLE

    def given(self, batch: NDArray[np.float32]) -> NDArray[np.generic]:
        """Turn a served batch, float32 of shape (rows, *served_shape), into what the file takes."""
        moved = batch.transpose(_TO_LAST) if self.channels_last else batch
        if self.whole_pixels:
            moved = np.rint(np.clip(moved, 0, 255))
        return np.ascontiguousarray(moved.astype(helper.tensor_dtype_to_np_dtype(self.type)))

    def steps(self) -> list[str]:
        """Return what the nodes of ``nodes`` do, in words."""
        said = []
        if self.channels_last:
            said.append("the input is taken channels first (NCHW), and transposed to the file's NHWC")
        if self.whole_pixels:
            said.append(
                "the input is taken as float32, clipped to 0..255, rounded to whole numbers, cast to uint8"
            )
        elif self.type != TensorProto.FLOAT:
            said.append(f"the input is taken as float32, and cast to the file's {TYPE_NAMES[self.type]}")
        return said

    def nodes(self, target: str) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Return the nodes, and the constants they need, that make the tensor ``target`` of ``SERVED``."""
        nodes: list[onnx.NodeProto] = []
        held: list[onnx.TensorProto] = []

        def add(kind: str, *more: str, **attributes: Any) -> None:
            come = nodes[-1].output[0] if nodes else SERVED
            out = f"{MARK}input.{len(nodes)}"
            nodes.append(helper.make_node(kind, [come, *more], [out], **attributes))

        if self.channels_last:
            add("Transpose", perm=list(_TO_LAST))
        if self.whole_pixels:
            ends = {f"{MARK}black": 0.0, f"{MARK}white": 255.0}
            held += [helper.make_tensor(name, TensorProto.FLOAT, [], [end]) for name, end in ends.items()]
            add("Clip", *ends)
            add("Round")
        if self.type != TensorProto.FLOAT:
            add("Cast", to=self.type)
        if not nodes:
            add("Identity")
        nodes[-1].output[0] = target
        return nodes, held


def find_input(name: str, model: onnx.ModelProto, options: ImportOptions) -> FileInput:
    """Find the one input of a model.

    Raises ImportRefused if there are several, or none that can be an image.
    """
    inputs = true_inputs(model.graph)
    if len(inputs) != 1:
        named = ", ".join(value.name for value in inputs[:5]) or "none"
        raise ImportRefused(
            f"{name} has {len(inputs)} inputs ({named}), and a classifier of images has one: export it "
            "with the "
            "others as constants"
        )
    value = inputs[0]
    type_ = value.type.tensor_type.elem_type
    if type_ not in _TYPES:
        called = TensorProto.DataType.Name(type_).lower() if type_ else "no tensor"
        raise ImportRefused(
            f"{name} takes {called} at its input {value.name!r}: only float32, float16, bfloat16, float64 "
            "and "
            "uint8 can be an image"
        )
    rows, shape = _rows_and_shape(name, sizes(value), options)
    last, guesses = _channels_last(shape, options)
    return FileInput(value.name, type_, rows, shape, last, guesses)


def _rows_and_shape(
    name: str, axes: list[int | None] | None, options: ImportOptions
) -> tuple[int | None, tuple[int, ...]]:
    """Return how many inputs a file takes at once, and the shape of one."""
    if axes is None:
        if options.shape is None:
            raise ImportRefused(f"{name} does not say the shape of its input: give it with --shape")
        return None, options.shape
    without = _has_no_batch(axes)
    rows, own = (0, axes) if without else (axes[0], axes[1:])
    if not own:
        raise ImportRefused(f"{name} takes a single number for each input, which is no image: {axes}")
    shape = options.shape or tuple(size or 0 for size in own)
    if len(shape) != len(own) or any(
        size not in (None, asked) for size, asked in zip(own, shape, strict=True)
    ):
        raise ImportRefused(f"--shape: {name} takes inputs of shape {_said(own)}, not {list(shape)}")
    if 0 in shape:
        raise ImportRefused(
            f"{name} takes inputs of any size ({_said(own)}), and a model here has one size: give it with "
            "--shape, "
            "for example --shape 3,224,224"
        )
    return rows, shape


def _has_no_batch(axes: list[int | None]) -> bool:
    """Whether three fixed axes are those of one image, with no axis for a batch."""
    fixed = [size for size in axes if size is not None]
    return len(axes) == len(fixed) == 3 and (fixed[0] in CHANNELS or fixed[2] in CHANNELS)


def _channels_last(shape: tuple[int, ...], options: ImportOptions) -> tuple[bool, tuple[Guess, ...]]:
    """Return whether an input's last axis is that of the channels, and a guess if both ends could be."""
    if len(shape) != 3:
        return False, ()
    if options.layout is not None:
        return options.layout is Layout.NHWC, ()
    first, last = shape[0] in CHANNELS, shape[2] in CHANNELS
    guess = Guess(f"the first axis of {list(shape)} is that of the channels (NCHW)", "--layout")
    return last and not first, (guess,) if first and last else ()


def _said(own: list[int | None]) -> str:
    return "[" + ", ".join("?" if size is None else str(size) for size in own) + "]"
