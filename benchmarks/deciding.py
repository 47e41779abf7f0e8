"""Count the samples that jobs take which only decide whether a radius is certified.

    python -m benchmarks.deciding [probabilities.csv] [--radius 0.25] [--sigma 0.25] [--images 300]

Each image's votes are simulated from its published probabilities, in the shards in which a worker counts
them. A job ends once the radius is certified or out of reach. Its answer is compared with those that all
``n`` samples of the same noise give: a job with ``stop`` that never gives up, and one of fixed ``n``, whose
bounds are sharper.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.bounds import DATA, Image, read
from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Claim,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    Weights,
    gradient_norm_ceiling,
)
from certificates.counts.all_pairs import AllPairsSums
from jobs.merged_prefix import Prefix
from worker.sampling.shard_size import checkpoint_blocks

BLOCK = 1024
"""Evaluations of a block, as for the shipped model of MNIST."""


@dataclass(frozen=True)
class Decided:
    """How a job ended: the samples that it counted, and whether jobs of ``n`` samples answer the same."""

    ended_by: EndedBy
    samples: int
    as_without: bool
    as_fixed: bool


def votes(image: Image, samples: int, rng: np.random.Generator) -> Evidence:
    """Draw the votes of one shard."""
    hits = int(rng.binomial(samples, image.p))
    return Evidence(hits=HitCounts(samples, 0, (hits, samples - hits)))


def votes_and_slopes(image: Image, samples: int, rng: np.random.Generator) -> Evidence:
    """Draw the votes of one shard, and its gradient sums from their normal limit.

    The sum of ``w g`` has the covariance ``samples I / 4``, less the square of its mean along the gradient.
    """
    gradient = min(image.gradient, gradient_norm_ceiling(image.p, 1.0))
    total = rng.standard_normal(image.d) * 0.5 * math.sqrt(samples)
    total[0] = total[0] * math.sqrt(1.0 - 4.0 * gradient**2) + samples * gradient
    squares = 0.25 * float(rng.chisquare(samples * image.d))
    sums = AllPairsSums.of_block(Weights.SCORES, samples, total, squares)
    drawn = votes(image, samples, rng)
    return Evidence(hits=drawn.hits, gradient=GradientSums(image.d, 0, 0.0, sums=sums))


def pairs(image: Image, samples: int, rng: np.random.Generator) -> Evidence:
    """Draw the pairs of one shard."""
    shares = np.array([image.c_s, image.c_n, image.c_n, max(1.0 - image.c_s - 2.0 * image.c_n, 0.0)])
    both, plus, minus, _ = rng.multinomial(samples // 2, shares / shares.sum())
    return Evidence(pairs=PairCounts(samples // 2, int(both), int(plus), int(minus), 0))


DRAWN = {FIRST_ORDER: votes, SECOND_ORDER: votes_and_slopes, DIPOLE: pairs}
"""How the counts of a shard are drawn for each certifier."""


def decide(image: Image, claim: Claim, rng: np.random.Generator) -> Decided:
    """Simulate one job, and what the rest of its samples would have shown."""
    draw = partial(DRAWN[claim.certifier], image)
    shard = BLOCK * checkpoint_blocks(-(-claim.n // BLOCK), gives_up=True)
    prefix = Prefix()
    counted = 0
    while not prefix.stopped and counted < claim.n:
        prefix = prefix.add(draw(min(shard, claim.n - counted), rng), claim)
        counted = prefix.supported().n
    ended_by = claim.final(prefix.supported()).ended_by
    certified = without = ended_by is EndedBy.STOP_RADIUS
    never, whole = replace(claim, give_up=False), prefix
    while not without and whole.supported().n < claim.n:
        whole = whole.add(draw(min(shard, claim.n - whole.supported().n), rng), never)
        without = whole.stopped
    every = whole.evidence
    if every is None:
        raise AssertionError("a job counts at least one shard")
    if every.n < claim.n:
        every += draw(claim.n - every.n, rng)
    fixed = claim.certifier.certify(every, claim.sigma, claim.eta, Bounds.TIGHT).radius
    reached = fixed >= (claim.stop_radius or 0.0)
    return Decided(ended_by, counted, certified is without, certified is reached)


def table(images: list[Image], claim: Claim, certifiers: tuple[Certifier, ...], seed: int) -> Iterator[str]:
    """Yield one line for each certifier."""
    yield "| certifier | samples | as without giving up | as fixed n | certified | out of reach | undecided |"
    yield "|---|---|---|---|---|---|---|"
    for certifier in certifiers:
        rng = np.random.default_rng(seed)
        asked = replace(claim, certifier=certifier)
        decided = [decide(image, asked, rng) for image in images]
        ends = Counter(one.ended_by for one in decided)
        yield (
            f"| {certifier} | {np.mean([one.samples for one in decided]) / claim.n:.1%} "
            f"| {np.mean([one.as_without for one in decided]):.2%} "
            f"| {np.mean([one.as_fixed for one in decided]):.2%} | {ends[EndedBy.STOP_RADIUS]} "
            f"| {ends[EndedBy.OUT_OF_REACH]} | {ends[EndedBy.SAMPLES]} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("probabilities", nargs="?", type=Path, default=DATA)
    parser.add_argument("--radius", type=float, default=0.25, help="the radius to decide about")
    parser.add_argument("--sigma", type=float, default=0.25)
    parser.add_argument("--n", type=int, default=100_000, help="evaluations of the classifier, even")
    parser.add_argument("--eta", type=float, default=0.001)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=1, help="jobs of every image")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    images = [image for image in read(options.probabilities) if image.sigma == options.sigma]
    images = images[: options.images] * options.repeats
    claim = Claim(
        FIRST_ORDER,
        Bounds.TIGHT,
        options.sigma,
        options.eta,
        options.n,
        images[0].d,
        stop_radius=options.radius,
        give_up=True,
    )
    print(f"{len(images)} jobs, radius {options.radius}, sigma {options.sigma}, n = {options.n}")
    for line in table(images, claim, tuple(DRAWN), options.seed):
        print(line)


if __name__ == "__main__":
    main()
