"""Write the small models that a worker tries its device with before it starts, one for each runtime.

    python -m scripts.build_trial_models worker/trial_models

A convolution and a matrix product, so that a GPU's libraries for both are loaded. Their weights are random:
what they say of an input means nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import torch
from torch import nn

from scripts.export import Value, onnx_bytes, torchscript_bytes, write_model

SHAPE: Final = (1, 8, 8)


def network() -> nn.Module:
    """Return a network of a convolution and a linear layer, for two classes."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 2, kernel_size=3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))


def main() -> None:
    """Write ``onnx`` and ``torchscript``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder to write onnx/ and torchscript/ to")
    folder: Path = parser.parse_args().folder
    net = network()
    tables: dict[str, dict[str, Value]] = {
        "input": {"kind": "tensor", "shape": list(SHAPE), "low": 0.0, "high": 1.0}
    }
    for runtime, file, data in (
        ("onnx", "model.onnx", onnx_bytes(net, SHAPE)),
        ("torchscript", "model.pt", torchscript_bytes(net)),
    ):
        fields: dict[str, Value] = {"runtime": runtime, "labels": ["0", "1"]}
        write_model(folder / runtime, file, data, fields, tables)


if __name__ == "__main__":
    main()
