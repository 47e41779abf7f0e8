"""Find and read the files that a model is calibrated with: pictures, or tensors for tensor models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importing.checking.picture_arrays import picture_array
from importing.import_errors import ImportRefused
from registry import InputSpec

ENDINGS: Final = {"image": frozenset({".png", ".jpg", ".jpeg", ".webp"}), "tensor": frozenset({".npy"})}
"""Ends of the names of files that are inputs, for each kind of model."""


def files_in(folder: Path, spec: InputSpec) -> Sequence[Path]:
    """Return the files below a folder that can be inputs of a model, sorted. Raises ImportRefused if none."""
    if not folder.is_dir():
        raise ImportRefused(f"there is no folder {folder}: name one with inputs for this model")
    ends = ENDINGS[spec.kind]
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ends and path.is_file())
    if not found:
        raise ImportRefused(f"{folder} has no files that end in {', '.join(sorted(ends))}")
    return found


def read_input(path: Path, spec: InputSpec) -> NDArray[np.float32]:
    """Return a file as an input of shape ``spec.shape``. Raises ImportRefused if it is none."""
    if spec.kind == "image":
        return picture_array(path, spec)[0]
    try:
        tensor = np.load(path, allow_pickle=False)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise ImportRefused(f"{path} is no .npy file of numbers: {error}") from error
    if not isinstance(tensor, np.ndarray) or tensor.shape != spec.shape or tensor.dtype.kind not in "fiu":
        raise ImportRefused(f"{path} is no tensor of real numbers of shape {list(spec.shape)}")
    return np.ascontiguousarray(tensor, np.float32)
