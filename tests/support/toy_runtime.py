"""One runtime more, ``table``, and models of it.

The entry below and the module that it names are all that is new.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np

from registry.file_glimpse import Glimpse
from registry.runtime_entries import RUNTIMES, RuntimeEntry

NAME: Final = "table"
MANIFEST: Final = """
name = "{name}"
description = "Class 1 where the first coordinate is positive, as a table of weights"
runtime = "table"
file = "model.npz"
sha256 = "{digest}"
labels = ["negative", "positive"]
licence = "MIT"
source = "written by the tests"
batch_size = 256
{more}

[input]
kind = "tensor"
shape = [2]
low = -4.0
high = 4.0
"""


def is_table(seen: Glimpse) -> bool:
    return set(seen.members or ()) == {"weights.npy", "bias.npy"}


ENTRY: Final = RuntimeEntry(
    name=NAME,
    file_kind="a table of weights",
    recognises=is_table,
    package="numpy",
    title="NumPy",
    loaders={"cpu": "tests.support.table_runtime:TableRuntime"},
)


def register() -> None:
    RUNTIMES.register(ENTRY)


def write_tables(folder: Path) -> None:
    """Write a model of it, and two that are wrong."""
    _write_table(folder / "table")
    _write_table(folder / "precise", 'precision = "float16"')
    _write_table(folder / "misnamed")
    manifest = folder / "misnamed" / "model.toml"
    manifest.write_text(manifest.read_text().replace('runtime = "table"', 'runtime = "onnx"'))


def _write_table(folder: Path, more: str = "") -> None:
    folder.mkdir(parents=True)
    file = folder / "model.npz"
    weights = np.array([[-1.0, 0.0], [1.0, 0.0]], np.float32)
    np.savez(file, weights=weights, bias=np.zeros(2, np.float32))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "model.toml").write_text(MANIFEST.format(name=folder.name, digest=digest, more=more))
