"""The errors of loading a model and of computing its votes."""

from __future__ import annotations

from registry import ModelError
from worker.memory_shortage import is_out_of_memory


class RuntimeLoadError(ModelError):
    """The model cannot be run as asked: wrong file, wrong shapes, or a device that is not there."""


class ModelOutputError(ModelError):
    """The model gave no scores for a batch, or NaN scores, so there is no vote to count."""


def failed_on_batch(error: Exception) -> Exception:
    """Return what to raise where a loaded model fails on a batch on the CPU.

    A fixed function fails on equal inputs again, so trying again is for want of memory alone.
    """
    if is_out_of_memory(error):
        return error
    return ModelOutputError(f"the model fails on some inputs: {error}")
