"""Train the MNIST classifier without noise and write it as ONNX.

    python -m scripts.build_plain_mnist MODELS_FOLDER

``mnist-plain`` has the network of ``mnist`` and was trained on clean digits alone, as most classifiers are.
Data: scripts/mnist_digits.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from scripts.build_mnist import network
from scripts.export import onnx_bytes, write_model
from scripts.mnist_digits import IMAGE_INPUT, LABELS, LICENCE, RESIZE, SHAPE, divided, shifted
from scripts.training import measured, prepare, train

SEED: Final = 11
SIGMA: Final = 0.25
"""The noise that it is measured under; it was trained with none."""


def main() -> None:
    """Train, measure and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder to write mnist-plain/ to")
    folder: Path = parser.parse_args().models
    generator = prepare(SEED)
    train_on, held = divided()
    net = network()
    train(
        net,
        train_on.pixels,
        train_on.labels,
        sigma=0.0,
        epochs=30,
        batch=64,
        rate=3e-3,
        generator=generator,
        augment=shifted,
    )
    facts = measured(net, held.pixels, held.labels, sigma=SIGMA)
    write_model(
        folder / "mnist-plain",
        "model.onnx",
        onnx_bytes(net, SHAPE),
        {
            "description": "Small CNN for handwritten digits, trained WITHOUT noise on "
            f"{len(train_on.labels)} MNIST digits. {facts}",
            "runtime": "onnx",
            "labels": LABELS,
            "licence": LICENCE,
            "source": "scripts/build_plain_mnist.py",
        },
        {"input": IMAGE_INPUT, "input.resize": RESIZE},
    )


if __name__ == "__main__":
    main()
