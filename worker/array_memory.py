"""Where a job's arrays lie: NumPy's in the memory of the CPU, or PyTorch's in that of a GPU."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any, Final, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from jobs.plan import Device

Array: TypeAlias = Any
"""An array where the model computes: NumPy's on the CPU, PyTorch's on a GPU. What makes arrays and what reads
them belong to one device and name its type; the code between them only hands arrays on."""
ALIGNMENT: Final = 64
"""Bytes: a line of the cache, and the widest register of a processor."""


class Memory(Protocol):
    """The arrays of one kind of device."""

    @property
    def device(self) -> Device:
        """Return the kind of device."""

    def empty(self, shape: tuple[int, ...]) -> Array:
        """Return a contiguous float32 array of any content."""

    def placed(self, array: NDArray[Any]) -> Array:
        """Return an array of the CPU as one of this device; on the CPU it is the array itself."""

    def on_host(self, array: Array) -> NDArray[Any]:
        """Return an array of this device as one of the CPU; on the CPU it is the array itself.

        Numbers of half precision become float32.
        """

    def inner_products(self, first: Array, second: Array, together: NDArray[np.bool_]) -> float:
        """Return the float64 sum of the products of the numbers of two arrays, over the rows ``together``.

        ``first`` and ``second``: (rows, *any shape); ``together``: (rows,).
        """

    def release(self) -> None:
        """Give memory back that nothing uses any more."""


class HostMemory:
    """The memory of the CPU."""

    device: Device = "cpu"

    def empty(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """See Memory. The array begins at a line of the cache."""
        size = 4 * int(np.prod(shape, dtype=np.int64))
        room = np.empty(size + ALIGNMENT, np.uint8)
        skipped = -room.ctypes.data % ALIGNMENT
        return room[skipped : skipped + size].view(np.float32).reshape(shape)

    def placed(self, array: NDArray[Any]) -> NDArray[Any]:
        """See Memory."""
        return array

    def on_host(self, array: NDArray[Any]) -> NDArray[Any]:
        """See Memory."""
        return array

    def inner_products(self, first: NDArray[Any], second: NDArray[Any], together: NDArray[np.bool_]) -> float:
        """See Memory."""
        return float(np.multiply(first[together], second[together], dtype=np.float64).sum())

    def release(self) -> None:
        """See Memory."""
        gc.collect()


MEMORIES: Final[Mapping[Device, str]] = {
    "cpu": "worker.array_memory:HostMemory",
    "cuda": "worker.gpu_memory:GpuMemory",
}
"""The dotted names of the classes. Only processes that compute on a GPU import its one."""


def memory_on(device: Device) -> Memory:
    """Return the memory of a kind of device."""
    return cast("Memory", resolve_name(MEMORIES[device])())
