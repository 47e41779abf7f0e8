"""A program that exports a model of Keras to ONNX; one of its own, since Keras takes its back end on import.

KERAS_BACKEND=torch python -m importing.pytorch.keras_export MODEL ONNX_FILE
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

from importing.import_errors import ImportRefused, reason
from importing.pytorch.onnx_export import exported

ANY_SIDE = 64
"""Height and width of the picture that is tried, where the model takes any."""


class _OfOne(torch.nn.Module):
    """A model of Keras as a function of one tensor, which exporters need."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, pictures: torch.Tensor) -> Any:
        return self.inner(pictures)


def _sizes(shape: object) -> tuple[int, ...]:
    """Return the shape of one input. Raises ImportRefused if there are several."""
    if not isinstance(shape, tuple):
        raise ImportRefused("it has several inputs")
    return tuple(ANY_SIDE if size is None else int(size) for size in shape[1:])


def main(model: str, target: str) -> int:
    """Write the ONNX file. Returns 2 after saying on stderr, in one line, why not."""
    try:
        import keras  # noqa: PLC0415 - once the back end is chosen

        network: Any = keras.saving.load_model(model, compile=False, safe_mode=True)
        data = exported(_OfOne(network), _sizes(network.input_shape), Path(model).name)
        Path(target).write_bytes(data)
    except Exception as error:  # noqa: BLE001 - Keras raises whatever a damaged or hostile file makes it meet
        sys.stderr.write(f"\n{reason(error)}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
