"""What a sampler is asked to count: a run of blocks of one job, and how."""

from __future__ import annotations

import math
from dataclasses import dataclass

from certificates import Bounds, Certifier, Decision, Noise, Weights
from worker.noise.sources import UNIT, Scale


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One run of consecutive blocks of a job.

    The run has ``n`` evaluations and begins with block ``first_block``. ``n`` is a multiple of ``batch``,
    except at the end of the job, and even if the certifier counts pairs. ``sigma`` is in input units.
    ``target`` is the class A. ``noise`` is the law of the noise, which the input must fit; ``scale`` gives
    the ends of the input's scale. ``bounds`` and ``decision`` say which gradient sums are needed, ``weights``
    which vectors they add. Raises ValueError if a number is out of range.
    """

    certifier: Certifier
    target: int
    sigma: float
    seed: int
    first_block: int
    n: int
    batch: int
    noise: Noise = Noise.GAUSSIAN
    bounds: Bounds = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY
    scale: Scale = UNIT
    weights: Weights = Weights.SCORES

    def __post_init__(self) -> None:
        check_numbers(self.sigma, self.seed, self.n, self.batch)
        if self.target < 0 or self.first_block < 0:
            raise ValueError("target and first_block must not be negative")
        if (said := self.certifier.number_problem(self.n, self.bounds)) is not None:
            raise ValueError(f"n {said}")


def check_numbers(sigma: float, seed: int, n: int, batch: int) -> None:
    """Raise ValueError for numbers that cannot be sampled with."""
    if not (math.isfinite(sigma) and sigma > 0):
        raise ValueError("sigma must be a finite number above 0")
    if seed < 0 or n < 1:
        raise ValueError("the seed must not be negative and n must be at least 1")
    if batch < 2 or batch % 2:
        raise ValueError("batch must be even and at least 2, as pairs need two rows")
