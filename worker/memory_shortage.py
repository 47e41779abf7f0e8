"""Recognise errors that mean that memory ran out, whichever library raises them."""

from __future__ import annotations

from typing import Final

from jobs.job_errors import PermanentFailure

_SAID: Final = (
    "out of memory",  # CUDA
    "can't allocate memory",  # PyTorch on the CPU
    "cannot allocate memory",  # the operating system
    "failed to allocate memory",  # ONNX Runtime's arena
    "bad_alloc",  # C++
    "bad allocation",
    "alloc_failed",  # cuBLAS and cuDNN
)
"""Texts of errors that have no class of their own for it, which most libraries lack on the CPU."""


class OutOfMemory(PermanentFailure):
    """A model and its trial pass do not fit into memory. With fewer rows they may fit."""

    def __init__(self, detail: str) -> None:
        super().__init__("out_of_memory", detail)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of the system, Python, NumPy, PyTorch or ONNX Runtime means that memory ran out."""
    return isinstance(error, MemoryError) or any(said in str(error).lower() for said in _SAID)
