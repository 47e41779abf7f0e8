"""Compare certified radii with those of first order at the same number of samples.

    python -m benchmarks.bounds [probabilities.csv] [--n 100000 1000000 ...] [--eta 0.001] [--seed 1]

Each image's samples are simulated from its published probabilities. Second order uses the same samples as
the first-order certificate that it is compared with; the dipole draws its own. Images that are misclassified,
or whose first-order certificate abstains, are left out, as in the paper. Where the authors' own certificates
at that N are known (100 images; their radii have three digits), a row says what they gained.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.gradient_table import gradient_table
from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Evidence,
    EvidenceKind,
    GradientSums,
    HitCounts,
    PairCounts,
    Weights,
    certify,
    gradient_norm_ceiling,
    round_up_to_grid,
)

DATA = Path(__file__).parent / "data" / "probabilities.csv"
PUBLISHED = DATA.with_name("published_gains.csv")
ALTERNATIVES = [
    (certifier, bounds) for certifier in (SECOND_ORDER, DIPOLE) for bounds in (Bounds.PAPER, Bounds.TIGHT)
]


@dataclass(frozen=True)
class Image:
    """Published probabilities of one image."""

    d: int
    sigma: float
    p: float
    gradient: float
    c_s: float
    c_n: float


def read(path: Path) -> list[Image]:
    """Read the correctly classified images of a probabilities file."""
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["correct"] == "1"]
    names = ("sigma", "p", "gradient", "c_s", "c_n")
    return [Image(int(row["d"]), *(float(row[name]) for name in names)) for row in rows]


def plain_samples(image: Image, n: int, rng: np.random.Generator) -> Evidence:
    """Draw hits and both gradient statistics of ``n`` Gaussian samples.

    The gradient statistics are means of many terms, so they are drawn from their normal limits. The mean of
    ``w g`` has the covariance ``I / (4 n)``, less the square of its mean along the gradient; its squared
    norms add up to ``n d / 4``. The paired products have the variance ``p^2 d`` to leading order.
    """
    half, gradient = n // 2, min(image.gradient, gradient_norm_ceiling(image.p, 1.0))
    hits = int(rng.binomial(n, image.p))
    mean = rng.standard_normal(image.d) * 0.5 / math.sqrt(n)
    mean[0] = mean[0] * math.sqrt(1.0 - 4.0 * gradient**2) + gradient
    of_pairs = (n * float(mean @ mean) - 0.25 * image.d) / (n - 1)
    paired = half * gradient**2 + rng.standard_normal() * image.p * math.sqrt(half * image.d)
    sums = GradientSums(
        image.d,
        half,
        round_up_to_grid(paired),
        all_pairs=AllPairsMean(Weights.SCORES, n, image.d, of_pairs, 1e-9),
    )
    return Evidence(hits=HitCounts(n, 0, (hits, n - hits)), gradient=sums)


def pair_samples(image: Image, n: int, rng: np.random.Generator) -> Evidence:
    """Draw the outcomes of ``n / 2`` antithetic pairs."""
    shares = np.array([image.c_s, image.c_n, image.c_n, max(1.0 - image.c_s - 2.0 * image.c_n, 0.0)])
    both, plus, minus, _ = rng.multinomial(n // 2, shares / shares.sum())
    return Evidence(pairs=PairCounts(n // 2, int(both), int(plus), int(minus), 0))


def compare(images: list[Image], n: int, eta: float, seed: int, repeats: int) -> Iterator[str]:
    """Yield the lines of the table; every image is sampled ``repeats`` times."""
    rng = np.random.default_rng(seed)
    gains: dict[tuple[float, str, Bounds], list[float]] = defaultdict(list)
    seconds: dict[tuple[float, str, Bounds], list[float]] = defaultdict(list)
    below: dict[tuple[float, str], list[float]] = defaultdict(list)
    for image in images * repeats:
        plain, pairs = plain_samples(image, n, rng), pair_samples(image, n, rng)
        first = certify(FIRST_ORDER, Evidence(hits=plain.hits), image.sigma, eta, Bounds.TIGHT).radius
        if first == 0.0:
            continue
        radius = {}
        for certifier, bounds in ALTERNATIVES:
            start = time.process_time()
            evidence = pairs if certifier.evidence is EvidenceKind.PAIRS else plain
            radius[certifier, bounds] = certify(certifier, evidence, image.sigma, eta, bounds).radius
            seconds[image.sigma, certifier.name, bounds].append(time.process_time() - start)
            gains[image.sigma, certifier.name, bounds].append(radius[certifier, bounds] / first - 1.0)
        for certifier in (SECOND_ORDER, DIPOLE):
            paper = radius[certifier, Bounds.PAPER]
            if paper > 0.0:
                below[image.sigma, certifier.name].append(radius[certifier, Bounds.TIGHT] / paper - 1.0)
    yield f"N = {n}, eta = {eta}, seed {seed}, {repeats} draws an image; against first order at the same N"
    yield "| sigma | certifier | bounds | runs | gain > 1% | lose > 1% | mean gain | ms, mean | ms, max |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for key, values in sorted(gains.items()):
        gain, cost = np.array(values), 1e3 * np.array(seconds[key])
        yield (
            f"| {key[0]:.2f} | {key[1]} | {key[2].value} | {len(gain)} | {np.mean(gain > 0.01):.1%} "
            f"| {np.mean(gain < -0.01):.1%} | {gain.mean():+.1%} | {cost.mean():.1f} | {cost.max():.1f} |"
        )
    yield from published(n)
    yield ""
    for (sigma, name), values in sorted(below.items()):
        ratio = np.array(values)
        yield (
            f"{name}, sigma {sigma:.2f}, tight over paper, same counts: least {ratio.min():+.2%}, "
            f"median {np.median(ratio):+.2%}, below on {np.count_nonzero(ratio < 0)} of {len(ratio)}"
        )


def published(n: int) -> Iterator[str]:
    """Yield the rows of the authors' own certificates at ``n`` samples."""
    with PUBLISHED.open() as file:
        for row in csv.DictReader(file):
            if int(row["n"]) == n:
                sigma, gaining, losing, mean = (
                    float(row[name]) for name in ("sigma", "gaining", "losing", "mean")
                )
                yield (
                    f"| {sigma:.2f} | {row['certifier']} | as published | {row['images']} "
                    f"| {gaining:.1%} | {losing:.1%} | {mean:+.1%} | | |"
                )


def timings(eta: float) -> Iterator[str]:
    """Yield the time of one tight dipole certificate for several sizes and shapes of counts, one core."""
    yield ""
    yield "| pairs | both | one | ms (best of 5) |"
    yield "|---|---|---|---|"
    for pairs in (50_000, 5_000_000, 50_000_000, 500_000_000):
        for s, d in ((0.9, 0.1), (0.899, 0.1), (0.54, 0.4), (0.4, 0.3), (0.54, 0.0), (1.0, 0.0)):
            both, one = int(s * pairs), int(d * pairs)
            evidence = Evidence(pairs=PairCounts(pairs, both, one // 2, one - one // 2, 0))
            costs = []
            for _ in range(5):
                start = time.process_time()
                certify(DIPOLE, evidence, 0.25, eta, Bounds.TIGHT)
                costs.append(time.process_time() - start)
            yield f"| {pairs} | {both} | {one} | {1e3 * min(costs):.1f} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("probabilities", nargs="?", type=Path, default=DATA)
    parser.add_argument(
        "--n", type=int, nargs="+", default=[100_000], help="evaluations of the classifier, even"
    )
    parser.add_argument("--eta", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="draws of every image's samples")
    options = parser.parse_args()
    for n in options.n:
        for line in compare(read(options.probabilities), n, options.eta, options.seed, options.repeats):
            print(line)
    for line in timings(options.eta):
        print(line)
    images = [
        (image.p, min(image.gradient, gradient_norm_ceiling(image.p, 1.0)))
        for image in read(options.probabilities)
        if image.sigma == 0.25
    ]
    for line in gradient_table(images, options.eta, options.seed):
        print(line)


if __name__ == "__main__":
    main()
