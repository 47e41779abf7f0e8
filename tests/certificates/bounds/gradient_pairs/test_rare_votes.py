"""Rare votes, docs/theorems.md, Lemma 22 and docs/theorems.md, Lemma 23: events that try to break them."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import chi2

from certificates.bounds.pair_integral import growth
from certificates.bounds.rare_votes import RareVotes
from certificates.curves.normal_law import profile
from tests.support import pair_bounds

QS = [1.0, 0.7, 0.5, 0.2, 0.01, 1e-4, 1e-9]


@pytest.mark.parametrize("q", QS)
@pytest.mark.parametrize("slope", [1e-3, 0.05, 0.7, 3.0])
def test_the_far_end_is_the_integral_rounded_up(q: float, slope: float) -> None:
    exact = pair_bounds.far_end(slope, q)
    found = float(RareVotes(q, 5).far_end(np.array([slope]))[0])
    assert exact * (1.0 - 1e-7) <= found <= exact * (1.0 + 1e-6)


@pytest.mark.parametrize("q", QS)
def test_the_largest_second_moment_is_that_of_two_far_ends(q: float) -> None:
    exact = pair_bounds.largest_second_moment(q)
    assert exact * (1.0 - 1e-9) <= RareVotes(q, 5).largest_second_moment() <= exact * (1.0 + 1e-7)


@pytest.mark.parametrize("q", [0.4, 0.1, 0.01])
@pytest.mark.parametrize("l0", [0.05, 0.4, 1.5])
def test_no_event_has_a_larger_exponential_moment(q: float, l0: float) -> None:
    """Events of one number: far ends, intervals and random mixtures, at slopes up to the one of the bound."""
    z = np.linspace(-9.0, 9.0, 20_001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    far = float(RareVotes(q, 1).far_end(np.array([l0]))[0])
    rng = np.random.default_rng(3)
    events = [z > -ndtri(q), z < ndtri(q), np.abs(z) > -ndtri(q / 2.0)]
    for _ in range(60):
        ends = np.sort(rng.uniform(-4.0, 4.0, 4))
        events.append((np.searchsorted(ends, z) % 2 == 1) & (rng.random() < 0.9))
    for event in events:
        chance = float(weight[event].sum())
        if chance > q:
            continue
        filled = event | (np.cumsum(np.where(event, 0.0, weight)) <= q - chance)
        second = float((weight * z * z)[filled].sum())
        mean = float((weight * z)[event].sum())
        for slope in (-l0, -0.3 * l0, 0.3 * l0, l0):
            moment = math.log1p(float((weight * np.expm1(slope * z))[event].sum()))
            allowed = slope * mean + 0.5 * slope**2 * (second + q * far)
            assert moment <= allowed + 1e-9


@pytest.mark.parametrize("q", [0.5, 0.1, 0.001])
@pytest.mark.parametrize("d", [1, 3, 50, 2000])
def test_spectra_of_known_events_obey_the_entropy_and_come_near_it(q: float, d: int) -> None:
    far_end = [1.0 - ndtri(q) * profile(q) / q, *[1.0] * (d - 1)]
    two_ends = [pair_bounds.largest_second_moment(q), *[1.0] * (d - 1)]
    edge = chi2.isf(q, d)
    radial = [float(chi2.sf(edge, d + 2)) / q] * d
    limit = 2.0 * RareVotes(q, d).log_rarity()
    used = [sum(s - 1.0 - math.log(s) for s in spectrum) for spectrum in (far_end, two_ends, radial)]
    assert max(used) <= limit
    if q == 0.001:
        assert max(used) > 0.5 * limit
    assert max(*far_end, *two_ends, *radial) <= RareVotes(q, d).largest_second_moment()


@pytest.mark.parametrize("q", [1.0, 0.3, 0.01])
@pytest.mark.parametrize("d", [1, 2, 784, 150_528])
def test_the_mean_square_bounds_the_event_of_the_longest_noise(q: float, d: int) -> None:
    size, tilt = RareVotes(q, d).mean_square()
    edge = float(chi2.isf(q, d)) if q < 1.0 else 0.0
    for part in (1e-4, 0.1, 0.5, 1.0):
        theta = part * tilt
        kept = 1.0 - 2.0 * theta
        exact = float(chi2.logsf(edge * kept, d)) - 0.5 * d * math.log1p(-2.0 * theta) - math.log(q)
        assert exact <= theta * size
    mean = d * (float(chi2.sf(edge, d + 2)) / q if q < 1.0 else 1.0)
    assert mean <= size
    if d > 700:
        assert size <= 1.2 * mean


@pytest.mark.parametrize(("x", "r", "n"), [(0.02, 0.1, 10_000), (0.5, 0.0, 300), (0.003, 2.0, 100_000)])
@pytest.mark.parametrize("q", [0.3, 0.02, 1e-4])
@pytest.mark.parametrize("d", [1, 2, 49, 150_528])
def test_no_spectrum_exceeds_the_penalty(x: float, r: float, n: int, q: float, d: int) -> None:
    rare = RareVotes(q, d)
    found = float(rare.penalty(np.array([x]), np.array([r]), n)[0])
    top, limit = pair_bounds.largest_second_moment(q), 2.0 * math.log(1.0 / q)

    def total(wide: int, s: float) -> float:
        return wide * pair_bounds.growth(x * (s + r), n) + (d - wide) * pair_bounds.growth(x * (1.0 + r), n)

    for wide in {1, min(2, d), max(d // 2, 1), d}:
        s = largest_within(limit / wide, top)
        assert total(wide, s) <= found
    assert found <= 1.05 * pair_bounds.penalty(x, r, q, n, d)
    if d > 1000:
        assert total(d, largest_within(limit / d, top)) > 0.98 * found


@pytest.mark.parametrize(
    ("x", "r", "q", "n", "d"),
    [
        (0.0967, 0.0, 0.0105, 3, 30957),
        (0.0484, 0.0, 0.00357, 2, 73580),
        (7.8, 0.007, 0.241, 54, 4),
        (33.9, 0.185, 0.0456, 403, 14),
        (0.3, 1.0, 0.5, 5, 2),
        (0.4, 0.2, 0.9, 2, 1),
        (0.228883425, 0.069687223, 0.5094310168, 2, 13),
    ],
)
def test_few_samples_have_no_penalty_below_the_least_over_all_multipliers(
    x: float, r: float, q: float, n: int, d: int
) -> None:
    found = float(RareVotes(q, d).penalty(np.array([x]), np.array([r]), n)[0])
    assert found >= pair_bounds.penalty(x, r, q, n, d) * (1.0 - 1e-8)


def largest_within(limit: float, top: float) -> float:
    """The largest ``s`` up to ``top`` with ``s - 1 - ln s <= limit``."""
    low, high = 1.0, top
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle - 1.0 - math.log(middle) <= limit else (low, middle)
    return low


@pytest.mark.parametrize("n", [2, 3, 1000, 10**9])
@pytest.mark.parametrize("part", [1e-9, 1e-4, 0.03, 0.5])
def test_growth_is_rounded_up(n: int, part: float) -> None:
    y = part * (n - 1)
    with mpmath.workdps(60):
        exact = -mpmath.log1p(y) - (n - 1) * mpmath.log1p(-mpmath.mpf(y) / (n - 1))
    found = float(growth(np.array([y]), n)[0])
    assert exact <= found <= exact + 4e-15 * y


@pytest.mark.parametrize("ends", [(0.7, 40.0), (-1.0, 1.0), (-0.3, 2.0), (-40.0, -2.0), (-0.5, 40.0)])
def test_the_norm_of_the_mean_of_an_event_is_at_most_that_of_a_far_end(ends: tuple[float, float]) -> None:
    low, high = ends
    chance = float(ndtr(high) - ndtr(low))
    mean = (math.exp(-0.5 * low * low) - math.exp(-0.5 * high * high)) / math.sqrt(2.0 * math.pi)
    assert abs(mean) <= profile(min(chance, 0.5)) + 1e-12
