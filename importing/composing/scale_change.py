"""Changes of scale between two graphs: ``factor * x + offset``, a number for each entry of the first axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


@dataclass(frozen=True)
class ScaleChange:
    """``factor * x + offset`` for inputs x of shape (rows, first axis, ...).

    Both are float64 of shape (1,) or (first axis,).
    """

    factor: NDArray[np.float64]
    offset: NDArray[np.float64]

    @classmethod
    def between(cls, given: tuple[float, float], wanted: tuple[float, float]) -> Self:
        """Return the change that maps the ends of one range to the ends of another."""
        factor = (wanted[1] - wanted[0]) / (given[1] - given[0])
        return cls(np.array([factor]), np.array([wanted[0] - factor * given[0]]))

    @classmethod
    def normalising(cls, mean: tuple[float, ...], std: tuple[float, ...]) -> Self:
        """Return ``(x - mean) / std``."""
        spread = np.array(std)
        return cls(1 / spread, -np.array(mean) / spread)

    def then(self, following: ScaleChange) -> ScaleChange:
        """Return this change followed by another."""
        return ScaleChange(following.factor * self.factor, following.factor * self.offset + following.offset)

    @property
    def is_identity(self) -> bool:
        """Whether nothing changes."""
        return bool((self.factor == 1).all() and (self.offset == 0).all())

    def of(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the changed inputs, computed in float64 and rounded once."""
        along = (-1, *(1 for _ in x.shape[2:]))
        return (self.factor.reshape(along) * x + self.offset.reshape(along)).astype(np.float32)

    def graph(self, shape: tuple[int, ...], opset: int, ir_version: int) -> onnx.ModelProto:
        """Return the change as an ONNX model from ``x`` to ``y`` for inputs of ``shape``, with any batch."""
        along = (-1, *(1 for _ in shape[1:]))
        constants = [
            numpy_helper.from_array(values.astype(np.float32).reshape(along), name)
            for name, values in (("factor", self.factor), ("offset", self.offset))
        ]
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape]) for name in ("x", "y")
        ]
        nodes = [
            helper.make_node("Mul", ["x", "factor"], ["scaled"], name="scale"),
            helper.make_node("Add", ["scaled", "offset"], ["y"], name="shift"),
        ]
        made = helper.make_graph(nodes, "change_of_scale", ends[:1], ends[1:], constants)
        return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)
