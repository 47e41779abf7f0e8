"""A classifier that reads the rounding of float32 noise, and what each kind of noise makes of it.

With float32 noise a black pixel becomes ``fl(sigma g)``, and multiplying by sigma = 0.4 skips some float32
numbers: about one in eight of those that a pixel at 1/255 reaches. Counting numbers that black cannot reach
tells a black image from one whose pixels are all at 1/255, at a distance of 0.06, with next to no error.
(The idea: Jin et al. 2022; Voracek and Hein 2023.)
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import binom

from certificates import CERTIFIERS, Certificate, Certifier, Noise, certify
from tests.support.toy_runtimes import COMPUTATION, OneHot
from worker.noise.discrete.exact_tables import level_tables
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.sampling.sampler import SampleRequest, sample, select_class

D, SIGMA, ETA, BATCH, N = 256, 0.4, 0.001, 256, 2048
BLACK = np.zeros(D, dtype=np.float32)
NEIGHBOUR = np.full(D, np.float32(1 / 255))
DISTANCE = math.sqrt(D) / 255
FEW = 12
"""Class 1: at most so many pixels hold a number that float32 noise cannot make of black."""


def reachable(z: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say where ``z = fl(sigma g)`` for some float32 ``g``."""
    g = (z.astype(np.float64) / SIGMA).astype(np.float32)
    inf = np.float32(np.inf)
    around = (np.nextafter(g, inf), g, np.nextafter(g, -inf))
    found: NDArray[np.bool_] = np.any([np.float32(SIGMA) * candidate == z for candidate in around], axis=0)
    return found


class RoundingReader(OneHot):
    """A base classifier in the sense of the sampler: one fixed function of its float32 input."""

    computation = COMPUTATION
    classes = 2
    rows: int | None = None

    def votes(self, batch: NDArray[np.float32]) -> NDArray[np.int64]:
        return np.asarray(np.count_nonzero(~reachable(batch), axis=1) <= FEW, np.int64)


def prediction_and_certificate(
    x: np.ndarray[tuple[int], np.dtype[np.float32]], certifier: Certifier, noise: Noise
) -> tuple[int, Certificate]:
    reader = RoundingReader()
    target = select_class(reader, x, SIGMA, 100, 1, BATCH, noise).target
    request = SampleRequest(certifier, target, SIGMA, 1, 0, N, BATCH, noise)
    return target, certify(certifier, sample(reader, x, request, lambda _: None), SIGMA, ETA)


def score_under_discrete_noise(level: int) -> float:
    """Exact probability of class 1 at the image whose pixels are all ``level``."""
    noise = DiscreteGaussian(SIGMA)
    levels = np.arange(-noise.max_abs, noise.max_abs + 1)
    cdf = np.array([0, *noise_thresholds(noise), 2**80], dtype=object)
    mass = np.array([float(int(p) / 2**80) for p in np.diff(cdf)])
    unreachable = ~reachable(noise.grid.values(level + levels))
    return float(binom.cdf(FEW, D, float(mass[unreachable].sum())))


def noise_thresholds(noise: DiscreteGaussian) -> tuple[int, ...]:
    return level_tables(noise.grid.steps(noise.sigma)).thresholds


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_float32_noise_certifies_a_radius_that_is_false(certifier: Certifier) -> None:
    """The reason for discrete noise; nothing in this test is an error of the certificate's mathematics."""
    black, claimed = prediction_and_certificate(BLACK, certifier, Noise.GAUSSIAN)
    neighbour, counterclaim = prediction_and_certificate(NEIGHBOUR, certifier, Noise.GAUSSIAN)
    assert black != neighbour
    assert claimed.radius > 8 * DISTANCE
    assert counterclaim.radius > 0


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_discrete_noise_certifies_what_is_true(certifier: Certifier) -> None:
    """The same classifier: both images get one class, and it holds throughout the certified radius."""
    black, claimed = prediction_and_certificate(BLACK, certifier, Noise.DISCRETE)
    neighbour, _ = prediction_and_certificate(NEIGHBOUR, certifier, Noise.DISCRETE)
    assert black == neighbour
    assert claimed.radius > DISTANCE
    for level in range(1, math.floor(255 * claimed.radius / math.sqrt(D)) + 1):
        score = score_under_discrete_noise(level)
        assert (score if black else 1 - score) > 0.5


def test_exact_scores_of_the_reader_obey_the_lipschitz_law_under_discrete_noise() -> None:
    """``Phi^-1(p)`` changes by at most distance / sigma between any two grid images (Cohen et al. 2019)."""
    scores = np.clip([score_under_discrete_noise(level) for level in range(0, 256, 5)], 1e-300, None)
    assert np.all(np.abs(np.diff(ndtri(scores))) <= 5 * DISTANCE / SIGMA)
