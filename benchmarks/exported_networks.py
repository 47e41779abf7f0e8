"""Export networks of timm with random weights for a batch of 1, bring each to the one form, and say how.

    python -m benchmarks.exported_networks

Needs `make import`. Prints a line for each network and exporter of PyTorch: what was changed.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import onnx
import torch

from importing import ImportOptions
from importing.hints.torchvision_import import prepare_torchvision
from importing.rewriting.one_form import one_form

NETWORKS: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "vit_tiny_patch16_224": (96, {"img_size": 96}),
    "swin_tiny_patch4_window7_224": (112, {"img_size": 112}),
    "convnext_atto": (64, {}),
    "resnet18": (64, {}),
    "efficientnet_b0": (64, {}),
    "mobilenetv2_050": (64, {}),
}
"""Names in timm, the side of the images, and what the network is made with."""


def exported(network: torch.nn.Module, side: int, *, new: bool) -> onnx.ModelProto:
    """Return what an exporter of PyTorch makes of a network for a batch of 1."""
    image = (torch.rand(1, 3, side, side),)
    if new:
        program = torch.onnx.export(network, image, dynamo=True, verbose=False)
        if program is None:
            raise RuntimeError("the exporter returned no program")
        model: onnx.ModelProto = program.model_proto
        return model
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        torch.onnx.export(network, image, file, dynamo=False)
        return onnx.load(file)


def main() -> None:
    """Print the table."""
    prepare_torchvision()
    import timm  # noqa: PLC0415 - after torchvision is prepared

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    for name, (side, made_with) in NETWORKS.items():
        network = timm.create_model(name, pretrained=False, num_classes=12, **made_with).eval()
        for new in (True, False):
            steps = one_form(name, exported(network, side, new=new), ImportOptions()).steps
            print(f"{name}, {'new' if new else 'old'} exporter: {'; '.join(steps)}", flush=True)


if __name__ == "__main__":
    main()
