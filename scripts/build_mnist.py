"""Train the MNIST classifier and write it as ONNX and as TorchScript, with sample images.

    python -m scripts.build_mnist MODELS_FOLDER EXAMPLES_FOLDER

Data: scripts/mnist_digits.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from scripts.export import Value, onnx_bytes, torchscript_bytes, write_model
from scripts.mnist_digits import IMAGE_INPUT, LABELS, LICENCE, RESIZE, SEED, SHAPE, digits, shifted, split
from scripts.training import accuracy, prepare, train

SIGMA = 0.25


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
        "labels": LABELS,
        "trained_sigma": SIGMA,
        "licence": LICENCE,
        "source": "scripts/build_mnist.py",
    }
    tables: dict[str, dict[str, Value]] = {"input": IMAGE_INPUT, "input.resize": RESIZE}
    for name, runtime, file, data in (
        ("mnist", "onnx", "model.onnx", onnx_bytes(net, SHAPE)),
        ("mnist-torchscript", "torchscript", "model.pt", torchscript_bytes(net)),
    ):
        head: dict[str, Value] = {"description": facts, "runtime": runtime}
        write_model(folders.models / name, file, data, head | fields, tables)
    write_examples(folders.examples, net, pixels[held], labels[held])


if __name__ == "__main__":
    main()
