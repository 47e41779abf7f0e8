"""The arrays of a GPU: PyTorch's tensors."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jobs.plan import Device


class GpuMemory:
    """The memory of a GPU. See `worker.array_memory.Memory`."""

    device: Device = "cuda"

    def empty(self, shape: tuple[int, ...]) -> torch.Tensor:
        """See Memory."""
        return torch.empty(shape, dtype=torch.float32, device=self.device)

    def placed(self, array: NDArray[Any]) -> torch.Tensor:
        """See Memory."""
        return torch.from_numpy(array).to(self.device)

    def on_host(self, array: torch.Tensor) -> NDArray[Any]:
        """See Memory."""
        half = array.dtype in {torch.float16, torch.bfloat16}
        found: NDArray[Any] = (array.float() if half else array).cpu().numpy()
        return found

    def inner_products(self, first: torch.Tensor, second: torch.Tensor, together: NDArray[np.bool_]) -> float:
        """See Memory."""
        rows = self.placed(together)
        return float(first[rows].double().mul_(second[rows]).sum())

    def release(self) -> None:
        """See Memory."""
        gc.collect()
        torch.cuda.empty_cache()
